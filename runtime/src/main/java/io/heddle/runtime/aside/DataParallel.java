package io.heddle.runtime.aside;

import io.heddle.runtime.emit.Aside;
import io.heddle.runtime.emit.RankEmitter;
import org.jspecify.annotations.Nullable;

/** The gathers of weights ahead of a rank's passes, and the reductions of gradients behind them. */
final class DataParallel implements Aside {
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

  @Override
  public void beginUnit() {
    if (gathers != null) {
      gathers.begin();
    }
  }

  @Override
  public void gap(String operation) {
    boolean isTaken = gathers != null && gathers.gap();
    if (buckets != null) {
      buckets.gap(isTaken, operation);
    }
  }

  @Override
  public void madeEmbedding(boolean complete) {
    if (buckets != null) {
      buckets.madeOfEmbedding(complete);
    }
  }

  @Override
  public void madeHead(boolean complete) {
    if (buckets != null) {
      buckets.madeOfHead(complete);
    }
  }

  @Override
  public void madeLayer(int layer, boolean complete) {
    if (buckets != null) {
      buckets.madeOfLayer(layer, complete);
    }
  }

  @Override
  public void endPass(boolean complete) {
    if (buckets != null) {
      buckets.endPass(complete);
    }
  }

  @Override
  public void endAction() {
    if (gathers != null) {
      gathers.gap();
    }
    if (buckets != null) {
      buckets.reduceReady();
    }
  }

  @Override
  public long reduced() {
    return buckets == null ? RankEmitter.NONE : buckets.last();
  }
}
