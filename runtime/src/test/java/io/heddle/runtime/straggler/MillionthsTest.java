package io.heddle.runtime.straggler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;

class MillionthsTest {
  @Property
  void productIsTheNearestWholeNumberAndAtLeastOne(
      @ForAll @LongRange(min = 0) long value,
      @ForAll @LongRange(min = 0, max = 2_000_000_000) long factor) {
    BigInteger expected =
        new BigDecimal(value)
            .multiply(BigDecimal.valueOf(factor, Millionths.DIGITS))
            .setScale(0, RoundingMode.HALF_UP)
            .toBigIntegerExact()
            .max(BigInteger.ONE);
    if (expected.bitLength() < Long.SIZE) {
      assertThat(Millionths.product(value, factor)).isEqualTo(expected.longValueExact());
    } else {
      assertThatThrownBy(() -> Millionths.product(value, factor))
          .isInstanceOf(ArithmeticException.class);
    }
  }

  @Property
  void oneChangesNothing(@ForAll @LongRange(min = 1) long value) {
    assertThat(Millionths.product(value, Millionths.ONE)).isEqualTo(value);
  }

  @Property
  void whatHasNoMeaningIsRefused(
      @ForAll @LongRange(min = Long.MIN_VALUE, max = -1) long negative,
      @ForAll @LongRange(min = 0) long other) {
    assertThatThrownBy(() -> Millionths.product(negative, other))
        .isInstanceOf(ArithmeticException.class);
    assertThatThrownBy(() -> Millionths.product(other, negative))
        .isInstanceOf(ArithmeticException.class);
  }

  @Property
  void factorsAreReadBack(@ForAll @LongRange(min = 0, max = 2_000_000_000) long factor) {
    assertThat(Millionths.of(new BigDecimal(Millionths.decimal(factor)))).isEqualTo(factor);
    assertThat(Millionths.decimal(factor)).doesNotContain("E").doesNotMatch(".*\\.\\d*0");
  }
}
