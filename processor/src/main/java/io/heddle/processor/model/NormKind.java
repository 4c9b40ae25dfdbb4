package io.heddle.processor.model;

import java.util.Optional;

/** Normalisations over the last dimension of their operand, with their cost for one element. */
public enum NormKind {
  /** Zhang and Sennrich 2019, arXiv:1910.07467, equation 4. One weight: the scale. */
  RMSNORM("rmsnorm", 1, 4, 8),
  /** Ba et al. 2016, arXiv:1607.06450, equation 4. Two weights: scale and shift. */
  LAYERNORM("layernorm", 2, 7, 14);

  private final String word;
  private final int statistics;
  private final int forward;
  private final int backward;

  NormKind(String word, int statistics, int forward, int backward) {
    this.word = word;
    this.statistics = statistics;
    this.forward = forward;
    this.backward = backward;
  }

  /** As written. */
  public String word() {
    return word;
  }

  /** Sums over the normalised dimension that each direction needs; the number of weights too. */
  public int statistics() {
    return statistics;
  }

  public int forward() {
    return forward;
  }

  public int backward() {
    return backward;
  }

  /** The normalisation that a file calls by this name. */
  public static Optional<NormKind> named(String name) {
    return java.util.Arrays.stream(values()).filter(kind -> kind.word.equals(name)).findFirst();
  }
}
