package io.heddle.runtime.simulate.workload;

/** Does what nodes say. */
public interface NodeIssuer {
  /**
   * Begins a node; {@link RankWorkload#complete} follows when it is done.
   *
   * @return false if the node is done already
   */
  boolean issue(RankWorkload rank, int slot);
}
