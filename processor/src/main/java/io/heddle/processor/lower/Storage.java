package io.heddle.processor.lower;

import io.heddle.processor.local.Sharding;
import io.heddle.processor.model.Block;
import io.heddle.processor.model.Dim;
import io.heddle.processor.model.ExpertLayout;
import io.heddle.processor.model.Operand;
import io.heddle.processor.model.Operation;
import io.heddle.processor.model.Plan;
import io.heddle.processor.model.Tensor;
import io.heddle.processor.model.Weight;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Where tensors and weights lie between the operations that make and use them. */
final class Storage {
  private final Plan plan;
  private final Sharding stream;
  private final Map<Tensor, Sharding> expertTensors = new LinkedHashMap<>();

  Storage(Plan plan) {
    this.plan = plan;
    Map<Dim, List<String>> split = new LinkedHashMap<>();
    for (Dim dim : plan.model().stream()) {
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

  /** The stream tensor: never partial. */
  Sharding stream() {
    return stream;
  }

  /** A weight of a product, which a norm's is not. */
  Sharding weight(Weight weight) {
    Map<Dim, List<String>> pinned = pinned(weight, false);
    if (pinned != null) {
      return new Sharding(pinned, Set.of());
    }
    Map<Dim, List<String>> split = new LinkedHashMap<>();
    weight.dims().forEach(dim -> split.put(dim, plan.shardOf(dim)));
    return new Sharding(split, Set.of());
  }

  /** What the product that makes the weight's gradient must keep to. */
  Map<Dim, List<String>> gradientBinding(Weight weight) {
    Map<Dim, List<String>> pinned = pinned(weight, true);
    return pinned == null ? binding(weight) : pinned;
  }

  /** What a product with the weight must keep to: all its dimensions, also those that are whole. */
  Map<Dim, List<String>> binding(Weight weight) {
    Sharding sharding = weight(weight);
    Map<Dim, List<String>> bound = new LinkedHashMap<>();
    weight.dims().forEach(dim -> bound.put(dim, sharding.of(dim)));
    return bound;
  }

  /**
   * A tensor that an operation leaves as {@code made}: its pin; the stream; or as it is, with a
   * partial axis going to the dimension that the shard rules give it, and reduced where there is
   * none.
   */
  Sharding tensor(Tensor tensor, Sharding made) {
    Map<Dim, List<String>> pinned = pinned(tensor, false);
    if (pinned != null) {
      return new Sharding(pinned, Set.of());
    }
    Sharding asExperts = expertTensors.get(tensor);
    if (asExperts != null) {
      return asExperts;
    }
    if (isStream(tensor)) {
      return stream;
    }
    Map<Dim, List<String>> split = new LinkedHashMap<>();
    for (Dim dim : tensor.dims()) {
      List<String> axes = new ArrayList<>(made.of(dim));
      plan.shardOf(dim).stream().filter(made.partial()::contains).forEach(axes::add);
      split.put(dim, axes);
    }
    return new Sharding(split, Set.of());
  }

  /** Whether a tensor has the dimensions of the stream. */
  boolean isStream(Tensor tensor) {
    List<Dim> dims = plan.model().stream();
    return dims.size() == tensor.dims().size()
        && new HashSet<>(dims).equals(new HashSet<>(tensor.dims()));
  }

  /** The type that a pin gives; null where there is no pin. */
  @Nullable Map<Dim, List<String>> pinned(Operand operand, boolean gradient) {
    for (Plan.Pin pin : plan.pins()) {
      if (pin.gradient() == gradient && pin.tensor().equals(operand)) {
        Map<Dim, List<String>> split = new LinkedHashMap<>();
        for (Dim dim : operand.dims()) {
          split.put(
              dim,
              pin.split().getOrDefault(dim, List.of()).stream().map(Plan.AxisUse::axis).toList());
        }
        return split;
      }
    }
    return null;
  }
}
