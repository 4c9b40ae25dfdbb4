package io.heddle.plan;

import io.heddle.plan.marker.Api;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * How inference stores the weights of linear layers, whatever their products are computed in:
 * kernels read the stored bytes and widen them on their way. A scale for a row or a whole tensor
 * counts nothing.
 */
@Api
public enum WeightFormat {
  FP8("fp8", 8, 0, 0),
  INT8("int8", 8, 0, 0),
  /** A scale of two bytes for 128 weights (Frantar et al. 2022, GPTQ; Lin et al. 2023, AWQ). */
  INT4("int4", 4, 128, 2),
  INT4_G64("int4_g64", 4, 64, 2),
  INT4_G32("int4_g32", 4, 32, 2),
  /** A scale of one byte for 32 weights (OCP Microscaling Formats 1.0). */
  MXFP4("mxfp4", 4, 32, 1),
  /** A scale of one byte for 16 weights (NVIDIA 2025). */
  NVFP4("nvfp4", 4, 16, 1);

  private static final int BITS_OF_A_BYTE = 8;

  private final String word;
  private final int bits;
  private final int block;
  private final int scaleBytes;

  WeightFormat(String word, int bits, int block, int scaleBytes) {
    this.word = word;
    this.bits = bits;
    this.block = block;
    this.scaleBytes = scaleBytes;
  }

  /** As plans write it. */
  public String word() {
    return word;
  }

  /** As plans write all of them. */
  public static List<String> words() {
    return Arrays.stream(values()).map(WeightFormat::word).toList();
  }

  /** The format of this word. */
  public static Optional<WeightFormat> named(String word) {
    return Arrays.stream(values()).filter(format -> format.word.equals(word)).findFirst();
  }

  /**
   * Bytes of so many weights with the scales of their blocks.
   *
   * @throws ArithmeticException if they do not fit into 63 bits
   */
  public long bytes(long weights) {
    long values = Exact.ceilDiv(Math.multiplyExact(weights, bits), BITS_OF_A_BYTE);
    long scales = block == 0 ? 0 : Math.multiplyExact(Exact.ceilDiv(weights, block), scaleBytes);
    return Math.addExact(values, scales);
  }
}
