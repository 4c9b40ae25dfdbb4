package io.heddle.plan;

import io.heddle.plan.schedule.Chain;

/** Which layers lie at which place of the chain of chunks, and so on which stage. */
public final class LayerSplit {
  /** In place of the first layer that has a backward pass: so has the embedding. */
  public static final int EMBEDDING = -1;

  private final Chain chain;
  private final int[] firstLayers;
  private final int backwardFrom;

  private LayerSplit(Chain chain, int[] firstLayers, int backwardFrom) {
    this.chain = chain;
    this.firstLayers = firstLayers;
    this.backwardFrom = backwardFrom;
  }

  /**
   * Deals out the layers of the whole model, in which all has a backward pass.
   *
   * @throws IllegalArgumentException if the plan does not deal them out to so many stages, or has
   *     no schedule that there is
   */
  public static LayerSplit of(PlanValues plan, long layers, int stages) {
    Schedule schedule = plan.schedule();
    int[] boundaries = plan.stages().boundaries(layers, stages, schedule.chunks());
    return new LayerSplit(
        Chain.of(schedule.rules(), stages, schedule.chunksOn(stages)),
        stages == 1 ? new int[] {0, Math.toIntExact(layers)} : boundaries,
        EMBEDDING);
  }

  /**
   * The same where nothing before a layer is trained.
   *
   * @param layer the first that has a backward pass; {@link #EMBEDDING} where the embedding has one
   */
  public LayerSplit backwardFrom(int layer) {
    return new LayerSplit(chain, firstLayers, layer);
  }

  /** Whether the embedding has a backward pass. */
  public boolean trainsEmbedding() {
    return backwardFrom == EMBEDDING;
  }

  /** The first layer at a place that has a backward pass; the end of the place where none has. */
  public int firstBackward(int place) {
    return Math.min(endLayer(place), Math.max(backwardFrom, firstLayer(place)));
  }

  /** Whether something at a place has a backward pass. */
  private boolean hasBackward(int place) {
    return ends(place) || endLayer(place) > backwardFrom;
  }

  /**
   * Whether a place gets the stream from the place before it, or its gradient from the one behind.
   *
   * @param forward whether it is the stream
   */
  public boolean receives(int place, boolean forward) {
    return forward ? !begins(place) : !ends(place) && hasBackward(place);
  }

  /**
   * Whether a place hands the stream on to the place behind it, or its gradient to the one before.
   *
   * @param forward whether it is the stream
   */
  public boolean sends(int place, boolean forward) {
    return forward ? !ends(place) : !begins(place) && hasBackward(place - 1);
  }

  /** The places of chunks. */
  public Chain chain() {
    return chain;
  }

  /** Chunks of each stage. */
  public int chunks() {
    return chain.chunks();
  }

  /** Where a chunk stands in the chain. */
  public int place(int stage, int chunk) {
    return chain.place(stage, chunk);
  }

  /** Whether the chain begins here, with the embedding. */
  public boolean begins(int place) {
    return chain.begins(place);
  }

  /** Whether the chain ends here, with the head. */
  public boolean ends(int place) {
    return chain.ends(place);
  }

  /** The first layer at a place. */
  public int firstLayer(int place) {
    return firstLayers[place];
  }

  /** The layer behind the last at a place. */
  public int endLayer(int place) {
    return firstLayers[place + 1];
  }

  /** Whether no layers lie at a place, but the embedding or the head alone. */
  public boolean isEmpty(int place) {
    return firstLayers[place] == firstLayers[place + 1];
  }

  /**
   * The layer at a place to which a micro-batch comes first; -1 where there is none.
   *
   * @param forward whether it comes forwards
   */
  public int layerNext(int place, boolean forward) {
    if (isEmpty(place)) {
      return -1;
    }
    return forward ? firstLayers[place] : firstLayers[place + 1] - 1;
  }

  /** Layers of the whole model. */
  public int layers() {
    return firstLayers[firstLayers.length - 1];
  }

  /** How many of the layers {@code from} to {@code to - 1} of the model lie at a place. */
  public long layersAt(int place, long from, long to) {
    long begin = Math.max(from, firstLayers[place]);
    long end = Math.min(to, firstLayers[place + 1]);
    return Math.max(0, end - begin);
  }

  /** How many layers of a kind lie on the stage. */
  public long layersOf(int stage, LayerKinds kinds, int kind) {
    long layers = 0;
    for (int chunk = 0; chunk < chunks(); chunk++) {
      int place = place(stage, chunk);
      layers += kinds.of(kind, firstLayer(place), endLayer(place));
    }
    return layers;
  }
}
