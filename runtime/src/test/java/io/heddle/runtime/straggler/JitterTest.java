package io.heddle.runtime.straggler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.SplittableRandom;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JitterTest {
  private static Jitter jitter(int millionths, long seed) {
    return new Jitter(BigDecimal.valueOf(millionths, Millionths.DIGITS), seed);
  }

  private static long number(long seed, int index) {
    return new SplittableRandom(seed).longs(index).skip(index - 1L).sum();
  }

  /** SplittableRandom is splitmix64 too, as long as it is not split. */
  @Property
  void factorsAreThoseOfTheDocumentedSequences(
      @ForAll long seed,
      @ForAll @IntRange(max = 500_000) int amplitude,
      @ForAll @IntRange(max = 40) int rank,
      @ForAll @IntRange(min = 1, max = 100) int node) {
    long random = number(number(seed, rank + 1), node) >>> 1;
    long choice =
        BigInteger.valueOf(random)
            .multiply(BigInteger.valueOf(2L * amplitude + 1))
            .shiftRight(63)
            .longValueExact();
    assertThat(jitter(amplitude, seed).of(rank).factor(node))
        .isEqualTo(Millionths.ONE - amplitude + choice);
  }

  @Property
  void factorsKeepWithinTheAmplitude(
      @ForAll long seed,
      @ForAll @IntRange(max = 500_000) int amplitude,
      @ForAll @IntRange(min = 0) int rank,
      @ForAll @LongRange(min = 1) long node) {
    assertThat(jitter(amplitude, seed).of(rank).factor(node))
        .isBetween(Millionths.ONE - amplitude, Millionths.ONE + amplitude);
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 1, 7, -1, Long.MIN_VALUE})
  void factorsAreUniformAroundOne(long seed) {
    int amplitude = 100_000;
    int[] tenths = new int[10];
    double sum = 0;
    int count = 0;
    for (int rank = 0; rank < 20; rank++) {
      Jitter.OfRank factors = jitter(amplitude, seed).of(rank);
      for (int node = 1; node <= 5000; node++) {
        long factor = factors.factor(node);
        sum += factor;
        count++;
        tenths[(int) ((factor - 900_000) * 10 / (2 * amplitude + 1))]++;
      }
    }
    // Five standard errors: amplitude / sqrt(3 n), and sqrt(n / 10 * 9 / 10) of a tenth.
    assertThat(sum / count)
        .isCloseTo(Millionths.ONE, within(5 * amplitude / Math.sqrt(3.0 * count)));
    for (int tenth : tenths) {
      assertThat((double) tenth).isCloseTo(count / 10.0, within(5 * Math.sqrt(count * 0.09)));
    }
  }

  @Test
  void seedsRanksAndNodesDiffer() {
    Jitter jitter = jitter(500_000, 7);
    long factor = jitter.of(3).factor(11);
    assertThat(jitter(500_000, 8).of(3).factor(11)).isNotEqualTo(factor);
    assertThat(jitter.of(4).factor(11)).isNotEqualTo(factor);
    assertThat(jitter.of(3).factor(12)).isNotEqualTo(factor);
    assertThat(jitter.of(3).factor(11)).isEqualTo(factor);
  }

  @Test
  void noneIsNoneWhateverItsSeed() {
    assertThat(new Jitter(new BigDecimal("0.00"), 5)).isEqualTo(Jitter.NONE);
    assertThat(Jitter.NONE.isNone()).isTrue();
    assertThat(jitter(1, 0).isNone()).isFalse();
    assertThat(new Jitter(new BigDecimal("0.050"), 5)).isEqualTo(jitter(50_000, 5));
  }

  @ParameterizedTest
  @ValueSource(strings = {"-0.1", "0.500001", "1", "0.0000001"})
  void otherAmplitudesAreRefused(String amplitude) {
    assertThatThrownBy(() -> new Jitter(new BigDecimal(amplitude), 0))
        .isInstanceOf(InvalidStragglersException.class)
        .hasMessageStartingWith("jitter ");
  }
}
