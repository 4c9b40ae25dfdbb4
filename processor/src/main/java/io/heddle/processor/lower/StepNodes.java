package io.heddle.processor.lower;

import io.heddle.plan.KernelKind;
import io.heddle.processor.diagnose.Span;
import io.heddle.processor.model.Plan;
import io.heddle.processor.model.Weight;
import io.heddle.processor.program.CollectiveKind;
import io.heddle.processor.program.KernelFunction;
import io.heddle.processor.program.LocalGroup;
import io.heddle.processor.program.LocalKernel;
import io.heddle.processor.program.LocalNode;
import io.heddle.processor.program.LocalNode.Compute;
import io.heddle.processor.program.LocalNode.Shape;
import io.heddle.processor.program.LocalNode.StepCollective;
import io.heddle.processor.program.LocalWeight;
import io.heddle.processor.program.Origin;
import io.heddle.processor.program.Origin.Rule;
import io.heddle.processor.program.Pass;
import io.heddle.processor.program.RankProgram;
import io.heddle.processor.program.Sharding;
import io.heddle.processor.program.SharedWeights;
import io.heddle.processor.program.Size;
import io.heddle.processor.program.Step;
import io.heddle.processor.program.Step.DataGroup;
import io.heddle.processor.program.Step.GradientGroup;
import io.heddle.processor.program.Value;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/**
 * The nodes of the end of the step: gradients reduced group by group, their norm, weights updated,
 * new weights gathered. What comes behind waits for all reductions before it.
 */
final class StepNodes {
  private final RankProgram program;
  private final Plan plan;
  private final DecidingLines lines;
  private final List<GradientGroup> first;
  private final List<DataGroup> data;
  private final boolean early;
  private final List<LocalNode> nodes = new ArrayList<>();
  private final Set<String> names = new HashSet<>();

  /** What the optimizer waits for. */
  private final List<Value> reduced = new ArrayList<>();

  StepNodes(RankProgram program, List<GradientGroup> first, List<DataGroup> data) {
    this.program = program;
    this.plan = program.plan();
    this.lines = new DecidingLines(plan);
    this.first = first;
    this.data = data;
    this.early = plan.reducesEarly();
  }

  Pass pass() {
    Value before = early ? Step.REDUCED : Value.BEFORE;
    List<Value> needed = early ? List.of(before) : List.of();
    names.add(Step.REDUCED.name());
    reduced.addAll(needed);
    for (GradientGroup group : first) {
      Size bytes = gradient(leftOf(group.weights()));
      reduced.add(
          along("reduce", CollectiveKind.ALL_REDUCE, group.axes(), bytes, group.weights(), needed));
    }
    tied(needed);
    shared(needed);
    List<Size> updated = new ArrayList<>();
    data.forEach(group -> updated.add(reduce(group)));
    update(updated);
    return new Pass(Pass.Kind.STEP, null, before, nodes, Value.BEFORE, List.of(), List.of());
  }

  static Size gradient(Size elements) {
    return Size.product(elements, new Size.ElementBytes(Size.Format.GRADIENT));
  }

  static Size tensor(Size elements) {
    return Size.product(elements, new Size.ElementBytes(Size.Format.TENSOR));
  }

  private Size elements(List<LocalWeight> weights, Function<LocalWeight, Size> each) {
    return HeldWeights.elements(program, weights, each);
  }

  /** Elements of gradients when the backward passes are done: what they reduce leaves a shard. */
  private Size leftOf(List<LocalWeight> weights) {
    if (!early) {
      return elements(weights, LocalWeight::gradientElements);
    }
    List<Size> parts = new ArrayList<>();
    for (DataGroup group : data) {
      List<LocalWeight> some = weights.stream().filter(group.weights()::contains).toList();
      parts.add(Size.share(elements(some, LocalWeight::gradientElements), group.scattered()));
    }
    return Size.sum(parts);
  }

  /** Tables that the stages of embedding and head share: their gradients are added once a step. */
  private void tied(List<Value> needed) {
    Plan.AxisUse pipeline = plan.pipelineAxis();
    Map<Weight, Size.Shared> onStages = SharedWeights.of(plan);
    for (Weight shared : plan.model().sharedTables()) {
      if (pipeline != null && plan.trains(shared) && !onStages.containsKey(shared)) {
        program.embed().weights().stream()
            .filter(weight -> weight.weight().equals(shared))
            .forEach(table -> tied(table, pipeline.axis(), needed));
      }
    }
  }

  /** Weights that layers share, on whatever stages: together where these are the same. */
  private void shared(List<Value> needed) {
    Plan.AxisUse pipeline = plan.pipelineAxis();
    if (pipeline == null) {
      return;
    }
    Map<Size.Shared, List<LocalWeight>> together = new LinkedHashMap<>();
    SharedWeights.of(plan)
        .forEach(
            (weight, users) -> {
              if (plan.trains(weight)) {
                HeldWeights.local(program, weight)
                    .ifPresent(
                        own -> together.computeIfAbsent(users, all -> new ArrayList<>()).add(own));
              }
            });
    together.forEach(
        (users, weights) ->
            reduced.add(
                add(
                    "reduce.tied." + weights.get(0).weight().name(),
                    CollectiveKind.ALL_REDUCE,
                    new LocalGroup.Stages(pipeline.axis(), users),
                    gradient(leftOf(weights)),
                    weights,
                    needed,
                    Value.BEFORE)));
  }

  private void tied(LocalWeight table, String axis, List<Value> needed) {
    List<String> shards =
        data.stream()
            .filter(group -> early && group.weights().contains(table))
            .map(DataGroup::scattered)
            .findFirst()
            .orElse(List.of());
    reduced.add(
        add(
            "reduce.tied." + table.weight().name(),
            CollectiveKind.ALL_REDUCE,
            new LocalGroup.Ends(axis),
            gradient(Size.share(table.gradientElements(), shards)),
            List.of(table),
            needed,
            Value.BEFORE));
  }

  /** Reduces the gradients of a group; returns how many parameters a rank then updates. */
  private Size reduce(DataGroup group) {
    List<LocalWeight> weights = group.weights();
    List<String> over = group.scattered();
    Size part = Size.share(elements(weights, LocalWeight::gradientElements), over);
    Value last = Value.BEFORE;
    if (!over.isEmpty() && !early) {
      Size bytes = gradient(Size.product(part, new Size.Ranks(over)));
      last = along("scatter", CollectiveKind.REDUCE_SCATTER, over, bytes, weights, reduced);
    }
    if (!group.others().isEmpty() && (!early || plan.optimizer().gradientsSharded())) {
      List<Value> before = new ArrayList<>(reduced);
      before.add(last);
      last =
          add(
              "reduce." + String.join(".", group.others()),
              CollectiveKind.ALL_REDUCE,
              group.othersGroup(),
              gradient(part),
              weights,
              before,
              last);
    }
    if (!last.isBefore()) {
      reduced.add(last);
    }
    gatherGradients(weights, over);
    return Size.share(elements(weights, LocalWeight::elements), over);
  }

  /** A gradient that is split where its weight is whole is gathered last. */
  private void gatherGradients(List<LocalWeight> weights, List<String> shards) {
    Map<List<String>, List<LocalWeight>> split = new LinkedHashMap<>();
    for (LocalWeight weight : weights) {
      if (!weight.gatheredAxes().isEmpty()) {
        split.computeIfAbsent(weight.gatheredAxes(), unused -> new ArrayList<>()).add(weight);
      }
    }
    split.forEach(
        (axes, some) -> {
          Size own = Size.share(elements(some, LocalWeight::gradientElements), shards);
          reduced.add(
              along(
                  "gather.gradients",
                  CollectiveKind.ALL_GATHER,
                  axes,
                  gradient(own),
                  some,
                  reduced));
        });
  }

  private void update(List<Size> updated) {
    Size parameters = Size.sum(updated);
    List<Value> before = plan.optimizer().clipped() ? List.of(norm(parameters)) : reduced;
    Value optimizer =
        compute(
            "optimizer",
            new KernelFunction(KernelKind.OPTIMIZER, plan.optimizer().algorithm().word()),
            parameters,
            Size.product(parameters, new Size.Update(Size.Effort.OPERATIONS)),
            Size.product(parameters, new Size.Update(Size.Effort.BYTES)),
            before);
    if (plan.optimizer().weights() != null) {
      return;
    }
    for (int i = 0; i < data.size(); i++) {
      DataGroup group = data.get(i);
      if (!group.scattered().isEmpty()) {
        along(
            "gather.weights",
            CollectiveKind.ALL_GATHER,
            group.scattered(),
            tensor(updated.get(i)),
            group.weights(),
            List.of(optimizer));
      }
    }
  }

  /** The norm of all gradients: the sum of the squares on this rank, then that of all ranks. */
  private Value norm(Size parameters) {
    Value norm =
        compute(
            "norm",
            KernelFunction.reduction("sum of squares"),
            parameters,
            Size.product(Size.of(2), parameters),
            gradient(parameters),
            reduced);
    List<String> axes = gradientAxes();
    return axes.isEmpty()
        ? norm
        : add(
            "reduce.norm." + String.join(".", axes),
            CollectiveKind.ALL_REDUCE,
            new LocalGroup.Along(axes),
            new Size.ElementBytes(Size.Format.STATISTIC),
            List.of(),
            List.of(norm),
            norm);
  }

  /** The axes over which different ranks have different gradients when all are reduced. */
  private List<String> gradientAxes() {
    Set<String> axes = new HashSet<>();
    for (DataGroup group : data) {
      axes.addAll(group.scattered());
      group.weights().forEach(weight -> axes.addAll(weight.sharding().splitAxes()));
    }
    for (Plan.View view : plan.views()) {
      List<String> viewed = view.to().stream().map(Plan.ViewAxis::name).toList();
      // A group cannot be along an axis and a view of it.
      if (viewed.stream().anyMatch(axes::contains)
          && view.from().stream().anyMatch(axes::contains)) {
        viewed.forEach(axes::remove);
        axes.addAll(view.from());
      }
    }
    Plan.AxisUse pipeline = plan.pipelineAxis();
    if (pipeline != null) {
      axes.add(pipeline.axis());
    }
    return plan.axisOrder().stream().filter(axes::contains).toList();
  }

  private Value compute(
      String operation,
      KernelFunction function,
      Size elements,
      Size operations,
      Size bytes,
      List<Value> needs) {
    Value output = unique(operation);
    nodes.add(
        new Compute(
            new LocalKernel(
                    operation,
                    function,
                    new Shape.Elements(elements),
                    operations,
                    bytes,
                    Size.ZERO,
                    Sharding.WHOLE,
                    null)
                .making(Size.ZERO),
            needs,
            output,
            new Origin(plan.optimizer().span(), Rule.OPTIMIZER, plan.optimizer().span()),
            null));
    return output;
  }

  private Value along(
      String verb,
      CollectiveKind kind,
      List<String> axes,
      Size bytes,
      List<LocalWeight> weights,
      List<Value> inputs) {
    return add(
        verb + "." + String.join(".", axes),
        kind,
        new LocalGroup.Along(
            axes, kind == CollectiveKind.ALL_REDUCE && plan.reduction().twoLevel()),
        bytes,
        weights,
        inputs,
        Value.BEFORE);
  }

  private Value add(
      String operation,
      CollectiveKind kind,
      LocalGroup group,
      Size bytes,
      List<LocalWeight> weights,
      List<Value> inputs,
      Value instead) {
    Value output = unique(operation);
    nodes.add(
        new StepCollective(
            operation,
            kind,
            group,
            bytes,
            weights,
            inputs,
            instead,
            output,
            origin(kind, group, weights)));
    return output;
  }

  /** The line that shares weights among ranks, or that makes their gradients partial sums. */
  private Origin origin(CollectiveKind kind, LocalGroup group, List<LocalWeight> weights) {
    Span optimizer = plan.optimizer().span();
    Span statement = weights.isEmpty() ? optimizer : weights.get(0).weight().span();
    if (!(group instanceof LocalGroup.Along along)) {
      Plan.AxisUse pipeline = plan.pipelineAxis();
      return new Origin(statement, Rule.TIED, pipeline == null ? null : pipeline.span());
    }
    List<String> axes = along.axes();
    boolean shares = kind != CollectiveKind.ALL_REDUCE && axes.stream().allMatch(this::isShared);
    return shares || weights.isEmpty()
        ? new Origin(statement, Rule.OPTIMIZER, optimizer)
        : new Origin(statement, Rule.GRADIENTS, lines.of(axes.get(0)));
  }

  private boolean isShared(String axis) {
    return plan.isOptimizerSharded(axis);
  }

  private Value unique(String operation) {
    String name = operation.replace('.', '_');
    String candidate = name;
    for (int i = 2; !names.add(candidate); i++) {
      candidate = name + i;
    }
    return new Value(candidate);
  }
}
