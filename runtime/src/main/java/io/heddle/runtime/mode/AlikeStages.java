package io.heddle.runtime.mode;

import io.heddle.plan.mesh.Group;
import io.heddle.runtime.pipeline.ChunkLikeness;
import io.heddle.runtime.pipeline.PipelineFlattener;
import io.heddle.runtime.pipeline.PlanPipeline;
import org.jspecify.annotations.Nullable;

/**
 * Which stages do the same as others: as many layers of the same kinds at the same chunks, with
 * groups and neighbours that lie alike in the network. One walk stands for all of them.
 */
final class AlikeStages {
  private final PlanPipeline pipeline;
  private final Stages stages;
  private final Offsets offsets;
  private final ChunkLikeness chunks;

  AlikeStages(PipelineFlattener flattener, Stages stages, Offsets offsets) {
    this.pipeline = flattener.pipeline();
    this.stages = stages;
    this.offsets = offsets;
    this.chunks = new ChunkLikeness(flattener);
  }

  /** The first stage that does the same; the stage itself if none before it does. */
  int first(int stage) {
    // Streams and loads of experts make stages differ in what is not looked at here.
    if (!pipeline.hasSeveralStreams() && !pipeline.hasExpertLoads()) {
      for (int before = 0; before < stage; before++) {
        if (areAlike(stage, before)) {
          return before;
        }
      }
    }
    return stage;
  }

  private boolean areAlike(int stage, int other) {
    return chunks.areAlike(stage, other, this::way) && haveSameGroups(stage, other);
  }

  private long way(int from, int to) {
    return offsets.of(stages.first(from), stages.first(to));
  }

  private boolean haveSameGroups(int stage, int other) {
    @Nullable Group[] groups = stages.groups(stage);
    @Nullable Group[] others = stages.groups(other);
    for (int kind = 0; kind < groups.length; kind++) {
      Group group = groups[kind];
      Group like = others[kind];
      if (group == null || like == null) {
        if (group != like) {
          return false;
        }
      } else if (!offsets.areAlike(
          stages.first(stage), group.ring(), stages.first(other), like.ring())) {
        return false;
      }
    }
    return true;
  }
}
