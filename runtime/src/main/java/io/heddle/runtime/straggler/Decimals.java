package io.heddle.runtime.straggler;

import java.math.BigDecimal;

/** One form for each number: equal numbers are equal objects and print without exponents. */
final class Decimals {
  private Decimals() {}

  static BigDecimal plain(BigDecimal number) {
    BigDecimal stripped = number.stripTrailingZeros();
    return stripped.scale() < 0 ? stripped.setScale(0) : stripped;
  }
}
