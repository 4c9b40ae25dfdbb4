package io.heddle.plan;

import io.heddle.plan.marker.Api;

/**
 * How weights that are split over data-parallel ranks (ZeRO-3) are gathered.
 *
 * @param sharded whether they are split at all
 * @param prefetch units (layers, embedding, head) that a gather runs ahead of its unit; 0: it
 *     begins when the unit before is done
 * @param once whether what is gathered in the first forward pass stays for all forward passes, and
 *     so in the backward passes; otherwise every pass of a micro-batch gathers
 */
@Api
public record WeightGathers(boolean sharded, int prefetch, boolean once) {
  /** Every rank has its weights whole. */
  public static final WeightGathers NONE = new WeightGathers(false, 0, false);

  /** The deepest prefetch that is accepted. */
  public static final int DEEPEST = 1024;

  public WeightGathers {
    if (prefetch < 0 || prefetch > DEEPEST) {
      throw new IllegalArgumentException("prefetch " + prefetch);
    }
  }
}
