package io.heddle.plan;

import io.heddle.plan.marker.Api;

/**
 * What kind of work a kernel does. The compiler knows it, and whoever gives kernels of one kind
 * other times or colours than those of another asks for it.
 */
@Api
public enum KernelKind {
  /** A matrix product, or several in one kernel. */
  GEMM,
  /** Scores, softmax and values in one kernel. */
  ATTENTION,
  /** Functions of single elements. */
  POINT_WISE,
  /** A normalisation over one dimension, softmax too. */
  NORM,
  /** One number for each row of many. */
  REDUCTION,
  /** Rows of a table, or the sums of their gradients. */
  LOOK_UP,
  /** Elements that go elsewhere: parts joined or taken apart, tokens sorted by experts. */
  COPY,
  /** A loss, or its gradient. */
  LOSS,
  /** The update of weights. */
  OPTIMIZER
}
