package io.heddle.cli.measure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;

class SkewedExpertsTest {
  @Test
  void oneRankGetsAllThatIsSent() {
    SkewedExperts all = SkewedExperts.of(4096, 64, 4, 1, 1.2);
    // But for what an expert would get beyond all tokens, and for rounding.
    assertThat(all.assigned()).isBetween(0.8 * 4096 * 4, 4096.0 * 4 + 64);
    assertThat(all.hit()).isCloseTo(64, within(1.0));
  }

  @Test
  void theSameTableIsReadTheSame() {
    SkewedExperts once = SkewedExperts.of(99, 128, 8, 4, 1.2);
    assertThat(once).isEqualTo(SkewedExperts.of(99, 128, 8, 4, 1.2));
    assertThat(once.assigned()).isGreaterThan(99.0 * 8 / 4);
  }

  @Property(tries = 200)
  void noRankHasMoreThanThereIs(
      @ForAll @LongRange(min = 1, max = 4096) long tokens,
      @ForAll @IntRange(min = 1, max = 64) int local,
      @ForAll @IntRange(min = 1, max = 16) int ranks,
      @ForAll @DoubleRange(min = 1.01, max = 1.5) double alpha) {
    int experts = local * ranks;
    long each = Math.min(experts, 8);
    SkewedExperts busiest = SkewedExperts.of(tokens, experts, each, ranks, alpha);
    assertThat(busiest.hit()).isBetween(1.0, (double) local);
    assertThat(busiest.assigned()).isBetween(1.0, (double) tokens * local);
    assertThat(busiest.assigned()).isGreaterThanOrEqualTo(busiest.hit() - 1e-6);
  }
}
