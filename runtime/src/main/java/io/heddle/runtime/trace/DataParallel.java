package io.heddle.runtime.trace;

import org.jspecify.annotations.Nullable;

/**
 * What a rank does for its data-parallel groups beside its passes: it gathers weights ahead of them
 * and reduces gradients behind them.
 */
final class DataParallel {
  /** Of a rank that does all of it at the end of the step. */
  static final DataParallel NONE = new DataParallel(null, null);

  private final @Nullable GradientBuckets buckets;
  private final @Nullable UnitGathers gathers;

  /**
   * @param buckets null where all gradients are reduced in the step
   * @param gathers null where every rank has all weights
   */
  DataParallel(@Nullable GradientBuckets buckets, @Nullable UnitGathers gathers) {
    this.buckets = buckets;
    this.gathers = gathers;
  }

  /** The rank comes to its next layer, embedding or head in a pass that needs weights. */
  void beginUnit() {
    if (gathers != null) {
      gathers.begin();
    }
  }

  /** Behind a collective of the model there is room for others. */
  void gap() {
    boolean isTaken = gathers != null && gathers.gap();
    if (buckets != null) {
      buckets.gap(isTaken);
    }
  }

  /**
   * A pass has made gradients of the embedding or the head.
   *
   * @param unit {@link DataGroups#EMBED} or {@link DataGroups#HEAD}
   * @param complete whether no later action adds to them
   */
  void made(int unit, boolean complete) {
    if (buckets != null) {
      buckets.made(unit, complete);
    }
  }

  /**
   * A pass has made gradients of a layer.
   *
   * @param complete whether no later action adds to them
   */
  void madeOfLayer(int layer, boolean complete) {
    if (buckets != null) {
      buckets.madeOfLayer(layer, complete);
    }
  }

  /**
   * A backward pass through all of a chunk ends.
   *
   * @param complete whether no later action makes gradients
   */
  void endPass(boolean complete) {
    if (buckets != null) {
      buckets.endPass(complete);
    }
  }

  /** What may run during the action is emitted now, not within the next. */
  void endAction() {
    if (gathers != null) {
      gathers.gap();
    }
    if (buckets != null) {
      buckets.reduceReady();
    }
  }

  /** The reduction behind all others; {@link RankEmitter#NONE} where there was none. */
  long reduced() {
    return buckets == null ? RankEmitter.NONE : buckets.last();
  }
}
