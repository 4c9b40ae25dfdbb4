package io.heddle.cli.output;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** Numbers have no exponent, no digit of no account, and read as they were. */
final class JsonProperties {
  @Provide
  Arbitrary<Double> doubles() {
    return Arbitraries.oneOf(
        Arbitraries.longs().map(Double::longBitsToDouble).filter(Double::isFinite),
        Arbitraries.doubles().between(0, 1e18),
        Arbitraries.longs().between(0, 1L << 52).map(whole -> whole / 8.0));
  }

  @Property
  void numbersArePlain(@ForAll("doubles") double value) {
    String wanted =
        value == 0 ? "0" : BigDecimal.valueOf(value).stripTrailingZeros().toPlainString();
    assertThat(Json.plain(value)).isEqualTo(wanted);
    assertThat(Double.parseDouble(wanted)).isEqualTo(value == 0 ? 0 : value);
  }
}
