package io.heddle.runtime.steady;

import io.heddle.plan.schedule.Action;
import java.util.List;
import java.util.Optional;

/**
 * Where the actions of a stage repeat, in a step of fewer micro-batches than the plan has. The
 * plan's own actions are these with more cycles put in, behind any cycle from {@code earliestCut}
 * to {@code to}.
 *
 * @param period actions of a cycle
 * @param from the first action that the one a period later repeats
 * @param earliestCut all actions from here on are the last ones of the plan's step
 * @param to behind the last action that repeats one
 */
record Repetition(int period, int from, int earliestCut, int to) {

  /**
   * Compares the actions of a stage in both steps.
   *
   * @param whole those of the plan
   * @param few those of fewer micro-batches
   * @param cycle micro-batches of a cycle
   * @param fewer how many micro-batches are left out, a multiple of the cycle
   * @return empty if the plan's actions do not follow from the few
   */
  static Optional<Repetition> of(List<Action> whole, List<Action> few, int cycle, int fewer) {
    int leftOut = whole.size() - few.size();
    long ofCycles = (long) leftOut * cycle;
    if (ofCycles % fewer != 0) {
      return Optional.empty();
    }
    int period = (int) (ofCycles / fewer);
    int to = 0;
    while (to < few.size() && few.get(to).equals(whole.get(to))) {
      to++;
    }
    int earliestCut = few.size();
    while (earliestCut > 0
        && isLater(few.get(earliestCut - 1), whole.get(earliestCut - 1 + leftOut), fewer)) {
      earliestCut--;
    }
    int from = Math.max(0, to - period);
    while (from > 0 && isLater(few.get(from - 1), few.get(from - 1 + period), cycle)) {
      from--;
    }
    if (earliestCut > to || to - from < 2 * period) {
      return Optional.empty();
    }
    for (int i = from; i < to + leftOut - period; i++) {
      if (!isLater(whole.get(i), whole.get(i + period), cycle)) {
        return Optional.empty();
      }
    }
    return Optional.of(new Repetition(period, from, earliestCut, to));
  }

  /** Whether an action is another, of a micro-batch so many later. */
  static boolean isLater(Action action, Action other, int microBatches) {
    return action.kind() == other.kind()
        && action.chunk() == other.chunk()
        && action.besideNext() == other.besideNext()
        && action.microBatch() + microBatches == other.microBatch();
  }
}
