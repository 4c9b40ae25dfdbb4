package io.heddle.processor.local;

import io.heddle.processor.model.Block;
import io.heddle.processor.model.Model;
import io.heddle.processor.model.Plan;
import io.heddle.processor.model.PlanNumbers;
import io.heddle.processor.model.Weight;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;

/** The end of the step as text: for each stage its collectives with group and bytes. */
final class StepExplanation {
  private static final String NODE = "  %-28s %-18s %-26s %22s";

  private final LocalProgram program;
  private final Plan plan;
  private final PlanNumbers numbers;
  private final Sizes sizes;
  private final int stages;

  StepExplanation(LocalProgram program, PlanNumbers numbers, Sizes sizes) {
    this.program = program;
    this.plan = program.plan();
    this.numbers = numbers;
    this.sizes = sizes;
    this.stages = Math.toIntExact(numbers.stages(plan));
  }

  /** The text; stages that do the same stand together. */
  String text() {
    Map<List<String>, List<Integer>> alike = new LinkedHashMap<>();
    for (int stage = 0; stage < stages; stage++) {
      alike.computeIfAbsent(nodes(stage), unused -> new ArrayList<>()).add(stage);
    }
    StringBuilder text = new StringBuilder();
    alike.forEach(
        (nodes, same) -> {
          text.append("\nstep, ").append(stagesText(same)).append('\n');
          nodes.forEach(node -> text.append(node).append('\n'));
        });
    return text.toString();
  }

  private static String stagesText(List<Integer> same) {
    int first = same.get(0);
    int last = same.get(same.size() - 1);
    if (same.size() == 1) {
      return "stage " + first;
    }
    boolean run = last - first == same.size() - 1;
    return "stages "
        + (run
            ? first + " to " + last
            : String.join(", ", same.stream().map(String::valueOf).toList()));
  }

  private List<String> nodes(int stage) {
    List<String> nodes = new ArrayList<>();
    long gradient = sizes.of(new Size.ElementBytes(Size.Format.GRADIENT));
    long tensor = sizes.of(new Size.ElementBytes(Size.Format.TENSOR));
    program
        .step()
        .first()
        .forEach(
            (axes, weights) -> {
              long elements = reducedElements(weights, stage);
              collective(nodes, "reduce", "all-reduce", axes, elements * gradient);
            });
    tied(nodes, stage, gradient);
    long updated = 0;
    List<String> gathers = new ArrayList<>();
    for (Map.Entry<List<String>, List<LocalWeight>> group : program.step().data().entrySet()) {
      List<String> over = program.scatterAxes(group.getKey());
      List<String> rest = program.otherAxes(group.getKey());
      long shards = sizes.ranks(over);
      long elements = elements(group.getValue(), LocalWeight::gradientElements, stage);
      long shard = -Math.floorDiv(-elements, shards);
      if (!plan.reducesEarly()) {
        collective(nodes, "scatter", "reduce-scatter", over, shard * shards * gradient);
      }
      if (!plan.reducesEarly() || plan.optimizer().gradientsSharded()) {
        collective(nodes, "reduce", "all-reduce", rest, shard * gradient);
      }
      gatherGradients(nodes, group.getValue(), shards, stage, gradient);
      long weights = elements(group.getValue(), LocalWeight::elements, stage);
      long part = -Math.floorDiv(-weights, shards);
      updated += part;
      if (plan.optimizer().weights() == null) {
        collective(gathers, "gather.weights", "all-gather", over, part * tensor);
      }
    }
    if (plan.optimizer().clipped()) {
      collective(nodes, "reduce.norm", "all-reduce", program.gradientAxes(), 4);
    }
    nodes.add(
        String.format(
            Locale.ROOT,
            NODE,
            "optimizer",
            plan.optimizer().algorithm(),
            "",
            String.format(Locale.ROOT, "%,d parameters", updated)));
    nodes.addAll(gathers);
    return nodes;
  }

  /** Elements of gradients when the backward passes are done: what they reduce leaves a shard. */
  private long reducedElements(List<LocalWeight> weights, int stage) {
    long elements = 0;
    for (Map.Entry<List<String>, List<LocalWeight>> group : program.step().data().entrySet()) {
      List<LocalWeight> some = weights.stream().filter(group.getValue()::contains).toList();
      long all = elements(some, LocalWeight::gradientElements, stage);
      elements += -Math.floorDiv(-all, shardsLeft(group.getKey()));
    }
    return elements;
  }

  private long shardsLeft(List<String> dataAxes) {
    return plan.reducesEarly() ? sizes.ranks(program.scatterAxes(dataAxes)) : 1;
  }

  private long shardsLeft(LocalWeight weight) {
    return program.step().data().entrySet().stream()
        .filter(group -> group.getValue().contains(weight))
        .mapToLong(group -> shardsLeft(group.getKey()))
        .findFirst()
        .orElse(1);
  }

  private void gatherGradients(
      List<String> nodes, List<LocalWeight> weights, long shards, int stage, long gradient) {
    Map<List<String>, List<LocalWeight>> split = new LinkedHashMap<>();
    for (LocalWeight weight : weights) {
      if (!weight.gatheredAxes().isEmpty()) {
        split.computeIfAbsent(weight.gatheredAxes(), unused -> new ArrayList<>()).add(weight);
      }
    }
    split.forEach(
        (axes, some) -> {
          long elements = elements(some, LocalWeight::gradientElements, stage);
          long part = -Math.floorDiv(-elements, shards);
          collective(nodes, "gather.gradients", "all-gather", axes, part * gradient);
        });
  }

  private void tied(List<String> nodes, int stage, long gradient) {
    Weight tied = plan.model().tied();
    if (tied == null || stages == 1 || (stage != 0 && stage != stages - 1)) {
      return;
    }
    for (LocalWeight weight : program.embed().weights()) {
      if (weight.weight().equals(tied)) {
        long elements = -Math.floorDiv(-sizes.of(weight.gradientElements()), shardsLeft(weight));
        String bytes = String.format(Locale.ROOT, "%,d B", elements * gradient);
        nodes.add(
            String.format(
                Locale.ROOT,
                NODE,
                "reduce.tied." + tied.name(),
                "all-reduce",
                "first and last stage (2)",
                bytes));
      }
    }
  }

  /** Adds a collective, unless its group is one rank or it has nothing to do. */
  private void collective(
      List<String> nodes, String verb, String kind, List<String> axes, long bytes) {
    long members = sizes.ranks(axes);
    if (members > 1 && bytes > 0) {
      String group = "over " + String.join(", ", axes) + " (" + members + ")";
      nodes.add(
          String.format(
              Locale.ROOT,
              NODE,
              verb + "." + String.join(".", axes),
              kind,
              group,
              String.format(Locale.ROOT, "%,d B", bytes)));
    }
  }

  /** What a stage holds of some weights. */
  private long elements(List<LocalWeight> weights, Function<LocalWeight, Size> each, int stage) {
    long total = 0;
    long begin = 0;
    for (Model.Stack stack : plan.model().stacks()) {
      long end = begin + numbers.layers().get(stack);
      long here = numbers.layersOf(stage, stages, begin, end);
      for (Block block : stack.blocks()) {
        for (BlockProgram candidate : program.blocks()) {
          if (candidate.block().equals(block)) {
            total += here * sum(candidate, weights, each, true);
          }
        }
      }
      begin = end;
    }
    total += stage == 0 ? sum(program.embed(), weights, each, true) : 0;
    // A stage that is first and last holds a tied table once.
    total += stage == stages - 1 ? sum(program.head(), weights, each, stage != 0) : 0;
    return total;
  }

  private long sum(
      BlockProgram block,
      List<LocalWeight> weights,
      Function<LocalWeight, Size> each,
      boolean tiedToo) {
    return block.weights().stream()
        .filter(weights::contains)
        .filter(weight -> tiedToo || !weight.weight().equals(plan.model().tied()))
        .mapToLong(weight -> sizes.of(each.apply(weight)))
        .sum();
  }
}
