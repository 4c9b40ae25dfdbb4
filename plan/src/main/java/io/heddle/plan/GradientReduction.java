package io.heddle.plan;

import io.heddle.plan.marker.Api;
import java.util.Locale;

/**
 * When gradients are reduced over the data-parallel ranks.
 *
 * @param bucketBytes of one collective, in the gradients' format; 0 unless in buckets
 * @param blocking whether the next kernel waits for a reduction; otherwise the optimizer alone does
 * @param everyMicroBatch whether the gradients of every micro-batch are reduce-scattered (ZeRO-2);
 *     otherwise their sum over the micro-batches is reduced once a step
 */
@Api
public record GradientReduction(
    When when, long bucketBytes, boolean blocking, boolean everyMicroBatch) {
  /** Once a step, when all gradients are there. */
  public static final GradientReduction AT_END =
      new GradientReduction(When.AT_END, 0, false, false);

  /** How many gradients go into one collective. */
  public enum When {
    /** All of them. */
    AT_END,
    /** Those of a layer, of the embedding, of the head. */
    PER_LAYER,
    /** As many as have so many bytes. */
    IN_BUCKETS,
    /** As many as fit beside the kernels between two collectives of the model. */
    IN_GAPS
  }

  public GradientReduction {
    if ((when == When.IN_BUCKETS) != (bucketBytes > 0) || bucketBytes < 0) {
      throw new IllegalArgumentException(when + " with buckets of " + bucketBytes + " bytes");
    }
  }

  /** {@code per layer}, {@code in buckets of 1000 bytes, blocking, every micro-batch}. */
  @Override
  public String toString() {
    return when.name().toLowerCase(Locale.ROOT).replace('_', ' ')
        + (when == When.IN_BUCKETS ? " of " + bucketBytes + " bytes" : "")
        + (blocking ? ", blocking" : "")
        + (everyMicroBatch ? ", every micro-batch" : "");
  }
}
