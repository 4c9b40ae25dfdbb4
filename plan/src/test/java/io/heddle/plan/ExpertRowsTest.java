package io.heddle.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.BitSet;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ExpertRowsTest {
  @Test
  void oneTokenReachesAsManyAsItChooses() {
    assertThat(ExpertRows.reached(128, 128, 8, 1)).isEqualTo(8);
    assertThat(ExpertRows.reached(16, 128, 8, 1)).isEqualTo(1);
    assertThat(ExpertRows.reached(2, 128, 1, 1)).isEqualTo(1);
  }

  @Test
  void manyTokensReachAll() {
    assertThat(ExpertRows.reached(256, 256, 8, 100_000)).isEqualTo(256);
    assertThat(ExpertRows.reached(8, 8, 8, 1)).isEqualTo(8);
    assertThat(ExpertRows.reached(8, 8, 9, 1)).isEqualTo(8);
  }

  @Property(tries = 500)
  void moreTokensReachNoFewer(
      @ForAll @IntRange(min = 1, max = 512) int all,
      @ForAll @IntRange(min = 1, max = 16) int top,
      @ForAll @IntRange(min = 1, max = 2000) int tokens) {
    long reached = ExpertRows.reached(all, all, top, tokens);
    assertThat(reached).isBetween(1L, (long) all);
    assertThat(ExpertRows.reached(all, all, top, tokens + 1L)).isGreaterThanOrEqualTo(reached);
    assertThat(reached).isLessThanOrEqualTo(Math.max(1, (long) top * tokens));
  }

  /** What tokens reach that choose by lot. */
  @ParameterizedTest
  @CsvSource({"128, 8, 4", "128, 8, 16", "256, 8, 32", "32, 4, 8", "128, 4, 64"})
  void isTheMeanOfDraws(int all, int top, int tokens) {
    Random random = new Random(1);
    int draws = 2000;
    double sum = 0;
    for (int draw = 0; draw < draws; draw++) {
      BitSet reached = new BitSet();
      for (int token = 0; token < tokens; token++) {
        random.ints(0, all).distinct().limit(top).forEach(reached::set);
      }
      sum += reached.cardinality();
    }
    assertThat((double) ExpertRows.reached(all, all, top, tokens))
        .isCloseTo(sum / draws, within(0.8));
  }
}
