package io.heddle.runtime.straggler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heddle.runtime.straggler.Straggler.Scope;
import java.math.BigDecimal;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StragglersTest {
  private static Straggler rank(int number, String factor) {
    return new Straggler(Scope.RANK, number, new BigDecimal(factor));
  }

  private static Straggler stage(int number, String factor) {
    return new Straggler(Scope.STAGE, number, new BigDecimal(factor));
  }

  private static Stragglers of(Straggler... slow) {
    return new Stragglers(List.of(slow), Jitter.NONE);
  }

  @Test
  void factorsOfARankAndItsStageMultiply() {
    Stragglers stragglers = of(rank(3, "1.5"), stage(1, "1.2"), rank(3, "2"));
    assertThat(stragglers.factor(3, 1)).isEqualTo(3_600_000);
    assertThat(stragglers.factor(3, 0)).isEqualTo(3_000_000);
    assertThat(stragglers.factor(1, 1)).isEqualTo(1_200_000);
    assertThat(stragglers.factor(1, 3)).isEqualTo(Millionths.ONE);
  }

  @Test
  void productsAreRoundedOnce() {
    // 1.000001 cubed is 1.000003000003000001, times 1.5 it is 1.5000045…
    Straggler little = rank(0, "1.000001");
    assertThat(of(little, little, little, rank(0, "1.5")).factor(0, 0)).isEqualTo(1_500_005);
    assertThat(of(rank(0, "1.5"), little, little, little).factor(0, 0)).isEqualTo(1_500_005);
  }

  @Test
  void theProductIsBounded() {
    Stragglers stragglers = of(rank(3, "1000"), stage(1, "1.01"));
    assertThat(stragglers.factor(3, 0)).isEqualTo(1_000_000_000);
    assertThatThrownBy(() -> stragglers.factor(3, 1))
        .isInstanceOf(InvalidStragglersException.class)
        .hasMessage("rank 3, of stage 1: its factors make more than 1000 together");
  }

  @ParameterizedTest
  @CsvSource({"0.999999,from 1 to 1000", "1000.1,from 1 to 1000", "1.0000001,up to 6 digits"})
  void otherFactorsAreRefused(String factor, String why) {
    assertThatThrownBy(() -> rank(3, factor))
        .isInstanceOf(InvalidStragglersException.class)
        .hasMessageStartingWith("rank 3 by " + factor)
        .hasMessageContaining(why);
  }

  @Test
  void ranksAndStagesMustExist() {
    of(rank(7, "2"), stage(1, "2")).check(8, 2);
    assertThatThrownBy(() -> of(rank(8, "2")).check(8, 2))
        .hasMessage("rank 8 by 2: the plan has ranks 0 to 7");
    assertThatThrownBy(() -> of(stage(2, "1")).check(8, 2))
        .hasMessage("stage 2 by 1: the plan has stages 0 to 1");
    assertThatThrownBy(() -> rank(-1, "2")).isInstanceOf(InvalidStragglersException.class);
  }

  @Test
  void saysWhatItIs() {
    Jitter jitter = new Jitter(new BigDecimal("0.050"), 7);
    assertThat(new Stragglers(List.of(rank(3, "1.50"), stage(2, "10")), jitter))
        .hasToString("rank 3 by 1.5, stage 2 by 10, jitter 0.05 of seed 7");
    assertThat(new Stragglers(List.of(), jitter)).hasToString("jitter 0.05 of seed 7");
    assertThat(Stragglers.NONE).hasToString("none");
    assertThat(of(rank(0, "1.0")).isNone()).isTrue();
    assertThat(of(rank(0, "1.000001")).isNone()).isFalse();
  }
}
