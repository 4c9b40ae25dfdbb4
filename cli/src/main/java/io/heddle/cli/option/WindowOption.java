package io.heddle.cli.option;

import io.heddle.cli.load.PlannedProgram;
import io.heddle.plan.PlanValues;
import io.heddle.processor.TfmCompiler.Compiled;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** The option {@code --steps}: several steps of inference that follow each other. */
public final class WindowOption {
  private static final int MOST = 1 << 16;

  @Option(
      names = "--steps",
      paramLabel = "N",
      description =
          "For inference: run N consecutive steps, with a batch on each pipeline stage"
              + " (default: one step of one batch). The context does not grow.")
  private int steps;

  /** Whether there are several steps. */
  public boolean isGiven() {
    return steps != 0;
  }

  /** How many steps; 0 where the option is not given. */
  public int steps() {
    return steps;
  }

  /**
   * Checks the number.
   *
   * @throws ParameterException if it is none
   */
  public void check(CommandSpec spec) {
    boolean isSaid = spec.commandLine().getParseResult().hasMatchedOption("--steps");
    if (isSaid && (steps < 1 || steps > MOST)) {
      throw new ParameterException(
          spec.commandLine(), "--steps: '%d' is not from 1 to %,d".formatted(steps, MOST));
    }
  }

  /**
   * The program of the window: each batch in work goes through all steps; the program itself where
   * the option is not given.
   *
   * @throws ParameterException if the option is given and the plan is none of inference
   */
  public PlannedProgram of(PlannedProgram program, Compiled compiled, CommandSpec spec) {
    return isGiven() ? ofSteps(program, compiled, steps, spec) : program;
  }

  /** The program of the first step of the window. */
  public PlannedProgram ofFirst(PlannedProgram program, Compiled compiled, CommandSpec spec) {
    return ofSteps(program, compiled, 1, spec);
  }

  private static PlannedProgram ofSteps(
      PlannedProgram program, Compiled compiled, int count, CommandSpec spec) {
    if (compiled.plan().inference() == null) {
      throw new ParameterException(
          spec.commandLine(),
          "--steps: plan `%s` is none of inference: it has no line `decode` or `prefill`"
              .formatted(compiled.plan().name()));
    }
    PlanValues plan = program.plan();
    long passes = Math.multiplyExact((long) count, compiled.numbers().stages(compiled.plan()));
    return new PlannedProgram(
        program.file(), plan.withBatch(Math.multiplyExact(plan.batch(), passes)));
  }
}
