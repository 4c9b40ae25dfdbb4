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
 * @param weights how inference stores the weights of linear layers; null: as products read them
 * @param experts how it stores those of experts; null: as {@code weights}
 * @param activations formats of kinds of activations
 */
@Api
public record Precision(
    NumberFormat tensors,
    NumberFormat gradients,
    @Nullable Quantisation products,
    NumberFormat attention,
    NumberFormat moments,
    NumberFormat master,
    @Nullable WeightFormat weights,
    @Nullable WeightFormat experts,
    ActivationFormats activations) {

  /** All products in the format of tensors, the optimizer in fp32. */
  public Precision(NumberFormat tensors, NumberFormat gradients) {
    this(tensors, gradients, null, tensors, NumberFormat.FP32, NumberFormat.FP32);
  }

  /** Weights as products read them. */
  public Precision(
      NumberFormat tensors,
      NumberFormat gradients,
      @Nullable Quantisation products,
      NumberFormat attention,
      NumberFormat moments,
      NumberFormat master) {
    this(
        tensors,
        gradients,
        products,
        attention,
        moments,
        master,
        null,
        null,
        ActivationFormats.as(tensors));
  }

  /** The same, weights of linear layers and of experts stored so. */
  public Precision storing(@Nullable WeightFormat linear, @Nullable WeightFormat ofExperts) {
    return new Precision(
        tensors, gradients, products, attention, moments, master, linear, ofExperts, activations);
  }

  /** The same with other formats of activations. */
  public Precision with(ActivationFormats other) {
    return new Precision(
        tensors, gradients, products, attention, moments, master, weights, experts, other);
  }

  /** Whether all kinds of activations are stored and sent as tensors. */
  public boolean hasPlainActivations() {
    return activations.equals(ActivationFormats.as(tensors));
  }

  /** Whether nothing is said but the formats of tensors and gradients. */
  public boolean isPlain() {
    return equals(new Precision(tensors, gradients));
  }

  /** Whether something is said of how weights are stored. */
  public boolean storesWeights() {
    return weights != null || experts != null;
  }

  /** How inference stores the weights of some linear layers; null: as products read them. */
  public @Nullable WeightFormat stored(boolean ofExperts) {
    return ofExperts && experts != null ? experts : weights;
  }

  /**
   * Bytes in which inference stores weights of linear layers.
   *
   * @param ofExperts whether they are weights of experts
   * @throws ArithmeticException if they do not fit into 63 bits
   */
  public long weightBytes(long elements, boolean ofExperts) {
    WeightFormat stored = stored(ofExperts);
    if (stored != null) {
      return stored.bytes(elements);
    }
    return products == null
        ? Math.multiplyExact(elements, tensors.bytes())
        : products.bytes(elements);
  }

  /** {@code bf16, products mxfp8, gradients fp32}, as plans write it. */
  public String text() {
    StringBuilder text = new StringBuilder(tensors.word());
    text.append(products == null ? "" : ", products " + products.words());
    text.append(weights == null ? "" : ", weights " + weights.word());
    text.append(experts == null ? "" : ", experts " + experts.word());
    text.append(attention == tensors ? "" : ", attention " + attention.word());
    text.append(activations.text(tensors));
    text.append(", gradients ").append(gradients.word());
    text.append(moments == NumberFormat.FP32 ? "" : ", moments " + moments.word());
    text.append(master == NumberFormat.FP32 ? "" : ", master " + master.word());
    return text.toString();
  }
}
