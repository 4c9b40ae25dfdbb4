package io.heddle.runtime.cost;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Conversions as gcc makes them. */
final class UnsignedCastTest {
  @Test
  void whatTheMachineMakesOfNumbersOutOfRange() {
    assertThat(UnsignedCast.of(Double.NaN)).isEqualTo(Long.MIN_VALUE);
    assertThat(UnsignedCast.of(Double.POSITIVE_INFINITY)).isZero();
    assertThat(UnsignedCast.of(0x1p63)).isEqualTo(Long.MIN_VALUE);
    assertThat(UnsignedCast.of(1.9e19)).isZero();
    assertThat(UnsignedCast.of(1e19)).isEqualTo(Long.parseUnsignedLong("10000000000000000000"));
    assertThat(UnsignedCast.toDouble(-1)).isEqualTo(0x1p64);
  }
}
