package io.heddle.processor.local;

import io.heddle.processor.diagnose.Diagnostics;
import io.heddle.processor.model.Arithmetic;
import io.heddle.processor.model.Dim;
import io.heddle.processor.model.PlanNumbers;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Evaluates sizes for one choice of parameters and mesh. */
public final class Sizes {
  private static final Map<String, Integer> BYTES =
      Map.of("fp64", 8, "fp32", 4, "tf32", 4, "bf16", 2, "fp16", 2, "fp8", 1);

  private final PlanNumbers numbers;
  private final int tensorBytes;
  private final int gradientBytes;

  /**
   * @param tensors the plan's format of tensors, as written
   * @param gradients the plan's format of weight gradients, as written
   */
  public Sizes(PlanNumbers numbers, String tensors, String gradients) {
    this.numbers = numbers;
    this.tensorBytes = BYTES.get(tensors);
    this.gradientBytes = BYTES.get(gradients);
  }

  /**
   * The number.
   *
   * @throws ArithmeticException if it does not fit into 63 bits
   */
  public long of(Size size) {
    if (size instanceof Size.Constant constant) {
      return constant.value();
    }
    if (size instanceof Size.Extent extent) {
      if (extent.axes().isEmpty()) {
        return numbers.dims().get(extent.dim());
      }
      long ranks = ranks(extent.axes());
      return numbers.splitSize(extent.dim(), ranks) / ranks;
    }
    if (size instanceof Size.Ranks ranks) {
      return ranks(ranks.axes());
    }
    if (size instanceof Size.Value value) {
      return new Arithmetic(numbers.parameters(), new Diagnostics())
          .evaluate(value.expression())
          .orElseThrow(ArithmeticException::new);
    }
    if (size instanceof Size.ElementBytes element) {
      return switch (element.format()) {
        case TENSOR -> tensorBytes;
        case GRADIENT -> gradientBytes;
        case STATISTIC -> 4;
      };
    }
    if (size instanceof Size.Formula formula) {
      return of(formula, new Diagnostics()).orElseThrow(ArithmeticException::new);
    }
    long value;
    if (size instanceof Size.Product product) {
      value = 1;
      for (Size factor : product.factors()) {
        value = Math.multiplyExact(value, of(factor));
      }
    } else {
      value = 0;
      for (Size term : ((Size.Sum) size).terms()) {
        value = Math.addExact(value, of(term));
      }
    }
    return value;
  }

  /** The value of a formula; empty if it has none, which is then among the findings. */
  public Optional<Long> of(Size.Formula formula, Diagnostics diagnostics) {
    Map<String, Long> values = new HashMap<>();
    formula.variables().forEach((name, size) -> values.put(name, of(size)));
    return new Arithmetic(values, diagnostics).evaluate(formula.expression());
  }

  /** Number of ranks along axes. */
  public long ranks(List<String> axes) {
    long ranks = 1;
    for (String axis : axes) {
      ranks = Math.multiplyExact(ranks, numbers.axis(axis));
    }
    return ranks;
  }

  /** Number of pieces of what is cut like this. */
  public long pieces(Pieces.Cut cut) {
    long pieces = ranks(cut.axes()) == 1 ? 1 : numbers.overlapChunks();
    for (Size places : cut.places()) {
      pieces = Math.min(pieces, of(places));
    }
    return pieces;
  }

  /** Bytes that the pieces of a kernel read again; 0 where it is whole. */
  public long again(LocalNode.Compute kernel) {
    Pieces pieces = kernel.pieces();
    return pieces == null ? 0 : Math.multiplyExact(pieces(pieces.cut()) - 1, of(pieces.again()));
  }

  /** Size of a dimension on all ranks together. */
  public long whole(Dim dim) {
    return numbers.dims().get(dim);
  }
}
