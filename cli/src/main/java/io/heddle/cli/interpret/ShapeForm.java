package io.heddle.cli.interpret;

import io.heddle.processor.program.LocalNode.Shape;
import io.heddle.runtime.trace.KernelShape;

/** The shape of a kernel as places in a {@link SizeList}. */
sealed interface ShapeForm {
  /**
   * The shape in a plan.
   *
   * @param sizes of the plan
   */
  KernelShape in(long[] sizes);

  /** The form of a shape. */
  static ShapeForm of(Shape shape, SizeList sizes) {
    if (shape instanceof Shape.Gemm gemm) {
      return new Gemm(
          sizes.of(gemm.batch()), sizes.of(gemm.m()), sizes.of(gemm.k()), sizes.of(gemm.n()));
    }
    if (shape instanceof Shape.Attention attention) {
      return new Attention(
          sizes.of(attention.batch()),
          sizes.of(attention.queries()),
          sizes.of(attention.keys()),
          sizes.of(attention.k()),
          sizes.of(attention.n()),
          attention.backward());
    }
    return new Elements(sizes.of(((Shape.Elements) shape).elements()));
  }

  /** Of matrix products. */
  record Gemm(int batch, int m, int k, int n) implements ShapeForm {
    @Override
    public KernelShape in(long[] sizes) {
      return new KernelShape.Gemm(sizes[batch], sizes[m], sizes[k], sizes[n]);
    }
  }

  /** Of attention. */
  record Attention(int batch, int queries, int keys, int depth, int values, boolean backward)
      implements ShapeForm {
    @Override
    public KernelShape in(long[] sizes) {
      return new KernelShape.Attention(
          sizes[batch], sizes[queries], sizes[keys], sizes[depth], sizes[values], backward);
    }
  }

  /** Of a result. */
  record Elements(int count) implements ShapeForm {
    @Override
    public KernelShape in(long[] sizes) {
      return new KernelShape.Elements(sizes[count]);
    }
  }
}
