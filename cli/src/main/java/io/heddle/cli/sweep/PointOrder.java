package io.heddle.cli.sweep;

import io.heddle.cli.sweep.PointResult.Figures;
import java.util.Comparator;

/** By what points are compared. */
public enum PointOrder {
  /** The shortest iteration. */
  time,
  /** The least memory; what is not known last. */
  memory,
  /** The fewest ranks. */
  ranks,
  /** The most tokens in a second. */
  tokens,
  /** The most tokens in a second on each GPU. */
  tokens_per_gpu,
  /** The highest MFU. */
  mfu;

  /** The best first. */
  public Comparator<Figures> comparator() {
    return switch (this) {
      case time -> Comparator.comparing(Figures::iterationNanos, Long::compareUnsigned);
      case memory ->
          Comparator.comparingLong(figures -> figures.memory().peak().orElse(Long.MAX_VALUE));
      case ranks -> Comparator.comparingLong(Figures::ranks);
      case tokens -> Comparator.comparingDouble(Figures::tokensPerSecond).reversed();
      case tokens_per_gpu ->
          Comparator.comparingDouble(Figures::tokensPerSecondPerDevice).reversed();
      case mfu -> Comparator.comparingDouble(Figures::mfu).reversed();
    };
  }
}
