package io.heddle.plan;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** A format in which tensors are stored. */
@io.heddle.plan.marker.Api
public enum NumberFormat {
  FP64(8),
  FP32(4),
  TF32(4),
  BF16(2),
  FP16(2),
  FP8(1);

  private final int bytes;

  NumberFormat(int bytes) {
    this.bytes = bytes;
  }

  /** As plans write them. */
  public static List<String> words() {
    return Arrays.stream(values()).map(NumberFormat::word).toList();
  }

  /** The format of this word. */
  public static Optional<NumberFormat> named(String word) {
    return Arrays.stream(values()).filter(format -> format.word().equals(word)).findFirst();
  }

  /** As written in a plan. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Bytes of one value in memory. */
  public int bytes() {
    return bytes;
  }
}
