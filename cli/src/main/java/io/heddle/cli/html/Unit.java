package io.heddle.cli.html;

import io.heddle.cli.output.Quantities;
import java.math.BigDecimal;

/** Units of figures. */
enum Unit {
  NANOSECONDS("ns") {
    @Override
    String text(double value) {
      return Quantities.time(value);
    }
  },
  BYTES("B") {
    @Override
    String text(double value) {
      return Quantities.bytes(BigDecimal.valueOf(value).toBigInteger());
    }
  };

  private final String symbol;

  Unit(String symbol) {
    this.symbol = symbol;
  }

  /** What the script knows it by. */
  String symbol() {
    return symbol;
  }

  /** A value as people read it. */
  abstract String text(double value);
}
