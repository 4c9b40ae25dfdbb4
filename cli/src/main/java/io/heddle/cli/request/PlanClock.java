package io.heddle.cli.request;

import io.heddle.cli.failure.Failure;
import io.heddle.cli.interpret.Interpreter;
import io.heddle.processor.PlanSteps;
import io.heddle.processor.TfmCompiler.Compiled;
import io.heddle.processor.diagnose.Diagnostics;
import io.heddle.processor.diagnose.Rendering;
import io.heddle.runtime.mode.Mode;
import io.heddle.runtime.mode.ModeSimulation;
import io.heddle.runtime.report.StepProgress;
import io.heddle.runtime.report.StepReport;
import io.heddle.runtime.report.UnfinishedStepException;
import io.heddle.runtime.simulate.SimulationOptions;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * How long steps of a plan take that differ in numbers: each is simulated, folded. Where ranks
 * split the tokens of a step, those that do not come out even are padded, as engines do.
 */
final class PlanClock {
  private final PlanSteps steps;
  private final String amount;
  private final Map<String, Long> fixed;
  private final Interpreter programs = new Interpreter();
  private final long multiple;

  /**
   * A clock.
   *
   * @param amount the number that says how many tokens or sequences a step has
   * @param fixed numbers that hold in place of the plan's, in all steps
   */
  PlanClock(PlanSteps steps, String amount, Map<String, Long> fixed) {
    this.steps = steps;
    this.amount = amount;
    this.fixed = fixed;
    this.multiple = multiple();
  }

  /**
   * The least number of tokens that comes out even: a divisor of twice the ranks, since causal
   * attention in balance splits into two pieces for each. 1 where none does: the finding then has
   * the numbers that were asked for.
   */
  private long multiple() {
    long pieces = 2 * steps.ranks(fixed).orElse(1);
    for (long tokens = 1; tokens <= pieces; tokens++) {
      if (pieces % tokens == 0 && steps.with(all(of(tokens)), new Diagnostics()).isPresent()) {
        return tokens;
      }
    }
    return 1;
  }

  private Map<String, Long> of(long tokens) {
    return amount.equals("prefill")
        ? Map.of(amount, tokens, "sequences", 1L, "context", 0L)
        : Map.of(amount, tokens, "context", 0L);
  }

  /** The numbers of a step with those that hold in all. */
  Map<String, Long> all(Map<String, Long> numbers) {
    Map<String, Long> all = new LinkedHashMap<>(fixed);
    all.putAll(numbers);
    return all;
  }

  private Map<String, Long> padded(Map<String, Long> numbers) {
    Map<String, Long> padded = all(numbers);
    long sequences = numbers.getOrDefault("sequences", 1L);
    long each = numbers.getOrDefault(amount, 1L) / sequences;
    padded.put(amount, sequences * ((each + multiple - 1) / multiple * multiple));
    return padded;
  }

  /**
   * The plan with these numbers.
   *
   * @throws Failure if it cannot be: the message has the findings
   */
  Compiled with(Map<String, Long> numbers) {
    return with(numbers, new Diagnostics());
  }

  /**
   * The plan with these numbers, which fits its machine.
   *
   * @throws Failure if it cannot be, or does not fit: the message has the findings
   */
  Compiled placed(Map<String, Long> numbers) {
    Diagnostics findings = new Diagnostics();
    Compiled compiled = with(numbers, findings);
    if (!compiled.checkPlacement()) {
      throw refused(findings);
    }
    return compiled;
  }

  private Compiled with(Map<String, Long> numbers, Diagnostics findings) {
    return steps.with(padded(numbers), findings).orElseThrow(() -> refused(findings));
  }

  /** Ends the command if there are errors. */
  static void refuseIf(Diagnostics findings) {
    if (findings.hasErrors()) {
      throw refused(findings);
    }
  }

  private static Failure refused(Diagnostics findings) {
    return Failure.wrongInput(Rendering.of(findings.all()).strip());
  }

  /**
   * The time of a step, ns, at least 1.
   *
   * @throws Failure if it cannot be, or does not end
   */
  long nanos(Map<String, Long> numbers) {
    return Math.max(1, run(numbers).iterationNanos());
  }

  /**
   * From a batch to the next one while a pipeline has one on each stage, ns, at least 1; errors as
   * the other.
   */
  long interval(Map<String, Long> numbers) {
    StepReport report = run(numbers);
    return Math.max(1, report.periodNanos() / report.batchesInWork());
  }

  private StepReport run(Map<String, Long> numbers) {
    try {
      return ModeSimulation.run(
          programs.load(with(numbers)),
          Mode.FLATTENED,
          SimulationOptions.DEFAULT,
          StepProgress.SILENT);
    } catch (UnfinishedStepException e) {
      throw Failure.wrongInput("a step does not end: " + e.diagnosis().get(0));
    }
  }
}
