package io.heddle.plan;

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

  /** Bytes of one value in memory. */
  public int bytes() {
    return bytes;
  }
}
