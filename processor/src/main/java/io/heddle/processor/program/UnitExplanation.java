package io.heddle.processor.program;

import io.heddle.processor.model.Block;
import io.heddle.processor.model.Plan;
import io.heddle.processor.model.PlanNumbers;
import java.util.List;
import java.util.Locale;

/**
 * What data-parallel ranks share of the embedding, of each layer and of the head, as text:
 * gradients that are reduced in backward passes, and weights that are gathered.
 */
final class UnitExplanation {
  private final RankProgram program;
  private final Plan plan;
  private final PlanNumbers numbers;
  private final Sizes sizes;
  private final StringBuilder text = new StringBuilder();

  UnitExplanation(RankProgram program, PlanNumbers numbers, Sizes sizes) {
    this.numbers = numbers;
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
            : ", beside the kernels behind the next collectives")
        + (reduction.twoLevel() ? ", sums in two levels" : "");
  }

  /** The text; empty where all is done at the end of the step. */
  String text() {
    for (Step.Unit unit : program.step().units()) {
      text.append("\nshared, ").append(name(unit.part())).append('\n');
      unit.collectives().forEach(this::collective);
    }
    return text.toString();
  }

  private String name(Size.Part part) {
    if (part instanceof Size.Layer layer) {
      List<Block> blocks = plan.model().layerKinds().get(layer.kind()).blocks();
      return "each layer of "
          + String.join(", ", blocks.stream().map(plan.model()::title).toList());
    }
    if (part instanceof Size.Shared) {
      return "weights of several layers, once for all";
    }
    if (part == Size.End.EMBEDDING) {
      return "embed";
    }
    return plan.model().tied() == null
        ? "head"
        : "head, where it is not on the stage of the embedding";
  }

  private void collective(Step.UnitCollective collective) {
    if (sizes.ranks(collective.group().axes()) > 1) {
      text.append(
          String.format(
              Locale.ROOT,
              "  %-28s %-18s %-26s %22s\n",
              collective.operation(),
              collective.kind().title(),
              NodeGroups.describe(collective.group(), plan, numbers, sizes),
              String.format(Locale.ROOT, "%,d B", sizes.of(collective.bytes()))));
    }
  }
}
