package io.heddle.runtime.mode;

import io.heddle.plan.mesh.Group;
import io.heddle.runtime.trace.PipelineFlattener;
import org.jspecify.annotations.Nullable;

/** The ranks of each stage of a pipeline. */
final class Stages {
  private final int[] first;
  private final @Nullable Group[][] groups;
  private final int ranks;

  Stages(PipelineFlattener flattener) {
    first = new int[flattener.stages()];
    ranks = flattener.mesh().ranks() / first.length;
    for (int rank = flattener.mesh().ranks() - 1; rank >= 0; rank--) {
      first[flattener.stage(rank)] = rank;
    }
    groups = new @Nullable Group[first.length][];
    for (int stage = 0; stage < first.length; stage++) {
      groups[stage] = flattener.groupsAround(first[stage]);
    }
  }

  /** The lowest rank of a stage. */
  int first(int stage) {
    return first[stage];
  }

  /** The groups of that rank, with ids that only it knows: their kinds, from 1. */
  @Nullable Group[] groups(int stage) {
    return groups[stage];
  }

  /** Ranks of each stage. */
  int ranks() {
    return ranks;
  }
}
