package io.heddle.runtime.trace;

import io.heddle.plan.KernelKind;

/** Kernels of flatteners that are written by hand. */
public final class Kernels {
  private Kernels() {}

  /** A kernel of which only the costs matter, with matrix products. */
  public static Kernel of(String name, long operations, long bytes, long matmulOperations) {
    return KernelSpec.elements(name, KernelKind.GEMM, "gemm", operations)
        .costs(operations, bytes, matmulOperations);
  }
}
