package io.heddle.plan;

import io.heddle.plan.marker.Api;
import java.util.Locale;

/**
 * What the backward pass computes again instead of keeping it.
 *
 * @param every in the last of each so many layers; 1: in all
 */
@Api
public record Recompute(Extent extent, int every) {
  public static final Recompute NONE = new Recompute(Extent.NONE, 1);

  /** Every layer's forward: only the input of each layer is kept (not embedding and head). */
  public static final Recompute FULL = new Recompute(Extent.FULL, 1);

  /** The blocks and operations that the file of the plan names. */
  public static final Recompute SELECTED = new Recompute(Extent.SELECTED, 1);

  /** How much. */
  public enum Extent {
    NONE,
    SELECTED,
    FULL
  }

  public Recompute {
    if (every < 1) {
      throw new IllegalArgumentException("every " + every + " layers");
    }
  }

  /** Whether the layer, counted from 0 through the whole model, is computed again as a whole. */
  public boolean isFull(int layer) {
    return extent == Extent.FULL && concerns(layer);
  }

  /** Whether what the file names is computed again in the layer. */
  public boolean isSelected(int layer) {
    return extent == Extent.SELECTED && concerns(layer);
  }

  private boolean concerns(int layer) {
    return (layer + 1) % every == 0;
  }

  /** {@code full}, {@code selected every 2}. */
  @Override
  public String toString() {
    String word = extent.name().toLowerCase(Locale.ROOT);
    return every == 1 ? word : word + " every " + every;
  }
}
