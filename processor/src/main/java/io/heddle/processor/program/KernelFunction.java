package io.heddle.processor.program;

import io.heddle.plan.KernelKind;

/**
 * What a kernel computes.
 *
 * @param title for readers: {@code gemm}, {@code gemm mxfp8}, {@code rmsnorm}, {@code silu mul} …
 */
public record KernelFunction(KernelKind kind, String title) {
  /** Matrix products. */
  public static final KernelFunction GEMM = new KernelFunction(KernelKind.GEMM, "gemm");

  /** Rows of a table. */
  public static final KernelFunction LOOK_UP = new KernelFunction(KernelKind.LOOK_UP, "look-up");

  /** Tensors added up. */
  public static final KernelFunction ADD = pointWise("add");

  /** Functions of single elements. */
  public static KernelFunction pointWise(String title) {
    return new KernelFunction(KernelKind.POINT_WISE, title);
  }

  /** Elements that go elsewhere. */
  public static KernelFunction copy(String title) {
    return new KernelFunction(KernelKind.COPY, title);
  }

  /** One number for each row. */
  public static KernelFunction reduction(String title) {
    return new KernelFunction(KernelKind.REDUCTION, title);
  }
}
