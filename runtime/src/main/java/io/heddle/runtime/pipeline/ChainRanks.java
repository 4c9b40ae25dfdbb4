package io.heddle.runtime.pipeline;

import io.heddle.plan.schedule.Chain;

/**
 * The ranks of a pipeline that have all coordinates in common but the stage, as the chain of chunks
 * goes through them.
 *
 * @param ranksToNextStage difference of rank numbers between neighbours along the pipeline axis
 */
record ChainRanks(Chain chain, int ranksToNextStage) {
  /** Whether two places of the chain lie on one rank. */
  boolean isLocal(int place, int other) {
    return chain.stageAt(place) == chain.stageAt(other);
  }

  /** The rank at another place of the chain, seen from a rank at a place. */
  int peer(int rank, int place, int other) {
    return rank + (chain.stageAt(other) - chain.stageAt(place)) * ranksToNextStage;
  }
}
