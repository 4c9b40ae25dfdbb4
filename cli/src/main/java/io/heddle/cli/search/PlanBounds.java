package io.heddle.cli.search;

import io.heddle.cli.interpret.Interpreter;
import io.heddle.plan.Optimizer;
import io.heddle.plan.PlanValues;
import io.heddle.processor.TfmCompiler.Compiled;
import io.heddle.processor.program.RankProgram;
import io.heddle.processor.program.Recent;
import io.heddle.runtime.bound.StepBound;
import io.heddle.runtime.pipeline.PipelineFlattener;
import io.heddle.runtime.simulate.Backend;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * Times that steps do not fall below. One of passes alone is found sooner, and plans that differ in
 * what is beside and behind their passes have it in common. Used by several threads.
 */
final class PlanBounds {
  /** Neighbours in a space ask for the same. */
  private static final int MOST = 1024;

  private static final Backend BACKEND = Backend.CONGESTION_UNAWARE;

  private final Interpreter programs;
  private final Recent<Passes, Bound> known = new Recent<>(MOST);

  PlanBounds(Interpreter programs) {
    this.programs = programs;
  }

  /**
   * A bound.
   *
   * @param nanos at least 1; of a step that speculates, for each token of a sequence
   * @param ranks of the plan
   * @param tokens in that time, of all batches in work
   */
  record Bound(long nanos, long ranks, double tokens) {
    private static Bound of(PipelineFlattener flattener, long nanos) {
      int batches =
          flattener.plan().schedule().batchesInWork(flattener.stages(), flattener.microBatches());
      PlanValues plan = flattener.plan();
      return new Bound(
          nanosOfToken(plan, nanos),
          flattener.mesh().ranks(),
          batches * plan.yieldedTokens(flattener.tokens()) / plan.speculation().expectedTokens());
    }
  }

  /**
   * What of the time of a step counts: all of it, or what a token takes where a step is expected to
   * yield several of a sequence.
   *
   * @return at least 1
   */
  static long nanosOfToken(PlanValues plan, long nanos) {
    int drafts = plan.speculation().drafts();
    return Math.max(1, drafts == 0 ? nanos : (long) (nanos / plan.speculation().expectedTokens()));
  }

  /**
   * All that the passes of a plan depend on.
   *
   * @param program which is itself alone
   * @param values but for the optimizer, which works beside and behind the passes
   */
  private record Passes(RankProgram program, PlanValues values) {
    private static final Optimizer NONE = new Optimizer(Optimizer.Algorithm.SGD, List.of());

    static Passes of(Compiled compiled) {
      PlanValues values = compiled.numbers().values();
      return new Passes(
          compiled.passesLike(),
          new PlanValues(
              values.model(),
              values.plan(),
              values.parameters(),
              values.axes(),
              values.batch(),
              values.microBatch(),
              values.schedule(),
              values.stages(),
              values.recompute(),
              NONE,
              values.precision(),
              values.cluster(),
              values.engine()));
    }

    @Override
    @SuppressWarnings("ReferenceEquality")
    public boolean equals(Object other) {
      return other instanceof Passes passes
          && passes.program == program
          && passes.values.equals(values);
    }

    /** Of what differs most: a plan has far more values. */
    @Override
    public int hashCode() {
      return Objects.hash(
          System.identityHashCode(program),
          values.axes(),
          values.batch(),
          values.microBatch(),
          values.parameters(),
          values.schedule());
    }
  }

  /**
   * A bound from the passes of a plan alone, no higher than {@link #of}.
   *
   * @throws io.heddle.cli.failure.Failure if its numbers are too large
   * @throws ArithmeticException if 63 bits do not hold it
   */
  Bound ofPasses(Compiled compiled) {
    Passes key = Passes.of(compiled);
    Optional<Bound> before = known.get(key);
    if (before.isPresent()) {
      return before.get();
    }
    PipelineFlattener flattener = programs.load(compiled);
    Bound made = Bound.of(flattener, StepBound.nanosOfPasses(flattener, BACKEND));
    known.put(key, made);
    return made;
  }

  /** The bound of a plan; errors as {@link #ofPasses}. */
  Bound of(Compiled compiled) {
    PipelineFlattener flattener = programs.load(compiled);
    return Bound.of(flattener, StepBound.nanos(flattener, BACKEND));
  }
}
