package io.heddle.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

final class WeightFormatTest {
  private static final Precision PLAIN = new Precision(NumberFormat.BF16, NumberFormat.FP32);

  /** Half a byte a weight, and the scales of blocks. */
  @Test
  void scalesCount() {
    assertThat(WeightFormat.FP8.bytes(4096)).isEqualTo(4096);
    assertThat(WeightFormat.INT4.bytes(4096)).isEqualTo(2048 + 2 * 32);
    assertThat(WeightFormat.INT4_G32.bytes(4096)).isEqualTo(2048 + 2 * 128);
    assertThat(WeightFormat.MXFP4.bytes(4096)).isEqualTo(2048 + 128);
    assertThat(WeightFormat.NVFP4.bytes(4096)).isEqualTo(2048 + 256);
  }

  @Test
  void bytesAndScalesAreWhole() {
    assertThat(WeightFormat.INT4.bytes(129)).isEqualTo(65 + 4);
    assertThat(WeightFormat.MXFP4.bytes(0)).isZero();
    assertThatThrownBy(() -> WeightFormat.INT4.bytes(Long.MAX_VALUE))
        .isInstanceOf(ArithmeticException.class);
  }

  @Test
  void eachIsFoundByItsWord() {
    for (WeightFormat format : WeightFormat.values()) {
      assertThat(WeightFormat.named(format.word())).contains(format);
    }
    assertThat(WeightFormat.named("bf16")).isEmpty();
  }

  /** Experts are as other linear layers where nothing is said of them. */
  @Test
  void expertsHaveAFormatOfTheirOwn() {
    assertThat(PLAIN.weightBytes(4096, true)).isEqualTo(8192);
    Precision both = PLAIN.storing(WeightFormat.FP8, WeightFormat.MXFP4);
    assertThat(both.weightBytes(4096, false)).isEqualTo(4096);
    assertThat(both.weightBytes(4096, true)).isEqualTo(2176);
    assertThat(PLAIN.storing(WeightFormat.FP8, null).weightBytes(4096, true)).isEqualTo(4096);
    assertThat(PLAIN.storing(null, WeightFormat.FP8).weightBytes(4096, false)).isEqualTo(8192);
  }

  @Test
  void textIsWhatPlansWrite() {
    assertThat(PLAIN.storing(WeightFormat.INT8, WeightFormat.INT4_G32).text())
        .isEqualTo("bf16, weights int8, experts int4_g32, gradients fp32");
  }
}
