package io.heddle.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

final class QuantisationTest {
  @Test
  void scalesAreATensorOfTheirOwn() {
    assertThat(Quantisation.FP8_DELAYED.bytes(4096)).isEqualTo(4096);
    assertThat(Quantisation.FP8_BLOCKWISE.bytes(4096)).isEqualTo(4096 + 4 * 32);
    assertThat(Quantisation.MXFP8.bytes(4096)).isEqualTo(4096 + 128);
    assertThat(Quantisation.NVFP4.bytes(4096)).isEqualTo(2048 + 256);
  }

  @Test
  void bytesAndScalesAreWhole() {
    assertThat(Quantisation.NVFP4.bytes(17)).isEqualTo(9 + 2);
    assertThat(Quantisation.MXFP8.bytes(0)).isZero();
  }

  /** One read and two copies; one read more where the scale is of the tensor itself. */
  @Test
  void quantisingReadsAndWritesForBothProducts() {
    assertThat(Quantisation.FP8_DELAYED.quantisingBytes(1000, 2000)).isEqualTo(1000 * (2 + 2));
    assertThat(Quantisation.FP8_CURRENT.quantisingBytes(1000, 2000)).isEqualTo(1000 * (4 + 2));
    assertThat(Quantisation.NVFP4.quantisingBytes(1600, 3200))
        .isEqualTo(1600 * 4 + 2 * (800 + 100));
  }

  @Test
  void fp8AloneIsDelayed() {
    assertThat(Quantisation.named("fp8")).contains(Quantisation.FP8_DELAYED);
    assertThat(Quantisation.named("fp8 blockwise")).contains(Quantisation.FP8_BLOCKWISE);
    assertThat(Quantisation.named("bf16")).isEmpty();
  }

  @Test
  void tooManyElementsAreRefused() {
    assertThatThrownBy(() -> Quantisation.NVFP4.bytes(Long.MAX_VALUE))
        .isInstanceOf(ArithmeticException.class);
  }

  @Test
  void textIsWhatPlansWrite() {
    assertThat(new Precision(NumberFormat.BF16, NumberFormat.FP32).text())
        .isEqualTo("bf16, gradients fp32");
    assertThat(
            new Precision(
                    NumberFormat.BF16,
                    NumberFormat.BF16,
                    Quantisation.MXFP8,
                    NumberFormat.FP8,
                    NumberFormat.BF16,
                    NumberFormat.BF16)
                .text())
        .isEqualTo(
            "bf16, products mxfp8, attention fp8, gradients bf16, moments bf16, master bf16");
  }
}
