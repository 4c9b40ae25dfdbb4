package io.heddle.plan;

import io.heddle.plan.marker.Api;
import org.jspecify.annotations.Nullable;

/**
 * Number formats of a plan.
 *
 * @param tensors activations, their gradients, and weights as the kernels read them
 * @param gradients weight gradients: accumulated and reduced in this format
 * @param products how operands of linear layers are quantised; null where they are as all tensors
 * @param attention what attention is computed in
 * @param moments of the optimizer
 * @param master the copy of the weights that the optimizer updates
 */
@Api
public record Precision(
    NumberFormat tensors,
    NumberFormat gradients,
    @Nullable Quantisation products,
    NumberFormat attention,
    NumberFormat moments,
    NumberFormat master) {

  /** All products in the format of tensors, the optimizer in fp32. */
  public Precision(NumberFormat tensors, NumberFormat gradients) {
    this(tensors, gradients, null, tensors, NumberFormat.FP32, NumberFormat.FP32);
  }

  /** Whether nothing is said but the formats of tensors and gradients. */
  public boolean isPlain() {
    return equals(new Precision(tensors, gradients));
  }

  /** {@code bf16, products mxfp8, gradients fp32}, as plans write it. */
  public String text() {
    StringBuilder text = new StringBuilder(tensors.word());
    text.append(products == null ? "" : ", products " + products.words());
    text.append(attention == tensors ? "" : ", attention " + attention.word());
    text.append(", gradients ").append(gradients.word());
    text.append(moments == NumberFormat.FP32 ? "" : ", moments " + moments.word());
    text.append(master == NumberFormat.FP32 ? "" : ", master " + master.word());
    return text.toString();
  }
}
