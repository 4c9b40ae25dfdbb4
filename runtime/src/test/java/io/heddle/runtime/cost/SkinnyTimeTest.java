package io.heddle.runtime.cost;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.heddle.plan.Device;
import io.heddle.plan.Engine;
import io.heddle.plan.FormatRate;
import io.heddle.plan.figure.EngineFigure;
import io.heddle.plan.figure.KernelFigure;
import io.heddle.plan.figure.KernelFigures;
import io.heddle.plan.figure.MeasuredKernel;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;

/** A device of 100 operations and 1 byte a ns. */
class SkinnyTimeTest {
  private static final double PEAK = 100e9;
  private static final double BANDWIDTH = 1e9;

  private static KernelFigures skinny() {
    return KernelFigures.of(MeasuredKernel.MATMUL_SKINNY).with(KernelFigure.START, 2000);
  }

  private static KernelFigures wide() {
    return KernelFigures.of(MeasuredKernel.MATMUL)
        .with(KernelFigure.UNITS, 100)
        .with(KernelFigure.DEPTH, 150)
        .with(KernelFigure.TILE, 4)
        .with(KernelFigure.REACH, 0.8)
        .with(KernelFigure.START, 5000);
  }

  private static double nanos(KernelFigures line, long m, long k, long n, long bytes) {
    return new SkinnyTime(line, PEAK, BANDWIDTH).nanos(1, m, k, n, bytes);
  }

  @Test
  void largeWeightsAreRead() {
    KernelFigures line = skinny().with(KernelFigure.BYTES, 0.8);
    assertThat(nanos(line, 1, 100_000, 1, 1_000_000_000))
        .isCloseTo(2000 + 1e9 / 0.8, within(100.0));
  }

  @Test
  void rowsUpTo64CostTheSame() {
    KernelFigures line = skinny().with(KernelFigure.REACH, 0.5);
    double work = 2.0 * 64 * 4096 * 4096 / 50;
    assertThat(nanos(line, 1, 4096, 4096, 1)).isCloseTo(2000 + work, within(1.0));
    assertThat(nanos(line, 64, 4096, 4096, 1)).isCloseTo(2000 + work, within(1.0));
    assertThat(nanos(line, 65, 4096, 4096, 1)).isCloseTo(2000 + 2 * work, within(1.0));
  }

  @Test
  void theSumIsCutWhereThatPays() {
    KernelFigures line =
        skinny().with(KernelFigure.CHAIN, 1000).with(KernelFigure.SPLIT, 1_000_000);
    // Of 1,000 elements a sum lasts as long as the least cut costs.
    assertThat(nanos(line, 1, 1000, 1, 1)).isCloseTo(2000 + 1e6, within(1.0));
    // Of 9,000: in 3 parts, 3 ms and 2 cuts.
    assertThat(nanos(line, 1, 9000, 1, 1)).isCloseTo(2000 + 5e6, within(50.0));
  }

  @Test
  void eachExpertCostsBytesBesides() {
    KernelFigures line =
        KernelFigures.of(MeasuredKernel.GROUPED_SKINNY).with(KernelFigure.EACH, 1e6);
    double nanos = new SkinnyTime(line, PEAK, BANDWIDTH).nanos(8, 1, 1, 1, 1_000_000);
    assertThat(nanos).isCloseTo(9e6, within(1.0));
  }

  @Property
  void timesGrowWithRows(
      @ForAll @LongRange(min = 1, max = 600) long m,
      @ForAll @LongRange(min = 1, max = 200) long more,
      @ForAll @LongRange(min = 1, max = 20_000) long k,
      @ForAll @LongRange(min = 1, max = 20_000) long n) {
    KernelFigures line = skinny().with(KernelFigure.CHAIN, 10).with(KernelFigure.SPLIT, 5000);
    ProductLines lines = ProductLines.of(List.of(wide(), line), false);
    assertThat(time(lines, m + more, k, n)).isGreaterThanOrEqualTo(time(lines, m, k, n));
  }

  private static double time(ProductLines lines, long m, long k, long n) {
    return lines.nanos(PEAK, BANDWIDTH, 1, m, k, n, 2 * (m * k + k * n + m * n));
  }

  @Test
  void manyRowsAreThoseOfTheOtherLine() {
    ProductLines both = ProductLines.of(List.of(wide(), skinny()), false);
    ProductLines one = ProductLines.of(List.of(wide()), false);
    assertThat(time(both, 512, 999, 777)).isEqualTo(time(one, 512, 999, 777));
    assertThat(time(both, 256, 999, 777)).isLessThan(time(one, 256, 999, 777));
    assertThat(both.start(256)).isEqualTo(2000);
    assertThat(both.start(384)).isEqualTo(3500);
    assertThat(both.start(512)).isEqualTo(5000);
  }

  @Test
  void aLineOfFewRowsAloneSaysNothingOfMany() {
    ProductLines lines = ProductLines.of(List.of(skinny()), false);
    assertThat(lines.has(511)).isTrue();
    assertThat(lines.has(512)).isFalse();
    assertThat(lines.start(512)).isZero();
    KernelTimes times =
        new KernelTimes(new Device("d", PEAK, 1, 1L << 36, BANDWIDTH, 1, List.of(skinny())));
    assertThat(times.ofProduct(1, 512, 64, 64, 1000, 1000)).isEqualTo(1);
    assertThat(times.ofProduct(1, 511, 64, 64, 1000, 1000)).isGreaterThan(1);
  }

  /** An engine that quantises in the kernel before leaves the start of a plain product. */
  @Test
  void enginesQuantiseBefore() {
    KernelFigures slow = skinny().with(KernelFigure.START, 12_000);
    Device device =
        new Device("d", PEAK, 1, 1L << 36, BANDWIDTH, 1, List.of(skinny()))
            .computing(new FormatRate(PEAK, 1, List.of(slow)), null);
    Engine half = Engine.IDEAL.with(EngineFigure.KERNELS_QUANTISED, 0.5);
    Engine all = Engine.IDEAL.with(EngineFigure.KERNELS_QUANTISED, 1);
    double none = quantised(device, Engine.IDEAL);
    assertThat(none - quantised(device, half)).isCloseTo(5000 + 500, within(1.0));
    assertThat(none - quantised(device, all)).isCloseTo(10_000 + 1000, within(1.0));
  }

  private static double quantised(Device device, Engine engine) {
    KernelTimes times = new KernelTimes(device, engine);
    return times.ofQuantisedProduct(false, 1, 8, 64, 64, 1000, 5000, 1000)
        * times.roofline(1000, 5000);
  }

  @Test
  void expertsTakeLinesOfTheirOwnFirst() {
    KernelFigures experts =
        KernelFigures.of(MeasuredKernel.GROUPED_SKINNY).with(KernelFigure.START, 9000);
    assertThat(ProductLines.of(List.of(wide(), skinny()), true).start(1)).isEqualTo(2000);
    ProductLines own = ProductLines.of(List.of(wide(), skinny(), experts), true);
    assertThat(own.start(32)).isEqualTo(9000);
    assertThat(own.start(64)).isEqualTo(5000);
  }
}
