package io.heddle.processor.local;

import io.heddle.processor.model.Block;
import io.heddle.processor.model.Model;
import io.heddle.processor.model.Plan;
import io.heddle.processor.model.Weight;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * What data-parallel ranks share of the embedding, of each layer and of the head, as text:
 * gradients that are reduced in backward passes, and weights that are gathered.
 */
final class UnitExplanation {
  private final LocalProgram program;
  private final Plan plan;
  private final Sizes sizes;
  private final StringBuilder text = new StringBuilder();

  UnitExplanation(LocalProgram program, Sizes sizes) {
    this.program = program;
    this.plan = program.plan();
    this.sizes = sizes;
  }

  /** When gradients are reduced, in words. */
  static String reduction(Plan plan) {
    Plan.Reduction reduction = plan.reduction();
    String when =
        switch (reduction.when()) {
          case AT_END -> "reduced at the end";
          case PER_LAYER -> "reduced layer by layer";
          case IN_BUCKETS ->
              String.format(Locale.ROOT, "reduced in buckets of %,d B", reduction.bucketBytes());
          case IN_GAPS -> "reduced in the gaps";
        };
    return when
        + (plan.optimizer().gradientsSharded()
            ? " of every backward pass"
            : plan.reducesEarly() ? " of the last backward pass" : "")
        + (reduction.blocking()
            ? ", the next kernel waits"
            : ", beside the kernels behind the next collectives");
  }

  /** The text; empty where all is done at the end of the step. */
  String text() {
    if (plan.reducesEarly() || plan.optimizer().weights() != null) {
      unit("embed", program.embed().weights());
      for (Model.Stack stack : plan.model().stacks()) {
        List<LocalWeight> weights = new ArrayList<>();
        stack.blocks().forEach(block -> weights.addAll(programOf(block).weights()));
        List<String> names = stack.blocks().stream().map(Block::name).toList();
        unit("each layer of " + String.join(", ", names), weights);
      }
      Weight tied = plan.model().tied();
      unit(
          tied == null ? "head" : "head, where it is not on the stage of the embedding",
          program.head().weights());
    }
    return text.toString();
  }

  private BlockProgram programOf(Block block) {
    return program.blocks().stream()
        .filter(candidate -> candidate.block().equals(block))
        .findFirst()
        .orElseThrow();
  }

  private void unit(String name, List<LocalWeight> weights) {
    text.append("\nshared, ").append(name).append('\n');
    long gradient = sizes.of(new Size.ElementBytes(Size.Format.GRADIENT));
    long tensor = sizes.of(new Size.ElementBytes(Size.Format.TENSOR));
    program
        .step()
        .data()
        .forEach(
            (axes, all) -> {
              List<LocalWeight> here = weights.stream().filter(all::contains).toList();
              List<String> over = program.scatterAxes(axes);
              long shards = sizes.ranks(over);
              long elements = here.stream().mapToLong(w -> sizes.of(w.elements())).sum();
              long gradients = here.stream().mapToLong(w -> sizes.of(w.gradientElements())).sum();
              long shard = -Math.floorDiv(-gradients, shards);
              if (plan.optimizer().weights() != null) {
                long part = -Math.floorDiv(-elements, shards);
                collective("gather.weights", "all-gather", over, part * tensor);
              }
              if (plan.reducesEarly()) {
                collective("scatter", "reduce-scatter", over, shard * shards * gradient);
              }
              if (plan.reducesEarly() && !plan.optimizer().gradientsSharded()) {
                collective("reduce", "all-reduce", program.otherAxes(axes), shard * gradient);
              }
            });
  }

  private void collective(String verb, String kind, List<String> axes, long bytes) {
    long members = sizes.ranks(axes);
    if (members > 1 && bytes > 0) {
      text.append(
          String.format(
              Locale.ROOT,
              "  %-28s %-18s %-26s %22s\n",
              verb + "." + String.join(".", axes),
              kind,
              "over " + String.join(", ", axes) + " (" + members + ")",
              String.format(Locale.ROOT, "%,d B", bytes)));
    }
  }
}
