package io.heddle.plan;

import io.heddle.plan.marker.Api;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * How the operands of a linear layer's products are quantised: the formats of training recipes that
 * store everything else in the plan's format of tensors. Scales are a tensor of their own, one for
 * each block of elements.
 */
@Api
public enum Quantisation {
  /** One scale a tensor, from earlier steps (Micikevicius et al. 2022, section 4). */
  FP8_DELAYED("fp8 delayed", 8, 0, 0, 1, "fp8"),
  /** One scale a tensor, of the tensor itself: it is read once more, for its largest element. */
  FP8_CURRENT("fp8 current", 8, 0, 0, 2, "fp8"),
  /** One scale a row, of the tensor itself. */
  FP8_ROWWISE("fp8 rowwise", 8, 0, 0, 2, "fp8_rowwise fp8"),
  /** An fp32 scale for 128 elements (DeepSeek-AI 2024, section 3.3). */
  FP8_BLOCKWISE("fp8 blockwise", 8, 128, 4, 1, "fp8_block fp8"),
  /** A scale of one byte for 32 elements (OCP Microscaling Formats 1.0). */
  MXFP8("mxfp8", 8, 32, 1, 1, "mxfp8 fp8_block fp8"),
  /**
   * A scale of one byte for 16 elements, and one for the tensor, for which it is read once more
   * (NVIDIA 2025, "Pretraining Large Language Models with NVFP4").
   */
  NVFP4("nvfp4", 4, 16, 1, 2, "nvfp4");

  private static final int BITS_OF_A_BYTE = 8;

  /** By rows for the product forward, by columns for that of the weight's gradient. */
  private static final int COPIES = 2;

  private final String words;
  private final int bits;
  private final int block;
  private final int scaleBytes;
  private final int reads;
  private final String formats;

  Quantisation(String words, int bits, int block, int scaleBytes, int reads, String formats) {
    this.words = words;
    this.bits = bits;
    this.block = block;
    this.scaleBytes = scaleBytes;
    this.reads = reads;
    this.formats = formats;
  }

  /** As plans write it, such as {@code fp8 blockwise}. */
  public String words() {
    return words;
  }

  /** As plans write all of them. */
  public static List<String> allWords() {
    return Arrays.stream(values()).map(Quantisation::words).toList();
  }

  /** The one that plans write so; {@code fp8} alone is {@link #FP8_DELAYED}. */
  public static Optional<Quantisation> named(String words) {
    String whole = words.equals("fp8") ? FP8_DELAYED.words : words;
    return Arrays.stream(values()).filter(each -> each.words.equals(whole)).findFirst();
  }

  /** What devices call the formats whose peak and figures hold for it, the best first. */
  public List<String> formats() {
    return List.of(formats.split(" "));
  }

  /** How often a tensor is read to quantise it. */
  public int reads() {
    return reads;
  }

  /**
   * Bytes of a quantised tensor with the scales of its blocks; a scale for a row or the whole
   * tensor counts nothing.
   *
   * @throws ArithmeticException if they do not fit into 63 bits
   */
  public long bytes(long elements) {
    long values = Exact.ceilDiv(Math.multiplyExact(elements, bits), BITS_OF_A_BYTE);
    long scales = block == 0 ? 0 : Exact.ceilDiv(elements, block) * scaleBytes;
    return Math.addExact(values, scales);
  }

  /**
   * Bytes read and written to quantise a tensor for both products that read it.
   *
   * @param stored bytes of the tensor before
   * @throws ArithmeticException if they do not fit into 63 bits
   */
  public long quantisingBytes(long elements, long stored) {
    long read = Math.multiplyExact(stored, reads);
    return Math.addExact(read, Math.multiplyExact(bytes(elements), COPIES));
  }

  /**
   * Bytes read and written to quantise by columns a tensor that came quantised by rows.
   *
   * @throws ArithmeticException if they do not fit into 63 bits
   */
  public long transposingBytes(long elements) {
    return Math.multiplyExact(bytes(elements), COPIES);
  }

  @Override
  public String toString() {
    return words;
  }
}
