package io.heddle.processor.model;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Normalisations over the last dimension of their operand, with their cost for one element, their
 * weights, and the sums over the normalised dimension that each direction needs.
 */
public enum NormKind {
  /** Zhang and Sennrich 2019, arXiv:1910.07467, equation 4. One weight: the scale. */
  RMSNORM("rmsnorm", 1, 1, 1, 4, 8, 3),
  /** Ba et al. 2016, arXiv:1607.06450, equation 4. Two weights: scale and shift. */
  LAYERNORM("layernorm", 2, 2, 2, 7, 14, 5),
  /** Maximum, difference, exponential, sum, quotient; no weight. */
  SOFTMAX("softmax", 0, 2, 1, 5, 4, 0);

  /** What a norm may be told to do without, in the order of its weights. */
  public static final List<String> WEIGHTS = List.of("weight", "bias");

  private final String word;
  private final int weights;
  private final int forwardStatistics;
  private final int backwardStatistics;
  private final int forward;
  private final int backward;
  private final int backwardOfWeights;

  NormKind(
      String word,
      int weights,
      int forwardStatistics,
      int backwardStatistics,
      int forward,
      int backward,
      int backwardOfWeights) {
    this.word = word;
    this.weights = weights;
    this.forwardStatistics = forwardStatistics;
    this.backwardStatistics = backwardStatistics;
    this.forward = forward;
    this.backward = backward;
    this.backwardOfWeights = backwardOfWeights;
  }

  /** As written. */
  public String word() {
    return word;
  }

  /** Weights of the size of the normalised dimension: none, the scale, or scale and shift. */
  public int weights() {
    return weights;
  }

  /** Values for each remaining element that ranks add up where the dimension is split. */
  public int forwardStatistics() {
    return forwardStatistics;
  }

  /** As {@link #forwardStatistics}, in the backward pass. */
  public int backwardStatistics() {
    return backwardStatistics;
  }

  /** Operations for one element. */
  public int forward() {
    return forward;
  }

  /** Operations for the gradient of one element, and what it adds to those of the weights. */
  public int backward() {
    return backward;
  }

  /**
   * Operations of one element for the gradients of the weights alone: it is normalised again, times
   * its gradient, and added up.
   */
  public int backwardOfWeights() {
    return backwardOfWeights;
  }

  /** The normalisation that a file calls by this name. */
  public static Optional<NormKind> named(String name) {
    return Arrays.stream(values()).filter(kind -> kind.word.equals(name)).findFirst();
  }
}
