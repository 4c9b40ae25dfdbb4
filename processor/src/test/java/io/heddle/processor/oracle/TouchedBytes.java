package io.heddle.processor.oracle;

import io.heddle.processor.model.Block;
import io.heddle.processor.model.Dim;
import io.heddle.processor.model.Operand;
import io.heddle.processor.model.Operation;
import io.heddle.processor.model.Operation.Concat;
import io.heddle.processor.model.Operation.CrossEntropy;
import io.heddle.processor.model.Operation.Einsum;
import io.heddle.processor.model.Operation.Fused;
import io.heddle.processor.model.Operation.Norm;
import io.heddle.processor.model.Operation.Reduce;
import io.heddle.processor.model.Operation.Slice;
import io.heddle.processor.model.Operation.SquaredError;
import io.heddle.processor.model.Reduction;
import io.heddle.processor.model.Tensor;
import io.heddle.processor.model.Weight;
import io.heddle.processor.program.LocalNode.Compute;
import io.heddle.processor.program.Sharding;
import io.heddle.processor.program.Sizes;
import java.util.List;
import java.util.OptionalLong;

/**
 * By how many bytes what kernels read and write is longer than if all of it were tensors of the
 * plan: from the operation that a kernel is of, element by element.
 */
final class TouchedBytes {
  private final Block block;
  private final StoredAs formats;
  private final Sizes sizes;
  private final long plain;

  TouchedBytes(Block block, StoredAs formats, Sizes sizes, long plain) {
    this.block = block;
    this.formats = formats;
    this.sizes = sizes;
    this.plain = plain;
  }

  /** Empty for kernels whose operation tells too little: of sums, rings and exchanges. */
  OptionalLong longer(Compute node) {
    for (Operation op : block.operations()) {
      if (node.operation().equals(op.name())) {
        return forward(node, op);
      }
      if (node.operation().equals(op.name() + ".statistics")) {
        return statistics(node, op);
      }
      if (node.operation().equals(op.name() + ".dx")) {
        return backward(node, op);
      }
      if (node.operation().equals(op.name() + ".dw")) {
        return ofWeights(node, op);
      }
    }
    return OptionalLong.empty();
  }

  private OptionalLong forward(Compute node, Operation op) {
    if (op instanceof Norm norm) {
      return of(more(node, norm.input()) + more(node, norm.result()));
    }
    if (op instanceof Einsum einsum) {
      return of(
          more(node, einsum.left()) + more(node, einsum.right()) + more(node, einsum.result()));
    }
    if (op instanceof Fused fused && fused.sums().isEmpty()) {
      Operand left = fused.einsums().get(0).left();
      return of(
          more(node, left) + fused.einsums().stream().mapToLong(e -> more(node, e.result())).sum());
    }
    if (op instanceof Concat concat) {
      return of(
          more(node, concat.result())
              + concat.parts().stream().mapToLong(part -> more(node, part)).sum());
    }
    if (op instanceof Slice slice) {
      long elements = elements(node, slice.result().dims());
      return of(more(node, slice.result()) + elements * (formats.bytes(slice.input()) - plain));
    }
    if (op instanceof Reduce reduce) {
      List<Dim> read = (reduce.kind() == Reduction.FIRST ? reduce.result() : reduce.input()).dims();
      return of(
          more(node, reduce.result())
              + elements(node, read) * (formats.bytes(reduce.input()) - plain));
    }
    if (op instanceof SquaredError loss) {
      return of(2 * more(node, loss.input()));
    }
    return op instanceof CrossEntropy ? of(0) : OptionalLong.empty();
  }

  /** Sums over a dimension that ranks split; those of the loss stand apart in any case. */
  private OptionalLong statistics(Compute node, Operation op) {
    if (op instanceof Norm norm) {
      return of(more(node, norm.input()));
    }
    return op instanceof CrossEntropy loss ? of(more(node, loss.input())) : OptionalLong.empty();
  }

  private OptionalLong backward(Compute node, Operation op) {
    if (op instanceof Norm norm) {
      long added = cost(node, norm.input()) - norm.kind().backward();
      return of(more(node, norm.result()) + (2 + added) * more(node, norm.input()));
    }
    if (op instanceof Einsum einsum && einsum.left() instanceof Tensor) {
      return of(more(node, einsum.result()) + more(node, einsum.left()));
    }
    if (op instanceof Concat concat) {
      return of(
          more(node, concat.result())
              + concat.parts().stream().mapToLong(part -> more(node, part)).sum());
    }
    if (op instanceof Slice slice) {
      long made = cost(node, slice.input()) * more(node, slice.input());
      return of(made + more(node, slice.result()));
    }
    if (op instanceof Reduce reduce && reduce.kind().isLinear()) {
      return of(
          more(node, reduce.result()) + cost(node, reduce.input()) * more(node, reduce.input()));
    }
    if (op instanceof SquaredError loss) {
      return of(3 * more(node, loss.input()));
    }
    return op instanceof CrossEntropy loss
        ? of(2 * more(node, loss.input()))
        : OptionalLong.empty();
  }

  /** Gradients of weights themselves have a format of their own. */
  private OptionalLong ofWeights(Compute node, Operation op) {
    if (op instanceof Norm norm) {
      return of(more(node, norm.result()) + more(node, norm.input()));
    }
    return op instanceof Einsum einsum && einsum.right() instanceof Weight
        ? of(more(node, einsum.result()) + more(node, einsum.left()))
        : OptionalLong.empty();
  }

  private long more(Compute node, Operand operand) {
    return elements(node, operand.dims()) * (formats.bytes(operand) - plain);
  }

  /** Operations for each element: one more for each other gradient that the kernel adds. */
  private long cost(Compute node, Tensor operand) {
    return sizes.of(node.operations()) / elements(node, operand.dims());
  }

  private long elements(Compute node, List<Dim> dims) {
    Sharding lies = node.assignment().restrictedTo(dims);
    return sizes.of(lies.elements(dims));
  }

  private static OptionalLong of(long bytes) {
    return OptionalLong.of(bytes);
  }
}
