package io.heddle.runtime.mode;

import io.heddle.plan.LayerSplit;
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
  private final LayerSplit layers;

  AlikeStages(PipelineFlattener flattener, Stages stages, Offsets offsets) {
    this.pipeline = flattener.pipeline();
    this.stages = stages;
    this.offsets = offsets;
    this.chunks = new ChunkLikeness(flattener);
    this.layers = pipeline.layers();
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
    for (int chunk = 0; chunk < layers.chunks(); chunk++) {
      int place = layers.place(stage, chunk);
      int otherPlace = layers.place(other, chunk);
      if (!chunks.haveSameLayers(place, otherPlace)
          || !isSameWay(place, otherPlace, 1)
          || !isSameWay(place, otherPlace, -1)) {
        return false;
      }
    }
    return haveSameGroups(stage, other);
  }

  private boolean isSameWay(int place, int other, int on) {
    return chunks.haveSameMessages(place, other, on)
        && (chunks.isEnd(place, on) || way(place, on) == way(other, on));
  }

  private long way(int place, int on) {
    int from = layers.chain().stageAt(place);
    int to = layers.chain().stageAt(place + on);
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
      } else if (offsets.shape(stages.first(stage), group.ring())
          != offsets.shape(stages.first(other), like.ring())) {
        return false;
      }
    }
    return true;
  }
}
