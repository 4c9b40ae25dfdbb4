package io.heddle.processor.program;

import io.heddle.processor.model.Dim;
import java.util.List;
import java.util.Optional;

/**
 * What of a size follows from how many rows an expert has. Sizes are linear in them: a part that is
 * always there, as the weights that a kernel reads, and one for each row.
 */
public final class RowSizes {
  private RowSizes() {}

  /** The first of the dimensions that the size depends on. */
  public static Optional<Dim> in(Size size, List<Dim> rows) {
    return rows.stream().filter(dim -> has(size, dim)).findFirst();
  }

  /** Whether a size follows from a dimension. */
  public static boolean has(Size size, Dim dim) {
    if (size instanceof Size.Extent extent) {
      return extent.dim().equals(dim);
    }
    if (size instanceof Size.Product product) {
      return product.factors().stream().anyMatch(part -> has(part, dim));
    }
    if (size instanceof Size.Sum sum) {
      return sum.terms().stream().anyMatch(part -> has(part, dim));
    }
    if (size instanceof Size.Formula formula) {
      return formula.variables().values().stream().anyMatch(part -> has(part, dim));
    }
    if (size instanceof Size.Quantised quantised) {
      return has(quantised.elements(), dim);
    }
    if (size instanceof Size.Stored stored) {
      return has(stored.elements(), dim);
    }
    if (size instanceof Size.Transposing transposing) {
      return has(transposing.elements(), dim);
    }
    return size instanceof Size.Quantising quantising && has(quantising.elements(), dim);
  }

  /** The part of a size that is there without any rows. */
  public static Size without(Size size, Dim dim) {
    if (!has(size, dim)) {
      return size;
    }
    boolean isMadeOfParts =
        size instanceof Size.Product || size instanceof Size.Sum || size instanceof Size.Formula;
    return isMadeOfParts ? Size.withParts(size, part -> without(part, dim)) : Size.ZERO;
  }

  /** The first of the dimensions that a kernel depends on. */
  public static Optional<Dim> of(LocalNode.Compute node, List<Dim> rows) {
    return rows.stream()
        .filter(
            dim ->
                has(node.operations(), dim)
                    || has(node.bytes(), dim)
                    || places(node.shape(), dim) != 0)
        .findFirst();
  }

  /**
   * Which numbers of a kernel's shape follow from a dimension: bit i stands for the i-th, in the
   * order in which the shape lists them.
   */
  public static int places(LocalNode.Shape shape, Dim dim) {
    List<Size> numbers;
    if (shape instanceof LocalNode.Shape.Gemm gemm) {
      numbers = List.of(gemm.batch(), gemm.m(), gemm.k(), gemm.n());
    } else if (shape instanceof LocalNode.Shape.Attention a) {
      numbers = List.of(a.batch(), a.queries(), a.keys(), a.k(), a.n());
    } else {
      numbers = List.of(((LocalNode.Shape.Elements) shape).elements());
    }
    int places = 0;
    for (int i = 0; i < numbers.size(); i++) {
      places |= has(numbers.get(i), dim) ? 1 << i : 0;
    }
    return places;
  }
}
