package io.heddle.cli.request;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heddle.cli.Execution;
import io.heddle.cli.failure.Failure;
import io.heddle.processor.Imports;
import io.heddle.processor.TfmCompiler;
import io.heddle.processor.diagnose.Source;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Steps whose tokens ranks split are padded to what comes out even. */
class PlanClockTest {
  private static PlanClock clock(int ranks, String shard) {
    String text =
        Execution.tinyText().replace("switch 2 ", "switch 12 ")
            + """
            plan Prompt of Tiny {
              mesh    tp = %d
              shard   { %s }
              prefill 97
              on      desk(nodes = 1)
            }
            """
                .formatted(ranks, shard);
    TfmCompiler compiler = TfmCompiler.read(new Source("t.tfm", text), Imports.LIBRARY_ONLY);
    return new PlanClock(compiler.steps("Prompt").orElseThrow(), "prefill", Map.of());
  }

  /** The tokens of the step that is simulated for one of so many. */
  private static long padded(PlanClock clock, long tokens) {
    Long padded = clock.with(step(tokens)).numbers().parameters().get("prefill");
    assertThat(padded).isNotNull();
    return padded;
  }

  private static Map<String, Long> step(long tokens) {
    return Map.of("prefill", tokens, "sequences", 1L, "context", 0L);
  }

  /**
   * Whatever their number, of three ranks no power of two; the tokens that the plan is written with
   * do not come out even either.
   */
  @ParameterizedTest
  @CsvSource({"1, 7", "2, 8", "3, 9", "4, 8", "6, 12", "12, 12"})
  void tokensThatRanksSplitArePaddedToAMultipleOfThem(int ranks, long tokens) {
    assertThat(padded(clock(ranks, "stream: s over tp"), 7)).isEqualTo(tokens);
  }

  @Test
  void tokensThatNobodySplitsAreNotPadded() {
    assertThat(padded(clock(4, "n f voc over tp"), 7)).isEqualTo(7);
  }

  /**
   * Eight heads do not split over three ranks, whatever the tokens: the finding has the real ones.
   */
  @Test
  void whereNothingComesOutEvenTheNumberIsTheOneAskedFor() {
    PlanClock clock = clock(3, "n over tp  stream: s over tp");
    assertThatThrownBy(() -> clock.with(step(7)))
        .isInstanceOf(Failure.class)
        .hasMessageContaining("dimension `s` = 7 does not split over `tp` = 3");
  }
}
