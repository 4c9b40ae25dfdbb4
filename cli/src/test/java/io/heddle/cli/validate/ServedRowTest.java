package io.heddle.cli.validate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.heddle.plan.Engine;
import io.heddle.plan.figure.EngineFigure;
import io.heddle.runtime.mode.Mode;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Scale;
import org.junit.jupiter.api.Test;

class ServedRowTest {
  private record Lasting(double seconds) implements TimedRow {
    @Override
    public Engine engine() {
      return Engine.IDEAL;
    }

    @Override
    public double seconds(Engine engine, Mode mode) {
      return seconds;
    }
  }

  private static ServedTimes.Times times(
      double step, double prefill, double concurrency, double outputs, double atOnce)
      throws CannotSayException {
    return new ServedRow(
            new Lasting(step), new Lasting(prefill), 1, concurrency, outputs, atOnce, 0, List.of())
        .times(Engine.IDEAL, Mode.ANALYTICAL);
  }

  @Test
  void aRequestAloneWaitsForItsOwnStep() throws CannotSayException {
    // Of 1,000 tokens; the prefills of those before and behind are 1 ms of each second.
    ServedTimes.Times alone = times(0.01, 1e-9, 1, 1000, 0);
    assertThat(alone.perToken()).isCloseTo(0.01, within(1e-9));
    assertThat(alone.toFirst()).isCloseTo(0.015, within(1e-9));
  }

  /** A step that yields 2.5 tokens of a sequence lasts as long for one that begins. */
  @Test
  void tokensOfAStepComeTogether() throws CannotSayException {
    ServedTimes.Times times =
        new ServedRow(new Lasting(0.02), new Lasting(1e-9), 2.5, 1, 1000, 0, 0, List.of())
            .times(Engine.IDEAL, Mode.ANALYTICAL);
    assertThat(times.perToken()).isCloseTo(0.008, within(1e-9));
    assertThat(times.toFirst()).isCloseTo(0.03, within(1e-9));
  }

  /** Steps and prefills that take 4 stages 40 ms, one behind the other at a distance of 12. */
  private record Staged(double seconds, double period) implements TimedRow {
    @Override
    public Engine engine() {
      return Engine.IDEAL;
    }

    @Override
    public double seconds(Engine engine, Mode mode) {
      return seconds;
    }

    @Override
    public Pace pace(Engine engine, Mode mode) {
      return new Pace(seconds, period, 4);
    }
  }

  /**
   * A batch gets a token each 48 ms, and prompts of others hold it up by what a stage has of them.
   */
  @Test
  void stagesWorkAtATime() throws CannotSayException {
    ServedTimes.Times times =
        new ServedRow(new Staged(0.04, 0.048), new Staged(0.4, 0.48), 1, 100, 1000, 0, 0, List.of())
            .times(Engine.IDEAL, Mode.ANALYTICAL);
    double perToken = 0.048 + 0.12 / 1000 * 100;
    assertThat(times.perToken()).isCloseTo(perToken, within(1e-9));
    double busy = 0.12 * 100 / (1000 * perToken);
    assertThat(times.toFirst())
        .isCloseTo(0.006 + 0.12 * busy / (2 * (1 - busy)) + 0.04 + 0.4, within(1e-9));
  }

  @Test
  void prefillsOfOthersComeBetweenTokens() throws CannotSayException {
    // 100 requests of 1,000 tokens: a prefill each ten steps.
    ServedTimes.Times busy = times(0.02, 0.1, 100, 1000, 0);
    assertThat(busy.perToken()).isCloseTo(0.03, within(1e-9));
    // A third of the time goes for prefills: the queue of M/D/1 is a quarter of a prefill.
    assertThat(busy.toFirst()).isCloseTo(0.01 + 0.025 + 0.02 + 0.1, within(1e-9));
  }

  @Test
  void requestsThatComeAtOnceWaitForHalfOfTheOthers() throws CannotSayException {
    ServedTimes.Times first = times(0.02, 0.1, 9, 1000, 1);
    assertThat(first.toFirst()).isCloseTo(0.5, within(1e-9));
    assertThat(first.perToken()).isCloseTo(0.0204, within(1e-9));
  }

  @Test
  void enginesAddToARequest() throws CannotSayException {
    ServedRow row =
        new ServedRow(new Lasting(0.01), new Lasting(0.1), 1, 4, 100, 0.1, 0, List.of());
    Engine slow = Engine.IDEAL.with(EngineFigure.REQUEST_FIXED, 25e6);
    ServedTimes.Times plain = row.times(Engine.IDEAL, Mode.ANALYTICAL);
    ServedTimes.Times more = row.times(slow, Mode.ANALYTICAL);
    assertThat(more.toFirst()).isCloseTo(plain.toFirst() + 0.025, within(1e-9));
    assertThat(more.perToken()).isEqualTo(plain.perToken());
  }

  /** Those that do not come at once, at the beginning, are held back for steps without them. */
  @Test
  void schedulersHoldPromptsBack() throws CannotSayException {
    ServedRow row =
        new ServedRow(new Lasting(0.01), new Lasting(0.1), 1, 4, 100, 0.1, 20, List.of());
    ServedTimes.Times held = row.times(Engine.IDEAL, Mode.ANALYTICAL);
    ServedTimes.Times plain = times(0.01, 0.1, 4, 100, 0.1);
    assertThat(held.toFirst()).isCloseTo(plain.toFirst() + 0.9 * 20 * 0.01, within(1e-9));
    assertThat(held.perToken()).isEqualTo(plain.perToken());
  }

  @Test
  void gpuSecondsAreTheInverseOfTokensASecond() {
    ServedTimes.Times times = new ServedTimes.Times(1, 0.01);
    // A request takes 1 + 0.01 · 100 s for 101 tokens; 10 at a time on 4 GPUs.
    assertThat(times.perOutput(10, 101, 4)).isCloseTo(2.0 * 4 / (10 * 101), within(1e-12));
  }

  @Property
  void noQueueIsEndless(
      @ForAll @Scale(4) @DoubleRange(min = 1e-4, max = 1) double step,
      @ForAll @Scale(4) @DoubleRange(min = 1e-4, max = 10) double prefill,
      @ForAll @IntRange(min = 1, max = 4096) int concurrency,
      @ForAll @IntRange(min = 1, max = 4096) int outputs,
      @ForAll @DoubleRange(min = 0, max = 1) double atOnce)
      throws CannotSayException {
    ServedTimes.Times times = times(step, prefill, concurrency, outputs, atOnce);
    assertThat(times.perToken()).isGreaterThanOrEqualTo(step);
    assertThat(times.toFirst())
        .isBetween(prefill * 0.999999, 2 * step + prefill * (concurrency + 1));
  }
}
