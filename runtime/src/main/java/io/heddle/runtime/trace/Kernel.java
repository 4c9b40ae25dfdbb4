package io.heddle.runtime.trace;

import io.heddle.plan.KernelKind;
import io.heddle.plan.marker.Api;

/**
 * A kernel of a rank's program. It is made once, when its flattener is, and stands for every node
 * that runs it: a sink can ask it for anything, and a node costs nothing but its number.
 *
 * @param spec what it is
 * @param operations all that it computes: single multiplications, additions, functions
 * @param bytes all that it reads and writes in device memory
 * @param matmulOperations the share of {@code operations} that belongs to matrix products of the
 *     model: not point-wise work, and not the scores that flash attention computes again
 * @param scale how much longer it lasts than its operations and bytes say, in millionths
 */
@Api
public record Kernel(
    KernelSpec spec, long operations, long bytes, long matmulOperations, long scale) {
  /** A kernel of which nothing is known but its costs. */
  public static Kernel of(String name, long operations, long bytes) {
    return KernelSpec.elements(name, KernelKind.POINT_WISE, "", operations)
        .costs(operations, bytes);
  }

  /** Block and operation, such as {@code attention.qkv}; ASCII letters, digits, dots, {@code _}. */
  public String name() {
    return spec.name();
  }

  /** The same, with other bytes. */
  public Kernel moving(long otherBytes) {
    return spec.costs(operations, otherBytes, matmulOperations);
  }

  /**
   * The same, cut into pieces.
   *
   * @param count at least 1
   * @param again bytes that every piece reads
   */
  public KernelPieces inPieces(long count, long again) {
    return KernelPieces.of(this, Math.toIntExact(count), again);
  }
}
