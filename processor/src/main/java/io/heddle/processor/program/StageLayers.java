package io.heddle.processor.program;

import io.heddle.plan.LayerKinds;
import io.heddle.plan.LayerSplit;
import io.heddle.plan.schedule.Chain;
import io.heddle.processor.model.PlanNumbers;
import java.util.ArrayList;
import java.util.List;

/**
 * The layers of a stage as far as they decide what its ranks hold: stages with equal ones hold the
 * same.
 *
 * @param ofKind how many there are of each kind, trained or not
 * @param chunks the trained ones
 */
record StageLayers(boolean isFirst, boolean isLast, List<Long> ofKind, List<Chunk> chunks) {
  /** The layers of a chunk, and the ends of the model beside them. */
  private record Chunk(boolean begins, boolean ends, List<Run> runs) {}

  /**
   * Layers of one kind in a row.
   *
   * @param again how many of them are computed again
   */
  private record Run(int kind, long count, long again) {}

  /** Those of a stage. */
  static StageLayers of(int stage, LayerSplit split, PlanNumbers numbers) {
    LayerKinds layers = numbers.layers();
    long every = numbers.values().recompute().every();
    List<Long> ofKind = new ArrayList<>();
    for (int kind = 0; kind < layers.kinds(); kind++) {
      ofKind.add(split.layersOf(stage, layers, kind));
    }
    List<Chunk> chunks = new ArrayList<>();
    for (int chunk = 0; chunk < split.chunks(); chunk++) {
      int place = split.place(stage, chunk);
      long first = split.firstBackward(place);
      long end = split.endLayer(place);
      List<Run> runs = new ArrayList<>();
      for (LayerKinds.Run run : layers.runs(first, end)) {
        long from = Math.max(run.begin(), first);
        long to = Math.min(run.end(), end);
        runs.add(new Run(run.kind(), to - from, to / every - from / every));
      }
      chunks.add(new Chunk(split.begins(place), split.ends(place), runs));
    }
    Chain chain = split.chain();
    return new StageLayers(chain.isFirst(stage), chain.isLast(stage), ofKind, chunks);
  }
}
