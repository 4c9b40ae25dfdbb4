package io.heddle.plan;

import io.heddle.plan.marker.Api;
import org.jspecify.annotations.Nullable;

/**
 * Formats of those kinds of activations that a plan may store or send otherwise than its other
 * tensors. The gradient of an activation has the format of the activation, but for rows of experts.
 *
 * @param stream the residual stream: what blocks take and return, in a stage and between stages
 * @param qkv queries, keys and values as attention reads them
 * @param logits what the loss reads, or what tokens are drawn by
 * @param exchanges how rows are quantised on their way to experts, activations and gradients; null
 *     where they travel as tensors. Rows on their way back always do
 */
@Api
public record ActivationFormats(
    NumberFormat stream, NumberFormat qkv, NumberFormat logits, @Nullable Quantisation exchanges) {

  /** All of them as tensors. */
  public static ActivationFormats as(NumberFormat tensors) {
    return new ActivationFormats(tensors, tensors, tensors, null);
  }

  /** {@code , stream fp32, exchanges fp8 blockwise}: those that are not as tensors. */
  String text(NumberFormat tensors) {
    StringBuilder text = new StringBuilder();
    text.append(stream == tensors ? "" : ", stream " + stream.word());
    text.append(qkv == tensors ? "" : ", qkv " + qkv.word());
    text.append(logits == tensors ? "" : ", logits " + logits.word());
    text.append(exchanges == null ? "" : ", exchanges " + exchanges.words());
    return text.toString();
  }
}
