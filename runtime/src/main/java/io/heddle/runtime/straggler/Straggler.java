package io.heddle.runtime.straggler;

import io.heddle.plan.marker.Api;
import java.math.BigDecimal;
import java.util.Locale;

/**
 * Every kernel of one rank, or of all ranks of one pipeline stage, lasts longer by a factor.
 *
 * @param number of the rank or stage, from 0
 * @param factor from 1 to {@value #MOST}, with up to six digits behind the point
 */
@Api
public record Straggler(Scope scope, int number, BigDecimal factor) {
  /** The largest factor of a rank, also of several stragglers together. */
  public static final int MOST = 1000;

  /** What is slow. */
  public enum Scope {
    RANK,
    STAGE;

    /** {@code rank} or {@code stage}. */
    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /**
   * Checks the factor.
   *
   * @throws InvalidStragglersException if there is no such straggler
   */
  public Straggler {
    factor = Decimals.plain(factor);
    if (number < 0) {
      throw new InvalidStragglersException("%s %d: numbers begin at 0".formatted(scope, number));
    }
    if (factor.compareTo(BigDecimal.ONE) < 0 || isTooLarge(factor)) {
      throw new InvalidStragglersException(
          "%s %d by %s: a factor is from 1 to %d; 1.5 takes half as long again"
              .formatted(scope, number, factor, MOST));
    }
    if (factor.scale() > Millionths.DIGITS) {
      throw new InvalidStragglersException(
          "%s %d by %s: a factor has up to %d digits behind the point"
              .formatted(scope, number, factor, Millionths.DIGITS));
    }
  }

  static boolean isTooLarge(BigDecimal factor) {
    return factor.compareTo(BigDecimal.valueOf(MOST)) > 0;
  }

  boolean concerns(int rank, int stage) {
    return number == (scope == Scope.RANK ? rank : stage);
  }

  /** {@code rank 3 by 1.5}. */
  @Override
  public String toString() {
    return scope + " " + number + " by " + factor;
  }
}
