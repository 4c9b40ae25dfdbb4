package io.heddle.processor.program;

import io.heddle.plan.ExpertRows;
import io.heddle.plan.LayerSplit;
import io.heddle.plan.NumberFormat;
import io.heddle.plan.Optimizer;
import io.heddle.plan.Precision;
import io.heddle.plan.Quantisation;
import io.heddle.plan.mesh.Neighbours;
import io.heddle.processor.diagnose.Diagnostics;
import io.heddle.processor.model.Arithmetic;
import io.heddle.processor.model.Dim;
import io.heddle.processor.model.Plan;
import io.heddle.processor.model.PlanNumbers;
import java.math.BigInteger;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Evaluates sizes for one choice of parameters and mesh. */
public final class Sizes {
  private final PlanNumbers numbers;
  private final Precision precision;
  private final @Nullable Stage stage;

  /** A stage of a plan. */
  private record Stage(Plan plan, int number, LayerSplit split) {
    boolean holds(Size.End end) {
      boolean first = split.chain().isFirst(number);
      boolean last = split.chain().isLast(number);
      return switch (end) {
        case EMBEDDING -> first;
        case HEAD -> last;
        case HEAD_APART -> last && !first;
      };
    }
  }

  /** In the formats of the plan. */
  public Sizes(PlanNumbers numbers) {
    this(numbers, numbers.values().precision());
  }

  /** In other formats. */
  public Sizes(PlanNumbers numbers, Precision precision) {
    this(numbers, precision, null);
  }

  private Sizes(PlanNumbers numbers, Precision precision, @Nullable Stage stage) {
    this.numbers = numbers;
    this.precision = precision;
    this.stage = stage;
  }

  /** The same for what a stage has. */
  public Sizes onStage(Plan plan, int number) {
    return new Sizes(numbers, precision, new Stage(plan, number, numbers.split(plan)));
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
        case TENSOR -> precision.tensors().bytes();
        case STREAM -> precision.activations().stream().bytes();
        case QKV -> precision.activations().qkv().bytes();
        case LOGIT -> precision.activations().logits().bytes();
        case ROW -> throw new IllegalStateException("elements of rows have no bytes of their own");
        case GRADIENT -> precision.gradients().bytes();
        case STATISTIC -> NumberFormat.FP32.bytes();
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
    if (size instanceof Size.Quantised quantised) {
      return quantisation(quantised.as()).bytes(of(quantised.elements()));
    }
    if (size instanceof Size.Stored stored) {
      return precision.weightBytes(of(stored.elements()), stored.ofExperts());
    }
    if (size instanceof Size.Quantising quantising) {
      return quantisation(Size.Quantity.PRODUCTS)
          .quantisingBytes(of(quantising.elements()), of(quantising.stored()));
    }
    if (size instanceof Size.Transposing transposing) {
      return quantisation(Size.Quantity.PRODUCTS).transposingBytes(of(transposing.elements()));
    }
    if (size instanceof Size.Reached reached) {
      return ExpertRows.reached(
          of(reached.local()), of(reached.all()), of(reached.top()), of(reached.tokens()));
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

  /**
   * As {@link #of(Size)} for what all replicas do together: sums and products may pass 63 bits,
   * what they are made of may not.
   */
  public BigInteger wide(Size size) {
    if (size instanceof Size.Sum sum) {
      return sum.terms().stream().map(this::wide).reduce(BigInteger.ZERO, BigInteger::add);
    }
    if (size instanceof Size.Product product) {
      return product.factors().stream()
          .map(this::wide)
          .reduce(BigInteger.ONE, BigInteger::multiply);
    }
    return BigInteger.valueOf(of(size));
  }

  /** Whether ranks of the stage have somebody to talk to in such a group. */
  public boolean takesPart(LocalGroup group) {
    if (group instanceof LocalGroup.Along along) {
      return ranks(along.axes()) > 1;
    }
    if (group instanceof LocalGroup.Stages stages) {
      return times(stages.weights()) > 0 && holders(stages, stage().plan()).size() > 1;
    }
    // Where one stage has both ends, as the first of a V has, they have nobody to talk to.
    return stage().holds(Size.End.EMBEDDING) != stage().holds(Size.End.HEAD);
  }

  /** The stages that hold the weights of a group, ascending. */
  public List<Integer> holders(LocalGroup.Stages group, Plan plan) {
    return IntStream.range(0, numbers.stages(plan))
        .filter(each -> onStage(plan, each).times(group.weights()) > 0)
        .boxed()
        .toList();
  }

  /** {@code over dp, cp (16)}. */
  public String describe(LocalGroup group) {
    if (group instanceof LocalGroup.Stages) {
      return "stages that share weights";
    }
    return group instanceof LocalGroup.Along along
        ? "over " + String.join(", ", along.axes()) + " (" + ranks(along.axes()) + ")"
        : "first and last stage (2)";
  }

  /** How often the stage holds a part of the model. */
  private long times(Size.Part part) {
    Stage here = stage();
    if (part instanceof Size.Shared shared) {
      return shared.users().stream().anyMatch(user -> times(user) > 0) ? 1 : 0;
    }
    if (part instanceof Size.Layer layer) {
      return here.split().layersOf(here.number(), numbers.layers(), layer.kind());
    }
    return here.holds((Size.End) part) ? 1 : 0;
  }

  private long update(Size.Effort effort) {
    Optimizer.Algorithm algorithm = stage().plan().optimizer().algorithm();
    return effort == Size.Effort.OPERATIONS ? algorithm.operations() : algorithm.bytes(precision);
  }

  private Quantisation quantisation(Size.Quantity as) {
    return Objects.requireNonNull(
        as == Size.Quantity.PRODUCTS ? precision.products() : precision.activations().exchanges(),
        () -> "the plan does not quantise " + as);
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
    for (int i = 0; i < axes.size(); i++) {
      ranks = Math.multiplyExact(ranks, numbers.axis(axes.get(i)));
    }
    return ranks;
  }

  /** What comes to a rank from its neighbours. */
  public Neighbours neighbours(LocalNode.Ring ring, LocalNode.Reach reach) {
    return new Neighbours(
        Math.toIntExact(ranks(ring.axes())), reach.sides(), of(ring.message()), of(reach.bytes()));
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
