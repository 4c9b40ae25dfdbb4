package io.heddle.runtime.simulate.workload;

import io.heddle.plan.marker.Api;
import io.heddle.runtime.simulate.memory.RankMemory;

/** Hears of every node that is done. Nothing is allocated for a call. */
@Api
@FunctionalInterface
public interface SimulationObserver {
  /** Hears nothing. */
  SimulationObserver NONE = (rank, node, kind, collective, group, issued, completed, exposed) -> {};

  /**
   * A node is done. Calls come in order of {@code completed}.
   *
   * @param rank whose node it is
   * @param node its id in the rank's trace
   * @param kind what it does
   * @param collective Chakra's number of a collective; -1 of other nodes
   * @param group of a collective, or of the two ranks of a send where a flattener says so; 0 for
   *     all ranks, for sends between stages and for other nodes
   * @param issued tick at which it was issued, ns
   * @param completed tick at which it was done, ns
   * @param exposed of a send or collective: ns between the two ticks in which the rank computed
   *     nothing; 0 for other nodes
   */
  void completed(
      int rank,
      long node,
      NodeKind kind,
      int collective,
      int group,
      long issued,
      long completed,
      long exposed);

  /**
   * A node is issued. It could not be before: the node of its rank that was done last freed it, or
   * the lane that it takes; at the start of the run there is none. Where nodes of flatteners run,
   * the two ticks are the same.
   *
   * @param rank whose node it is
   * @param node its id in the rank's trace
   * @param kind what it does
   * @param group as in {@link #completed}
   */
  default void issued(int rank, long node, NodeKind kind, int group) {}

  /**
   * What a rank held, where its tensors are accounted for. Calls come when the run is over, for
   * ranks that finished and have statistics.
   */
  default void held(RankMemory memory) {}

  /** The run begins anew: what was heard so far is void. */
  default void restart() {}

  /** Hears only that the run begins anew. */
  static SimulationObserver onRestart(Runnable then) {
    return new SimulationObserver() {
      @Override
      public void completed(
          int rank,
          long node,
          NodeKind kind,
          int collective,
          int group,
          long issued,
          long completed,
          long exposed) {}

      @Override
      public void restart() {
        then.run();
      }
    };
  }

  /** This one and another, which is told after it. */
  default SimulationObserver and(SimulationObserver other) {
    return this == NONE ? other : new ObserverPair(this, other);
  }
}
