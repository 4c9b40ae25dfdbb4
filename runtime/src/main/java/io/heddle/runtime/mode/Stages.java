package io.heddle.runtime.mode;

import io.heddle.runtime.trace.PipelineFlattener;

/** The ranks of each stage of a pipeline. */
final class Stages {
  private final int[] first;
  private final int ranks;

  Stages(PipelineFlattener flattener) {
    first = new int[flattener.stages()];
    ranks = flattener.mesh().ranks() / first.length;
    for (int rank = flattener.mesh().ranks() - 1; rank >= 0; rank--) {
      first[flattener.stage(rank)] = rank;
    }
  }

  /** The lowest rank of a stage. */
  int first(int stage) {
    return first[stage];
  }

  /** Ranks of each stage. */
  int ranks() {
    return ranks;
  }
}
