package io.heddle.runtime.mode;

import io.heddle.plan.mesh.Group;
import io.heddle.runtime.fold.Symmetry;
import io.heddle.runtime.pipeline.PipelineFlattener;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The ranks of each stage of a pipeline. */
final class Stages {
  private final int[] first;
  private final @Nullable Group[][] groups;
  private final int ranks;
  private final int[] ofRanks;

  Stages(PipelineFlattener flattener) {
    first = new int[flattener.stages()];
    ranks = flattener.mesh().ranks() / first.length;
    ofRanks = new int[flattener.mesh().ranks()];
    for (int rank = ofRanks.length - 1; rank >= 0; rank--) {
      ofRanks[rank] = flattener.stage(rank);
      first[ofRanks[rank]] = rank;
    }
    groups = new @Nullable Group[first.length][];
    for (int stage = 0; stage < first.length; stage++) {
      groups[stage] = flattener.pipeline().groupsAround(first[stage]);
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

  /** Ranks of all stages together. */
  int allRanks() {
    return ofRanks.length;
  }

  /** The stage of each rank. */
  int[] ofRanks() {
    return ofRanks.clone();
  }

  /** One rank of each stage is looked at for all. */
  Symmetry symmetry() {
    return Symmetry.folded(ofRanks.length, first.length, List.of(Symmetry.BY_STAGE));
  }
}
