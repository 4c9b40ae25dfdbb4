package io.heddle.processor.lower;

import io.heddle.processor.diagnose.Span;
import io.heddle.processor.model.Block;
import io.heddle.processor.model.Dim;
import io.heddle.processor.model.ExpertLayout;
import io.heddle.processor.model.Operand;
import io.heddle.processor.model.Operation;
import io.heddle.processor.model.Plan;
import io.heddle.processor.model.Tensor;
import io.heddle.processor.model.Weight;
import io.heddle.processor.program.Origin;
import io.heddle.processor.program.Origin.Rule;
import io.heddle.processor.program.Sharding;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Where tensors and weights lie between the operations that make and use them. */
final class Storage {
  private final Plan plan;
  private final DecidingLines lines;
  private final Sharding stream;
  private final Map<Tensor, Sharding> expertTensors = new LinkedHashMap<>();
  private final Map<Tensor, Operation.Combine> combined = new LinkedHashMap<>();

  Storage(Plan plan) {
    this.plan = plan;
    this.lines = new DecidingLines(plan);
    Map<Dim, List<String>> split = new LinkedHashMap<>();
    for (Dim dim : plan.model().streamDims()) {
      List<Plan.AxisUse> stored = plan.stream().get(dim);
      split.put(
          dim,
          stored == null ? plan.shardOf(dim) : stored.stream().map(Plan.AxisUse::axis).toList());
    }
    this.stream = new Sharding(split, Set.of());
    for (Block block : plan.model().allBlocks()) {
      for (Operation operation : block.operations()) {
        if (operation instanceof Operation.Dispatch dispatch) {
          expertTensors.put(dispatch.result(), asExperts(dispatch, dispatch.result()));
        } else if (operation instanceof Operation.Combine combine) {
          expertTensors.put(combine.rows(), asExperts(combine.dispatch(), combine.rows()));
          combined.put(combine.rows(), combine);
        }
      }
    }
  }

  /** Where the rows of experts are stored when they arrive and when they leave. */
  private Sharding asExperts(Operation.Dispatch dispatch, Tensor tensor) {
    ExpertLayout layout = new ExpertLayout(plan, dispatch);
    Map<Dim, List<String>> split = new LinkedHashMap<>();
    split.put(dispatch.experts(), layout.expertAxes());
    split.put(dispatch.rows(), layout.rowAxes());
    return new Sharding(split, Set.of()).restrictedTo(tensor.dims());
  }

  /** Rows of experts as they arrive or leave, which a pin does not change. */
  Sharding expertRows(Tensor tensor) {
    return expertTensors.getOrDefault(tensor, Sharding.WHOLE);
  }

  /**
   * The axes over which rows that go back to tokens stay partial sums in a step of inference, so
   * that what is added up of them is reduced, a token in place of a row for each of its experts:
   * those along which tokens are whole, where no rows travel. A gradient would need the rows
   * themselves.
   *
   * @param made how the kernel leaves the rows
   */
  Set<String> staysPartial(Tensor rows, Sharding made) {
    Operation.Combine combine = combined.get(rows);
    if (combine == null || plan.inference() == null || pinned(rows, false) != null) {
      return Set.of();
    }
    ExpertLayout layout = new ExpertLayout(plan, combine.dispatch());
    boolean areHere =
        layout.exchangeAxes().isEmpty() && made.withPartial(Set.of()).equals(expertRows(rows));
    boolean areWhole = made.partial().stream().noneMatch(layout.viewedTokenAxes()::contains);
    return areHere && areWhole ? made.partial() : Set.of();
  }

  /** The stream tensors, by all their dimensions: never partial. */
  Sharding streams() {
    return stream;
  }

  /** The stream tensor that has these dimensions. */
  Sharding stream(List<Dim> dims) {
    return plan.model().hasStreams() ? stream.restrictedTo(dims) : stream;
  }

  /** A weight of a product, which a norm's is not. */
  Sharding weight(Weight weight) {
    Binding pinned = pinned(weight, false);
    if (pinned != null) {
      return new Sharding(pinned.axes(), Set.of());
    }
    Map<Dim, List<String>> split = new LinkedHashMap<>();
    weight.dims().forEach(dim -> split.put(dim, plan.shardOf(dim)));
    return new Sharding(split, Set.of());
  }

  /** What the product that makes the weight's gradient must keep to. */
  Binding gradientBinding(Weight weight) {
    Binding pinned = pinned(weight, true);
    return pinned == null ? binding(weight) : pinned;
  }

  /** What a product with the weight must keep to: all its dimensions, also those that are whole. */
  Binding binding(Weight weight) {
    Sharding sharding = weight(weight);
    Map<Dim, List<String>> bound = new LinkedHashMap<>();
    weight.dims().forEach(dim -> bound.put(dim, sharding.of(dim)));
    return Binding.of(bound, Rule.WEIGHT, pin(weight, false).map(Plan.Pin::span).orElse(null));
  }

  /**
   * A tensor that an operation leaves as {@code made}: its pin; the stream; or as it is, with a
   * partial axis going to the dimension that the shard rules give it, and reduced where there is
   * none.
   */
  Sharding tensor(Tensor tensor, Sharding made) {
    Binding pinned = pinned(tensor, false);
    if (pinned != null) {
      return new Sharding(pinned.axes(), Set.of());
    }
    Sharding asExperts = expertTensors.get(tensor);
    if (asExperts != null) {
      return asExperts;
    }
    if (isStream(tensor)) {
      return stream(tensor.dims());
    }
    Map<Dim, List<String>> split = new LinkedHashMap<>();
    for (Dim dim : tensor.dims()) {
      List<String> axes = new ArrayList<>(made.of(dim));
      plan.shardOf(dim).stream().filter(made.partial()::contains).forEach(axes::add);
      split.put(dim, axes);
    }
    return new Sharding(split, Set.of());
  }

  /** Whether a tensor has the dimensions of a stream. */
  boolean isStream(Tensor tensor) {
    return plan.model().isStream(tensor.dims());
  }

  /**
   * Why a tensor is brought to where it is stored.
   *
   * @param maker how the operation lay that made it; null where that is behind
   */
  Reason reason(Tensor tensor, Span statement, @Nullable Assignment maker) {
    Optional<Plan.Pin> pin = pin(tensor, false);
    if (pin.isPresent()) {
      return because(statement, step -> new Origin(statement, Rule.STORED_PIN, pin.get().span()));
    }
    if (expertTensors.containsKey(tensor)) {
      return because(
          statement, step -> new Origin(statement, Rule.EXPERTS, lines.of(step.axes().get(0))));
    }
    Rule rule = isStream(tensor) ? Rule.STREAM : Rule.STORED;
    return because(
        statement, step -> new Origin(statement, rule, line(step, rule == Rule.STREAM, maker)));
  }

  /** As {@link #reason}, of a tensor of the stream. */
  Reason streamReason(Span statement) {
    return because(statement, step -> new Origin(statement, Rule.STREAM, line(step, true, null)));
  }

  /** Where the axis goes; where it goes nowhere, what made the tensor a sum over it. */
  private Span line(Reshard.Step step, boolean ofStream, @Nullable Assignment maker) {
    String axis = step.axes().get(0);
    Dim joined = DecidingLines.joined(step, axis);
    if (joined != null) {
      return ofStream ? lines.ofStream(joined, axis) : lines.of(joined, axis);
    }
    return lines.of(maker == null ? step.from() : maker.sharding(), axis);
  }

  private static Reason because(Span statement, Function<Reshard.Step, Origin> origin) {
    return new Reason() {
      @Override
      public Span statement() {
        return statement;
      }

      @Override
      public Origin of(Reshard.Step step) {
        return origin.apply(step);
      }
    };
  }

  private Optional<Plan.Pin> pin(Operand operand, boolean gradient) {
    return plan.pins().stream()
        .filter(pin -> pin.gradient() == gradient && pin.tensor().equals(operand))
        .findFirst();
  }

  /** The type that a pin gives; null where there is no pin. */
  @Nullable Binding pinned(Operand operand, boolean gradient) {
    Plan.Pin pin = pin(operand, gradient).orElse(null);
    if (pin == null) {
      return null;
    }
    Map<Dim, List<String>> split = new LinkedHashMap<>();
    for (Dim dim : operand.dims()) {
      split.put(
          dim, pin.split().getOrDefault(dim, List.of()).stream().map(Plan.AxisUse::axis).toList());
    }
    return Binding.of(split, gradient ? Rule.GRADIENT_PIN : Rule.RESULT_PIN, pin.span());
  }
}
