package io.heddle.processor.model;

import io.heddle.processor.diagnose.Code;
import io.heddle.processor.diagnose.Diagnostics;
import io.heddle.processor.syntax.Quantity;
import java.math.BigDecimal;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** Units of quantities: decimal prefixes are powers of ten, {@code Ki Mi Gi Ti} of two. */
enum Units {
  /** Bytes a second. */
  BANDWIDTH("a bandwidth such as `450 GB/s` or `400 Gb/s`"),
  /** Bytes. */
  CAPACITY("a size such as `80 GiB`"),
  /** Operations a second. */
  RATE("a rate such as `989 TFLOPS`"),
  /** Nanoseconds. */
  TIME("a time such as `2 us`"),
  /** A share in (0, 1]. */
  SHARE("a share such as `70 %`"),
  /** No unit. */
  NUMBER("a number such as `132`");

  private static final Map<String, BigDecimal> DECIMAL = new LinkedHashMap<>();
  private static final Map<String, BigDecimal> BINARY = new LinkedHashMap<>();

  static {
    String prefixes = "KMGTPE";
    DECIMAL.put("", BigDecimal.ONE);
    DECIMAL.put("k", BigDecimal.valueOf(1000));
    for (int i = 0; i < prefixes.length(); i++) {
      String prefix = prefixes.substring(i, i + 1);
      DECIMAL.put(prefix, BigDecimal.TEN.pow(3 * (i + 1)));
      BINARY.put(prefix + "i", BigDecimal.valueOf(1L << (10 * (i + 1))));
    }
  }

  private final String example;

  Units(String example) {
    this.example = example;
  }

  /** What is wanted, with an example. */
  String example() {
    return example;
  }

  /** The quantity in the unit of this; a wrong unit or a number out of range is a finding. */
  Optional<BigDecimal> read(Quantity quantity, Diagnostics diagnostics) {
    Optional<BigDecimal> factor = factor(quantity.unit());
    if (factor.isEmpty() && quantity.unit().isEmpty()) {
      diagnostics.report(Code.NO_UNIT, quantity.span(), quantity.number(), example).add();
      return Optional.empty();
    }
    if (factor.isEmpty()) {
      diagnostics.report(Code.WRONG_UNIT, quantity.span(), quantity.unit(), example).add();
      return Optional.empty();
    }
    BigDecimal value = quantity.number().multiply(factor.get());
    boolean positive = value.signum() > 0 || (this == TIME && value.signum() == 0);
    boolean inRange = this != SHARE || value.compareTo(BigDecimal.ONE) <= 0;
    if (!positive || !inRange || value.compareTo(new BigDecimal("9e18")) > 0) {
      diagnostics.report(Code.OUT_OF_RANGE, quantity.span(), example).add();
      return Optional.empty();
    }
    return Optional.of(value);
  }

  private Optional<BigDecimal> factor(String unit) {
    return switch (this) {
      case BANDWIDTH ->
          unit.endsWith("/s") ? bytes(unit.substring(0, unit.length() - 2)) : Optional.empty();
      case CAPACITY -> bytes(unit);
      case RATE -> unit.endsWith("FLOPS") ? prefix(unit, 5, false) : Optional.empty();
      case TIME ->
          Optional.ofNullable(
              Map.of(
                      "ns", BigDecimal.ONE,
                      "us", BigDecimal.valueOf(1_000),
                      "ms", BigDecimal.valueOf(1_000_000),
                      "s", BigDecimal.valueOf(1_000_000_000))
                  .get(unit));
      case NUMBER -> unit.isEmpty() ? Optional.of(BigDecimal.ONE) : Optional.empty();
      case SHARE -> unit.equals("%") ? Optional.of(new BigDecimal("0.01")) : Optional.empty();
    };
  }

  private static Optional<BigDecimal> bytes(String unit) {
    if (unit.endsWith("B")) {
      return prefix(unit, 1, true);
    }
    return unit.endsWith("b")
        ? prefix(unit, 1, true).map(bits -> bits.divide(BigDecimal.valueOf(8)))
        : Optional.empty();
  }

  private static Optional<BigDecimal> prefix(String unit, int suffix, boolean binaryToo) {
    String prefix = unit.substring(0, unit.length() - suffix);
    BigDecimal factor = DECIMAL.get(prefix);
    if (factor == null && binaryToo) {
      factor = BINARY.get(prefix);
    }
    return Optional.ofNullable(factor);
  }
}
