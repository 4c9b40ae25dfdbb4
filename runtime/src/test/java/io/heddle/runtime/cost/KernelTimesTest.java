package io.heddle.runtime.cost;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.heddle.plan.Device;
import io.heddle.plan.KernelKind;
import io.heddle.plan.figure.KernelFigure;
import io.heddle.plan.figure.KernelFigures;
import io.heddle.plan.figure.MeasuredKernel;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A device of 100 units, 1 operation a ns and unit, 1 byte a ns. */
class KernelTimesTest {
  private static final double PEAK = 100e9;
  private static final double BANDWIDTH = 1e9;
  private static final long FEW_BYTES = 1;

  private static Device device(KernelFigures... lines) {
    return new Device("d", PEAK, 1, 1L << 36, BANDWIDTH, 1, List.of(lines));
  }

  private static double product(KernelFigures line, long batch, long m, long k, long n) {
    return new ProductTime(line, PEAK, BANDWIDTH).nanos(batch, m, k, n, FEW_BYTES);
  }

  private static KernelFigures matmul() {
    return KernelFigures.of(MeasuredKernel.MATMUL).with(KernelFigure.UNITS, 100);
  }

  private static KernelFigures attend(double head) {
    return KernelFigures.of(MeasuredKernel.ATTEND)
        .with(KernelFigure.UNITS, 100)
        .with(KernelFigure.HEAD, head);
  }

  @Test
  void deviceWithoutFiguresHasNoTimes() {
    assertThat(KernelTimes.of(device(), io.heddle.plan.Engine.IDEAL)).isNull();
  }

  @Test
  void kernelsWithoutALineLastAsTheRooflineSays() {
    KernelTimes times = new KernelTimes(device(matmul()));
    assertThat(times.of(KernelKind.NORM, 1000, 1000)).isEqualTo(1);
    assertThat(times.ofAttention(1, 128, 128, 64, 64, false, 4096, 4096, 4096)).isEqualTo(1);
  }

  @Test
  void fullWavesOfTilesTakeWhatTheirWorkTakes() {
    // 10 x 10 tiles of 256 x 256 are one wave; smaller tiles fill 4 or more, as long together.
    double work = 2.0 * 2560 * 2560 * 512 / 100;
    assertThat(product(matmul(), 1, 2560, 512, 2560)).isCloseTo(work, within(1.0));
  }

  @Test
  void oneTileMoreIsHalfAWaveMoreAndItsOwnPart() {
    KernelFigures line = matmul();
    double full = product(line, 100, 64, 64, 64);
    assertThat(product(line, 101, 64, 64, 64)).isCloseTo(full * (1.01 + 2) / 2, within(1.0));
  }

  @Test
  void shortSumsCostTheirDepthBesides() {
    KernelFigures line = matmul().with(KernelFigure.DEPTH, 512);
    double without = product(matmul(), 1, 2560, 1024, 2560);
    assertThat(product(line, 1, 2560, 512, 2560)).isCloseTo(without, within(1.0));
  }

  @Test
  void startAndQuantisingComeBesides() {
    KernelFigures line = matmul().with(KernelFigure.START, 5000).with(KernelFigure.QUANTISE, 3);
    double without = product(matmul(), 1, 2560, 512, 2560);
    assertThat(product(line, 1, 2560, 512, 2560))
        .isCloseTo(without + 5000 + 3.0 * 2560 * 512, within(1.0));
  }

  @Test
  void bytesLimitWhatComputesLittle() {
    KernelFigures line = matmul().with(KernelFigure.BYTES, 0.5);
    double nanos = new ProductTime(line, PEAK, BANDWIDTH).nanos(1, 64, 64, 64, 1_000_000_000);
    assertThat(nanos).isCloseTo(2e9, within(1e3));
  }

  @Test
  void longKernelsSlowDown() {
    KernelFigures line = matmul().with(KernelFigure.SUSTAIN, 0.2);
    double cool = product(matmul(), 1, 25600, 51200, 25600);
    assertThat(product(line, 1, 25600, 51200, 25600)).isCloseTo(cool * 1.2, within(cool / 1000));
  }

  @Test
  void productsGrowWithEachOfTheirSizes() {
    KernelFigures line =
        matmul()
            .with(KernelFigure.DEPTH, 150)
            .with(KernelFigure.TILE, 4)
            .with(KernelFigure.REACH, 0.8)
            .with(KernelFigure.SUSTAIN, 0.1);
    for (long size = 1; size < 5000; size += 61) {
      assertThat(product(line, 1, size + 256, 777, 900))
          .isGreaterThanOrEqualTo(product(line, 1, size, 777, 900));
      assertThat(product(line, 1, 900, size + 64, 777))
          .isGreaterThanOrEqualTo(product(line, 1, 900, size, 777));
      assertThat(product(line, 1, 900, 777, size + 256))
          .isGreaterThanOrEqualTo(product(line, 1, 900, 777, size));
    }
  }

  @Test
  void manyBlocksOfAttentionTakeWhatTheirWorkTakes() {
    double pairs = 1000.0 * 1024 * 512;
    double nanos =
        new AttentionTime(List.of(attend(64)), PEAK, BANDWIDTH)
            .nanos(1000, 1024, 1024, 64, pairs, 256, FEW_BYTES);
    double work = 256.0 * pairs / 100;
    assertThat(nanos).isCloseTo(work, within(work / 1000));
  }

  @Test
  void fewBlocksOfAttentionWaitForTheLongest() {
    double nanos =
        new AttentionTime(List.of(attend(64)), PEAK, BANDWIDTH)
            .nanos(1, 128, 65536, 64, 128.0 * 65536, 256, FEW_BYTES);
    double longest = 128.0 * 65536 * 256;
    assertThat(nanos).isCloseTo(longest, within(longest / 1000));
  }

  @Test
  void headSizesBetweenLinesLieBetweenThem() {
    AttentionTime time =
        new AttentionTime(
            List.of(
                attend(256).with(KernelFigure.REACH, 0.8),
                attend(64).with(KernelFigure.REACH, 0.4)),
            PEAK,
            BANDWIDTH);
    double full = nanos(time, 64);
    assertThat(nanos(time, 32)).isCloseTo(full, within(1.0));
    assertThat(nanos(time, 128)).isCloseTo(full * 0.4 / 0.6, within(full / 1e6));
    assertThat(nanos(time, 256)).isCloseTo(full / 2, within(full / 1e6));
    assertThat(nanos(time, 512)).isCloseTo(full / 2, within(full / 1e6));
  }

  private static double nanos(AttentionTime time, double head) {
    return time.nanos(10_000, 128, 128, head, 10_000.0 * 128 * 128, 1, FEW_BYTES);
  }

  @Test
  void backwardAttentionHasItsOwnLines() {
    KernelFigures backward =
        new KernelFigures(
            MeasuredKernel.ATTEND_BACKWARD, attend(64).with(KernelFigure.REACH, 0.25).values());
    KernelTimes times = new KernelTimes(device(attend(64), backward));
    long pairs = 1000L * 1024 * 512;
    assertThat(times.ofAttention(1000, 1024, 1024, 64, 64, false, 256 * pairs, 1, 256 * pairs))
        .isCloseTo(1, within(1e-3));
    assertThat(times.ofAttention(1000, 1024, 1024, 64, 64, true, 640 * pairs, 1, 512 * pairs))
        .isCloseTo(4, within(4e-3));
  }

  /** A cache is read once for a group of heads, and by each head of a group that is too large. */
  @Test
  void decodeReadsTheCache() {
    KernelFigures line =
        KernelFigures.of(MeasuredKernel.ATTEND_DECODE)
            .with(KernelFigure.HEAD, 128)
            .with(KernelFigure.START, 10_000)
            .with(KernelFigure.BYTES, 0.5)
            .with(KernelFigure.SHARED, 32)
            .with(KernelFigure.APART, 0.25);
    DecodeTime time = new DecodeTime(List.of(line), 1e15, 1e12);
    assertThat(time.nanos(8, 4096, 128, 1, 1_000_000, 0)).isCloseTo(12_000, within(1e-6));
    assertThat(time.nanos(64, 4096, 128, 1, 1_000_000, 0)).isCloseTo(10_000 + 32_000, within(1e-6));
    assertThat(DecodeTime.tokens(16, 8, 4097, 128, 16.0 * 8 * 4097)).isOne();
    assertThat(DecodeTime.tokens(16, 8, 4097, 128, 16.0 * 4 * 4097)).isZero();
    assertThat(DecodeTime.tokens(16, 128, 128, 128, 16.0 * 128 * 128)).isZero();
    assertThat(DecodeTime.tokens(16, 128, 128, 544, 16.0 * 128 * 128)).isOne();
  }

  /** Of few new tokens each sees one key more than the one before; heads of all share the cache. */
  @Test
  void fewTokensAreADecode() {
    int context = 4096;
    for (int tokens : new int[] {2, 4, 16}) {
      double pairs = 16.0 * 8 * (tokens * context + tokens * (tokens + 1) / 2);
      assertThat(DecodeTime.tokens(16, 8L * tokens, context + tokens, 128, pairs))
          .isEqualTo(tokens);
    }
    double ofPiece = 16.0 * 8 * (32 * context + 32 * 33 / 2);
    assertThat(DecodeTime.tokens(16, 8 * 32, context + 32, 128, ofPiece)).isZero();
    double ofWhole = 16.0 * 8 * (4 * 5 / 2);
    assertThat(DecodeTime.tokens(16, 8 * 4, 4, 128, ofWhole)).isZero();
  }

  /** What is read, what is computed and what goes one key after the other run side by side. */
  @Test
  void decodeComputesAndGoesThroughKeys() {
    KernelFigures line =
        KernelFigures.of(MeasuredKernel.ATTEND_DECODE)
            .with(KernelFigure.REACH, 0.5)
            .with(KernelFigure.CHAIN, 3)
            .with(KernelFigure.SPLIT, 1e9);
    DecodeTime time = new DecodeTime(List.of(line), 1e15, 1e12);
    assertThat(time.nanos(128, 1, 544, 2_000_000_000, 1, 0)).isCloseTo(4000, within(1.0));
    assertThat(time.nanos(128, 1000, 544, 1, 1, 0)).isCloseTo(3000, within(1.0));
    assertThat(time.nanos(128, 1000, 544, 2_000_000_000, 1, 0)).isCloseTo(5000, within(1.0));
  }

  /** Two lines that say the same of keys in other words say it between their sizes, too. */
  @Test
  void timesOfKeysAreInterpolatedNotTheirFigures() {
    KernelFigures line = KernelFigures.of(MeasuredKernel.ATTEND_DECODE);
    KernelFigures fine =
        line.with(KernelFigure.HEAD, 64).with(KernelFigure.CHAIN, 1e6).with(KernelFigure.SPLIT, 1);
    KernelFigures coarse =
        line.with(KernelFigure.HEAD, 256)
            .with(KernelFigure.CHAIN, 1e3)
            .with(KernelFigure.SPLIT, 1e3);
    DecodeTime time = new DecodeTime(List.of(fine, coarse), 1e15, 1e12);
    double at64 = time.nanos(8, 4096, 64, 1, 1, 0);
    double at256 = time.nanos(8, 4096, 256, 1, 1, 0);
    assertThat(time.nanos(8, 4096, 128, 1, 1, 0))
        .isCloseTo((at64 + at256) / 2, within(1.0))
        .isLessThan(2e5);
  }

  @Test
  void kindsWithoutALineAreAsPointWise() {
    KernelTimes times =
        new KernelTimes(
            device(
                KernelFigures.of(MeasuredKernel.POINTWISE)
                    .with(KernelFigure.REACH, 0.5)
                    .with(KernelFigure.START, 1000),
                KernelFigures.of(MeasuredKernel.NORM).with(KernelFigure.REACH, 0.25)));
    assertThat(times.of(KernelKind.LOSS, 1, 1000)).isEqualTo(3);
    assertThat(times.of(KernelKind.NORM, 1, 1000)).isEqualTo(4);
  }

  @Test
  void piecesBeginAnewAndShareTheRest() {
    KernelTimes times =
        new KernelTimes(
            device(KernelFigures.of(MeasuredKernel.POINTWISE).with(KernelFigure.START, 1000)));
    double whole = times.of(KernelKind.POINT_WISE, 1, 4000);
    assertThat(
            times.ofPiece(
                times.start(KernelKind.POINT_WISE, false, false), 4, whole, 1, 4000, 1, 1000))
        .isCloseTo(2, within(1e-9));
  }
}
