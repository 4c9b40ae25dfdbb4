package io.heddle.runtime.steady;

import io.heddle.runtime.pipeline.FewerMicroBatches;
import io.heddle.runtime.pipeline.PipelineFlattener;
import java.util.Optional;

/**
 * Tells whether a step of few micro-batches comes into a steady state: from some action on, every
 * rank does each thing one fixed time after it did the same some cycles before.
 */
final class SteadyState {
  private final Repetition[] stages;
  private final CycleWatch watch;
  private final FewerMicroBatches few;
  private final Cuts cuts;
  private final int cycles;

  private SteadyState(
      Repetition[] stages, CycleWatch watch, FewerMicroBatches few, Cuts cuts, int cycles) {
    this.stages = stages;
    this.watch = watch;
    this.few = few;
    this.cuts = cuts;
    this.cycles = cycles;
  }

  /**
   * A steady state.
   *
   * @param cycles after which everything repeats
   * @param nanos that these last
   * @param shorter whether the step would come into it with so many cycles fewer, too
   */
  record Period(int cycles, long nanos, boolean shorter) {}

  /**
   * Finds after how few cycles everything repeats, if more cycles would do nothing but repeat it.
   *
   * @param watch that looked on while the few ran
   */
  static Optional<Period> find(
      PipelineFlattener plan, FewerMicroBatches few, Repetition[] stages, CycleWatch watch) {
    Optional<Cuts> cuts = Cuts.of(plan, few, stages, watch);
    if (cuts.isEmpty()) {
      return Optional.empty();
    }
    int most = Integer.MAX_VALUE;
    for (int stage = 0; stage < stages.length; stage++) {
      int actions = cuts.get().of(stage) - stages[stage].from();
      most = Math.min(most, actions / (2 * stages[stage].period()));
    }
    for (int cycles = 1; cycles <= most; cycles++) {
      Optional<Period> period = new SteadyState(stages, watch, few, cuts.get(), cycles).period();
      if (period.isPresent()) {
        return period;
      }
    }
    return Optional.empty();
  }

  private Optional<Period> period() {
    long nanos = last(watch.ranks()[0]);
    if (nanos <= 0) {
      return Optional.empty();
    }
    boolean shorter = true;
    long lastOfFirst = 0;
    long firstBehindCut = Long.MAX_VALUE;
    for (int rank : watch.ranks()) {
      ActionRecord record = watch.record(rank);
      int stage = few.stage(rank);
      int from = steadyFrom(record, stage, nanos);
      int steady = cuts.of(stage) - from;
      if (steady < 2 * actions(stage)) {
        return Optional.empty();
      }
      shorter &= steady >= 3 * actions(stage);
      for (int action = 0; action < from + actions(stage); action++) {
        lastOfFirst = Math.max(lastOfFirst, record.lastDone(action));
      }
      for (int action = cuts.of(stage); action < record.actions(); action++) {
        firstBehindCut = Math.min(firstBehindCut, record.firstIssued(action));
      }
    }
    // What comes behind the cut waits for nothing that came before the steady state.
    return lastOfFirst < firstBehindCut - nanos
        ? Optional.of(
            new Period(cycles, nanos, shorter && lastOfFirst < firstBehindCut - 2 * nanos))
        : Optional.empty();
  }

  /** The actions of a stage after which everything repeats. */
  private int actions(int stage) {
    return cycles * stages[stage].period();
  }

  /** How long after those before it the last cycles end. */
  private long last(int rank) {
    int stage = few.stage(rank);
    int cut = cuts.of(stage);
    int period = actions(stage);
    return lastDone(rank, cut - period, cut) - lastDone(rank, cut - 2 * period, cut - period);
  }

  private long lastDone(int rank, int from, int to) {
    long last = 0;
    for (int action = Math.max(from, 0); action < to; action++) {
      last = Math.max(last, watch.record(rank).lastDone(action));
    }
    return last;
  }

  /** The first action from which all up to the cut are repeated. */
  private int steadyFrom(ActionRecord record, int stage, long nanos) {
    int period = actions(stage);
    int from = Math.max(stages[stage].from(), cuts.of(stage) - period);
    while (from > stages[stage].from() && record.isSame(from - 1, from - 1 + period, nanos)) {
      from--;
    }
    return from;
  }
}
