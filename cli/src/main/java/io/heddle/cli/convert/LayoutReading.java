package io.heddle.cli.convert;

import io.heddle.plan.PlanValues;
import io.heddle.plan.mesh.Axis;
import io.heddle.processor.TfmCompiler.Compiled;
import io.heddle.processor.model.Block;
import io.heddle.processor.model.Dim;
import io.heddle.processor.model.ExpertLayout;
import io.heddle.processor.model.Operation;
import io.heddle.processor.model.Plan;
import io.heddle.processor.model.PlanNumbers;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Finds what each axis of a mesh is there for. */
final class LayoutReading {
  private static final int NODE = 8;

  private final Plan plan;
  private final PlanNumbers numbers;
  private final PlanValues values;
  private final MappedFacts facts;
  private final Set<String> data = new LinkedHashSet<>();
  private final Set<String> context = new LinkedHashSet<>();
  private final Set<String> tensor = new LinkedHashSet<>();

  LayoutReading(Compiled compiled, MappedFacts facts) {
    this.plan = compiled.plan();
    this.numbers = compiled.numbers();
    this.values = numbers.values();
    this.facts = facts;
  }

  /** Axes that split the batch. */
  Set<String> data() {
    return data;
  }

  /** Axes that split sequences. */
  Set<String> context() {
    return context;
  }

  private long product(Set<String> axes) {
    long product = 1;
    for (String axis : axes) {
      product *= values.axis(axis);
    }
    return product;
  }

  /** How many ranks each kind of parallelism has, and what is split over tensor ranks besides. */
  void axes() {
    List<Dim> stream = plan.model().stream();
    for (Dim dim : stream) {
      (dim.isOpen() ? data : context).addAll(plan.shardOf(dim));
    }
    for (Axis axis : values.axes()) {
      String name = axis.name();
      boolean isPipeline = plan.pipelineAxis() != null && plan.pipelineAxis().axis().equals(name);
      if (!isPipeline && !data.contains(name) && !context.contains(name)) {
        tensor.add(name);
      }
    }
    data.removeIf(axis -> plan.axis(axis).isEmpty());
    context.removeIf(axis -> plan.axis(axis).isEmpty());
    facts.number("dp", product(data), "data parallelism");
    facts.number("cp", product(context), "context parallelism");
    facts.number("tp", product(tensor), "tensor parallelism");
    facts.number("pp", numbers.stages(plan), "pipeline parallelism");
    long ranks = values.mesh().ranks();
    long each = NODE;
    while (ranks % each != 0) {
      each--;
    }
    facts.number("nodes", ranks / each, "nodes");
    facts.number("node_ranks", each, "GPUs of a node");
    boolean isSequence =
        stream.stream()
            .flatMap(dim -> plan.stream().getOrDefault(dim, List.of()).stream())
            .anyMatch(use -> tensor.contains(use.axis()));
    facts.flag("sequence", isSequence, "`stream:`");
  }

  private String role(String axis) {
    if (data.contains(axis)) {
      return "dp";
    }
    if (context.contains(axis)) {
      return "cp";
    }
    return tensor.contains(axis) ? "tp" : "pp";
  }

  /** Whether neighbours are as other programs number them. */
  void order() {
    List<String> roles = new ArrayList<>();
    for (Axis axis : values.axes()) {
      String role = role(axis.name());
      if (axis.size() > 1 && (roles.isEmpty() || !roles.get(roles.size() - 1).equals(role))) {
        roles.add(role);
      }
    }
    boolean isSwapped = roles.contains("pp") && roles.indexOf("dp") == 0;
    List<String> usual =
        new ArrayList<>(
            isSwapped ? List.of("dp", "pp", "cp", "tp") : List.of("pp", "dp", "cp", "tp"));
    usual.retainAll(roles);
    String layout =
        "`layout %s`"
            .formatted(String.join(" > ", values.axes().stream().map(Axis::name).toList()));
    facts.flag("swapped", isSwapped, layout);
    if (!usual.equals(roles)) {
      facts.loss(layout + ": ranks in another order");
    }
  }

  /** To what the vocabulary is padded. */
  void padding() {
    for (Operation operation : plan.model().embed().operations()) {
      if (operation instanceof Operation.Lookup lookup) {
        long ranks = product(tensor);
        long multiple = numbers.padding().getOrDefault(lookup.rows(), ranks);
        if (ranks > 1 && plan.shardOf(lookup.rows()).isEmpty()) {
          facts.loss("a vocabulary that is whole on each rank");
        } else if (ranks > 1 && (multiple == 0 || multiple % ranks == 0)) {
          facts.number(
              "vocab_multiple", Math.max(1, multiple / ranks), "`" + lookup.rows() + " padded`");
        } else if (ranks > 1) {
          facts.loss("`%s padded to %,d`".formatted(lookup.rows(), multiple));
        }
      }
    }
  }

  /** Over how many ranks experts are split. */
  void experts() {
    for (Map.Entry<Dim, Operation.Dispatch> each : plan.model().expertRows().entrySet()) {
      ExpertLayout layout = new ExpertLayout(plan, each.getValue());
      long ep = 1;
      for (String axis : layout.expertAxes()) {
        ep *= numbers.axis(axis);
      }
      facts.number("ep", ep, "`" + each.getValue().experts() + " over`");
      facts.number("etp", isSplitOverTensor(each.getValue()) ? product(tensor) : 1, "experts");
    }
  }

  private boolean isSplitOverTensor(Operation.Dispatch dispatch) {
    for (Block block : plan.model().blocks()) {
      if (!block.operations().contains(dispatch)) {
        continue;
      }
      return block.weights().stream()
          .filter(weight -> weight.dims().contains(dispatch.experts()))
          .flatMap(weight -> weight.dims().stream())
          .filter(dim -> !dim.equals(dispatch.experts()))
          .anyMatch(dim -> plan.shardOf(dim).stream().anyMatch(tensor::contains));
    }
    return false;
  }
}
