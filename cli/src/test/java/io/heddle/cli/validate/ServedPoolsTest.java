package io.heddle.cli.validate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.heddle.plan.Engine;
import io.heddle.plan.NetworkDimension;
import io.heddle.plan.NetworkDimension.Topology;
import io.heddle.plan.figure.EngineFigure;
import io.heddle.runtime.mode.Mode;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class ServedPoolsTest {
  /** A plan that always takes as long. */
  private record Steady(double seconds) implements TimedRow {
    @Override
    public Engine engine() {
      return Engine.IDEAL;
    }

    @Override
    public double seconds(Engine engine, Mode mode) {
      return seconds;
    }
  }

  private static ServedPools pools(
      double step,
      double prefill,
      double full,
      double concurrency,
      double prefills,
      double atOnce) {
    return new ServedPools(
        new Steady(step),
        new Steady(prefill),
        new Steady(full),
        CacheTransfer.NONE,
        1,
        4,
        concurrency,
        prefills,
        1000,
        atOnce,
        List.of());
  }

  private static ServedTimes.Times times(ServedPools pools) throws CannotSayException {
    return pools.times(Engine.IDEAL, Mode.ANALYTICAL);
  }

  @Test
  void noPrefillComesBetweenTokens() throws CannotSayException {
    ServedTimes.Times alone = times(pools(0.01, 0.1, 0.2, 1, 1, 0));
    assertThat(alone.perToken()).isEqualTo(0.01);
    // The prefill, and of the replica that goes on two halves of a step and a whole one.
    assertThat(alone.toFirst()).isCloseTo(0.1 + 0.02, within(1e-9));
  }

  /** 1 GB over 10 GB/s with 1 ms of latency, and what the engine takes. */
  @Test
  void cachesTravel() throws CannotSayException {
    CacheTransfer transfer =
        new CacheTransfer(1e9, List.of(new NetworkDimension(Topology.SWITCH, 2, 10e9, 1e6)), 0);
    assertThat(transfer.seconds()).isCloseTo(0.101, within(1e-9));
    ServedPools apart =
        new ServedPools(
            new Steady(0.01),
            new Steady(0.1),
            new Steady(0.2),
            transfer,
            1,
            4,
            1,
            1,
            1000,
            0,
            List.of());
    Engine slow = Engine.IDEAL.with(EngineFigure.REQUEST_HANDOVER, 250e6);
    ServedTimes.Times times = apart.times(slow, Mode.ANALYTICAL);
    assertThat(times.toFirst()).isCloseTo(0.1 + 0.02 + 0.101 + 0.25, within(1e-9));
    assertThat(times.perToken()).isEqualTo(0.01);
  }

  /** 10.12 s of each request, in which 101 prefills take 5.05: a queue as in M/D/1. */
  @Test
  void promptsWaitForPrompts() throws CannotSayException {
    ServedTimes.Times busy = times(pools(0.01, 0.1, 0.2, 101, 1, 0));
    double share = 101 * 0.05 / (0.12 + 10);
    assertThat(busy.toFirst()).isCloseTo(0.12 + 0.05 * share / (2 * (1 - share)), within(1e-9));
    ServedTimes.Times two = times(pools(0.01, 0.1, 0.2, 101, 2, 0));
    assertThat(two.toFirst()).isCloseTo(0.12 + 0.05 * share / 2 / (2 - share), within(1e-9));
  }

  /** 1,000 prefills take 50 s, of which a request draws tokens for 9.99. */
  @Test
  void aPoolThatIsTooSmallHoldsAllUp() throws CannotSayException {
    assertThat(times(pools(0.01, 0.1, 0.2, 1000, 1, 0)).toFirst())
        .isCloseTo(50 - 9.99, within(1e-9));
  }

  @Test
  void enginesAddToARequest() throws CannotSayException {
    ServedPools pools = pools(0.01, 0.1, 0.2, 1, 1, 0.1);
    Engine slow = Engine.IDEAL.with(EngineFigure.REQUEST_FIXED, 25e6);
    assertThat(pools.times(slow, Mode.ANALYTICAL).toFirst())
        .isCloseTo(times(pools).toFirst() + 0.025, within(1e-9));
  }

  @Property
  void morePrefillsNeverSlowDown(
      @ForAll @DoubleRange(min = 0.01, max = 1) double step,
      @ForAll @DoubleRange(min = 0.01, max = 1) double prefill,
      @ForAll @IntRange(min = 1, max = 4096) int concurrency,
      @ForAll @IntRange(min = 1, max = 64) int prefills,
      @ForAll @DoubleRange(min = 0, max = 1) double atOnce)
      throws CannotSayException {
    double few = times(pools(step, prefill, prefill * 2, concurrency, prefills, atOnce)).toFirst();
    double more =
        times(pools(step, prefill, prefill * 2, concurrency, prefills + 1, atOnce)).toFirst();
    assertThat(more).isBetween(prefill, few * (1 + 1e-9));
    assertThat(few).isLessThan(prefill * (concurrency + 1) + 2.001 * step);
  }
}
