package io.heddle.runtime.trace;

import io.heddle.plan.PlanValues;

/**
 * Which layers lie on which chunk of which stage. A micro-batch passes all chunks as a chain: chunk
 * c of stage s is at place c · stages + s.
 */
public final class LayerSplit {
  private final int stages;
  private final int chunks;
  private final int[] firstLayers;

  /**
   * Deals out the layers of the whole model.
   *
   * @throws IllegalArgumentException if the plan does not deal them out to so many stages
   */
  LayerSplit(PlanValues plan, long layers, int stages) {
    this.stages = stages;
    this.chunks = plan.schedule().chunksOn(stages);
    int[] boundaries = plan.stages().boundaries(layers, stages, plan.schedule().chunks());
    this.firstLayers = stages == 1 ? new int[] {0, Math.toIntExact(layers)} : boundaries;
  }

  /** Chunks of each stage. */
  public int chunks() {
    return chunks;
  }

  /** Number of chunks of all stages. */
  public int places() {
    return stages * chunks;
  }

  public int place(int stage, int chunk) {
    return chunk * stages + stage;
  }

  public int stageAt(int place) {
    return place % stages;
  }

  public int chunkAt(int place) {
    return place / stages;
  }

  /** Whether the chain begins here, with the embedding. */
  public boolean begins(int place) {
    return place == 0;
  }

  /** Whether the chain ends here, with the head. */
  public boolean ends(int place) {
    return place == places() - 1;
  }

  public int firstLayer(int place) {
    return firstLayers[place];
  }

  /** The layer behind the last. */
  public int endLayer(int place) {
    return firstLayers[place + 1];
  }

  /** How many of the layers {@code from} to {@code to - 1} of the model lie on the stage. */
  long layersOf(int stage, long from, long to) {
    long layers = 0;
    for (int place = stage; place < places(); place += stages) {
      long begin = Math.max(from, firstLayers[place]);
      long end = Math.min(to, firstLayers[place + 1]);
      layers += Math.max(0, end - begin);
    }
    return layers;
  }
}
