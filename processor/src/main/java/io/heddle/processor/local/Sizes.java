package io.heddle.processor.local;

import io.heddle.plan.NumberFormat;
import io.heddle.plan.Optimizer;
import io.heddle.plan.Precision;
import io.heddle.processor.diagnose.Diagnostics;
import io.heddle.processor.model.Arithmetic;
import io.heddle.processor.model.Dim;
import io.heddle.processor.model.Model;
import io.heddle.processor.model.Plan;
import io.heddle.processor.model.PlanNumbers;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Evaluates sizes for one choice of parameters and mesh. */
public final class Sizes {
  private static final Map<String, Integer> BYTES =
      Map.of("fp64", 8, "fp32", 4, "tf32", 4, "bf16", 2, "fp16", 2, "fp8", 1);

  private final PlanNumbers numbers;
  private final int tensorBytes;
  private final int gradientBytes;
  private final @Nullable Stage stage;

  /** A stage of a plan. */
  private record Stage(Plan plan, int number, int stages) {
    boolean holds(Size.End end) {
      boolean first = number == 0;
      boolean last = number == stages - 1;
      return switch (end) {
        case EMBEDDING -> first;
        case HEAD -> last;
        case HEAD_APART -> last && !first;
      };
    }
  }

  /**
   * @param tensors the plan's format of tensors, as written
   * @param gradients the plan's format of weight gradients, as written
   */
  public Sizes(PlanNumbers numbers, String tensors, String gradients) {
    this(numbers, BYTES.get(tensors), BYTES.get(gradients), null);
  }

  private Sizes(PlanNumbers numbers, int tensors, int gradients, @Nullable Stage stage) {
    this.numbers = numbers;
    this.tensorBytes = tensors;
    this.gradientBytes = gradients;
    this.stage = stage;
  }

  /** The same for what a stage has. */
  public Sizes onStage(Plan plan, int number) {
    Stage some = new Stage(plan, number, Math.toIntExact(numbers.stages(plan)));
    return new Sizes(numbers, tensorBytes, gradientBytes, some);
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
    if (size instanceof Size.Held held) {
      return Math.multiplyExact(times(held.part()), of(held.each()));
    }
    if (size instanceof Size.Share share) {
      return -Math.floorDiv(-of(share.whole()), ranks(share.axes()));
    }
    if (size instanceof Size.Update update) {
      return update(update.effort());
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

  /** Whether ranks of the stage have somebody to talk to in such a group. */
  public boolean takesPart(Group group) {
    if (group instanceof Group.Along along) {
      return ranks(along.axes()) > 1;
    }
    boolean isEnd = stage().holds(Size.End.EMBEDDING) || stage().holds(Size.End.HEAD);
    return isEnd && stage().stages() > 1;
  }

  /** {@code over dp, cp (16)}. */
  public String describe(Group group) {
    return group instanceof Group.Along along
        ? "over " + String.join(", ", along.axes()) + " (" + ranks(along.axes()) + ")"
        : "first and last stage (2)";
  }

  /** How often the stage holds a part of the model. */
  private long times(Size.Part part) {
    Stage here = stage();
    if (part instanceof Size.Layer layer) {
      List<Model.Stack> stacks = here.plan().model().stacks();
      long begin = stacks.subList(0, layer.stack()).stream().mapToLong(numbers.layers()::get).sum();
      long end = begin + numbers.layers().get(stacks.get(layer.stack()));
      return numbers.layersOf(here.number(), here.stages(), begin, end);
    }
    return here.holds((Size.End) part) ? 1 : 0;
  }

  private long update(Size.Effort effort) {
    Plan plan = stage().plan();
    Optimizer.Algorithm algorithm =
        Optimizer.Algorithm.valueOf(plan.optimizer().algorithm().toUpperCase(Locale.ROOT));
    return effort == Size.Effort.OPERATIONS
        ? algorithm.operations()
        : algorithm.bytes(
            new Precision(
                NumberFormat.valueOf(plan.formats().tensors().toUpperCase(Locale.ROOT)),
                NumberFormat.valueOf(plan.formats().gradients().toUpperCase(Locale.ROOT))));
  }

  private Stage stage() {
    if (stage == null) {
      throw new IllegalStateException("a size of no stage");
    }
    return stage;
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
