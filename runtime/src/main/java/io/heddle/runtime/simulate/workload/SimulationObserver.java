package io.heddle.runtime.simulate.workload;

/** Hears of every node that is done. Nothing is allocated for a call. */
@FunctionalInterface
public interface SimulationObserver {
  /** Hears nothing. */
  SimulationObserver NONE = (rank, node, kind, group, issued, completed, exposed) -> {};

  /**
   * A node is done. Calls come in order of {@code completed}.
   *
   * @param rank whose node it is
   * @param node its id in the rank's trace
   * @param kind what it does
   * @param group of a collective, or of the two ranks of a send where a flattener says so; 0 for
   *     all ranks, for sends between stages and for other nodes
   * @param issued tick at which it was issued, ns
   * @param completed tick at which it was done, ns
   * @param exposed of a send or collective: ns between the two ticks in which the rank computed
   *     nothing; 0 for other nodes
   */
  void completed(
      int rank, long node, NodeKind kind, int group, long issued, long completed, long exposed);

  /** The run begins anew: what was heard so far is void. */
  default void restart() {}
}
