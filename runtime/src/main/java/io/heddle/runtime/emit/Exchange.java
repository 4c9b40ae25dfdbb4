package io.heddle.runtime.emit;

/** What an all-to-all is made of. */
public enum Exchange {
  /** Messages on a network of several dimensions, a collective on one. */
  BY_NETWORK,
  /** Messages: each member sends to the one at distance 1, 2, …. */
  PAIRWISE,
  /**
   * The simulator's own collective. On a network of several dimensions AstraSim runs it among some
   * of the ranks as a ring of n(n-1)/2 steps.
   */
  DIRECT,
  /**
   * Messages, where tokens go to experts in several nodes: each token once to each node, and from
   * there once to each rank. Without such nodes as {@link #PAIRWISE}.
   */
  BY_NODE
}
