package io.heddle.processor.model;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** What becomes of the values along a dimension. */
public enum Reduction {
  SUM,
  MEAN,
  /** The one at the first place. */
  FIRST,
  MAX;

  /** The reduction of this name. */
  static Optional<Reduction> named(String word) {
    return Arrays.stream(values()).filter(kind -> kind.word().equals(word)).findFirst();
  }

  /** As it is written. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Whether the parts of ranks add up to the whole. */
  public boolean isLinear() {
    return this != MAX;
  }
}
