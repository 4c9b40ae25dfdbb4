package io.heddle.cli.request;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.runtime.serving.StepSums;
import java.util.Optional;
import java.util.function.ToLongFunction;
import org.junit.jupiter.api.Test;

/** Times of steps of each kind of pool, over surfaces that are linear and so exact. */
class PoolTimesTest {
  private static final int MOST = 1024;

  private static StepSurface surface(Region region, ToLongFunction<int[]> function) {
    return new StepSurface(
        region,
        StepSurface.Base.NONE,
        points -> points.stream().mapToLong(function).toArray(),
        0.005,
        100_000);
  }

  /** Sequences, tokens of each, context: 1,000,000 ns, and 7,000 for each token of context. */
  private static final StepSurface PROMPTS =
      surface(
          new Region(new int[] {1, 1, 0}, new int[] {8, MOST, MOST}, MOST),
          at -> 1_000_000 + 7_000L * at[2]);

  private static final StepSurface DRAWS =
      surface(
          new Region(new int[] {1, 0}, new int[] {8, MOST}, Long.MAX_VALUE),
          at -> 50_000 + 100L * at[1]);

  private static StepSums sums(int tokens, int cached) {
    StepSums sums = new StepSums();
    sums.add(tokens, cached);
    return sums;
  }

  /** The last token of a prompt of 513, of which 512 are computed. */
  @Test
  void aPoolOfPromptsTakesOneTokenBehindACacheAsAPrompt() {
    PoolTimes times = new PoolTimes(Optional.of(PROMPTS), Optional.empty(), 1);
    assertThat(sums(1, 512).decodes()).isEqualTo(1);
    assertThat(times.nanos(sums(1, 512))).isEqualTo(1_000_000 + 7_000 * 512);
    StepSums both = sums(1, 100);
    both.add(3, 0);
    // Two sequences of 2 tokens with as many pairs, 101 + 6: behind 107 / 4 - 1.5.
    assertThat(times.nanos(both)).isEqualTo(Math.round(1_000_000 + 7_000 * (107 / 4.0 - 1.5)));
  }

  @Test
  void aPoolOfBothDrawsIt() {
    PoolTimes times = new PoolTimes(Optional.of(PROMPTS), Optional.of(DRAWS), 1);
    assertThat(times.nanos(sums(1, 512))).isEqualTo(50_000 + 100 * 512);
  }

  /** Beside prompts, what is verified is as many new tokens, each of which sees those before it. */
  @Test
  void guessesBesidePromptsAreTokens() {
    PoolTimes times = new PoolTimes(Optional.of(PROMPTS), Optional.of(DRAWS), 4);
    StepSums both = sums(4, 100);
    both.addDecodes(1, 300);
    // Two sequences of 4 tokens with 410 and 10 pairs, and what 300 of context add to a draw.
    assertThat(times.nanos(both))
        .isEqualTo(Math.round(1_000_000 + 7_000 * (420 / 8.0 - 2.5)) + 100 * 300);
  }
}
