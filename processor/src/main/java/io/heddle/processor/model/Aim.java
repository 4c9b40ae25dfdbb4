package io.heddle.processor.model;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/**
 * What makes one plan better than another.
 *
 * @param measure what is to be least, or most where more is better
 * @param limit what a plan must keep to; empty where there is none
 */
public record Aim(Measure measure, Optional<Limit> limit) {
  /** What plans are compared by. */
  public enum Measure {
    /** Time of a step, ns. */
    TIME(false, Units.TIME),
    /** Bytes that a rank holds at most. */
    MEMORY(false, Units.CAPACITY),
    /** Number of ranks. */
    GPUS(false, Units.NUMBER),
    /** Of all replicas. */
    TOKENS_PER_SECOND(true, Units.NUMBER),
    /** Of all replicas, for each rank. */
    TOKENS_PER_SECOND_PER_GPU(true, Units.NUMBER);

    private final boolean isMoreBetter;
    private final Units unit;

    Measure(boolean isMoreBetter, Units unit) {
      this.isMoreBetter = isMoreBetter;
      this.unit = unit;
    }

    /** The measure of this text. */
    static Optional<Measure> named(String text) {
      return Arrays.stream(values()).filter(one -> one.toString().equals(text)).findFirst();
    }

    /** Whether a plan with more of it is better. */
    public boolean isMoreBetter() {
      return isMoreBetter;
    }

    Units unit() {
      return unit;
    }

    /** As it is written. */
    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /**
   * {@code time <= 20 s}.
   *
   * @param bound the most, or the least of a measure of which more is better; ns, bytes or a number
   */
  public record Limit(Measure measure, double bound, String text) {}

  /** As it is written, such as {@code minimize time}. */
  @Override
  public String toString() {
    return (measure.isMoreBetter() ? "maximize " : "minimize ")
        + measure
        + limit.map(of -> " when " + of.text()).orElse("");
  }
}
