package io.heddle.processor.model;

import io.heddle.plan.GradientReduction;
import io.heddle.plan.Optimizer.Algorithm;
import io.heddle.processor.diagnose.Code;
import io.heddle.processor.diagnose.Diagnostics;
import io.heddle.processor.model.Plan.AxisUse;
import io.heddle.processor.syntax.Name;
import io.heddle.processor.syntax.PlanItem;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The lines of a plan about what is done with gradients. */
final class GradientSettings {

  private final PlanLines lines;
  private final Model model;
  private final PlanAxes axes;
  private final ShardRules rules;
  private final Diagnostics diagnostics;

  GradientSettings(
      PlanLines lines, Model model, PlanAxes axes, ShardRules rules, Diagnostics diagnostics) {
    this.lines = lines;
    this.model = model;
    this.axes = axes;
    this.rules = rules;
    this.diagnostics = diagnostics;
  }

  Plan.Optimizer optimizer() {
    Optional<PlanItem.Optimizer> found = lines.single(PlanItem.Optimizer.class, "optimizer");
    if (found.isEmpty()) {
      return new Plan.Optimizer(Algorithm.ADAM, false, List.of(), false, null, lines.name().span());
    }
    PlanItem.Optimizer item = found.get();
    Algorithm algorithm =
        lines.known(item.algorithm(), "optimizer", List.of(Algorithm.values()), Algorithm::word);
    List<AxisUse> sharded = axes.uses(item.shardedOver());
    List<String> dataAxes = new ArrayList<>();
    for (Dim dim : model.stream()) {
      rules.shard().getOrDefault(dim, List.of()).forEach(use -> dataAxes.add(use.axis()));
    }
    for (AxisUse use : sharded) {
      if (!dataAxes.contains(use.axis())) {
        diagnostics
            .report(Code.OPTIMIZER_AXIS, use.span(), use.axis())
            .help(
                dataAxes.isEmpty()
                    ? splitsTheBatch(use)
                    : "axes that split the stream's dimensions: " + String.join(", ", dataAxes))
            .add();
      }
    }
    PlanItem.ShardedWeights weights = last(item, PlanItem.ShardedWeights.class);
    PlanItem.Gradients gradients = last(item, PlanItem.Gradients.class);
    return new Plan.Optimizer(
        algorithm,
        item.clipped(),
        sharded,
        // As in ZeRO-3 and FSDP: nobody keeps a whole gradient beside a shard of its weight.
        gradients == null ? weights != null : gradients.sharded(),
        weights == null ? null : weights(weights),
        item.span());
  }

  private String splitsTheBatch(AxisUse use) {
    return model.stream().stream()
        .filter(Dim::isOpen)
        .findFirst()
        .map(batch -> "add `%s over %s` to `shard`".formatted(batch, use.axis()))
        .orElse("no axis splits a dimension of the stream");
  }

  private <T extends PlanItem.ShardedToo> @Nullable T last(PlanItem.Optimizer item, Class<T> type) {
    List<T> said = item.more().stream().filter(type::isInstance).map(type::cast).toList();
    if (said.size() > 1) {
      Name optimizer = new Name("optimizer", item.span());
      String takes = "what it says of gradients and of weights at most once";
      diagnostics.report(Code.ARGUMENTS, said.get(1).span(), optimizer, takes).add();
    }
    return said.isEmpty() ? null : said.get(said.size() - 1);
  }

  private Plan.ShardedWeights weights(PlanItem.ShardedWeights item) {
    Map<String, PlanItem.Setting> given =
        new NamedArguments(
                "setting", "weights sharded", List.of("prefetch", "gathered"), diagnostics)
            .read(item.settings(), PlanItem.Setting::name);
    PlanItem.Setting prefetch = given.get("prefetch");
    if (prefetch != null) {
      axes.check(prefetch.value());
    }
    boolean once =
        Optional.ofNullable(given.get("gathered"))
            .flatMap(setting -> NamedArguments.word(setting, "once", diagnostics))
            .map(word -> lines.known(word, "way to gather", List.of("once", "always")))
            .filter("once"::equals)
            .isPresent();
    return new Plan.ShardedWeights(prefetch == null ? null : prefetch.value(), once, item.span());
  }

  /**
   * When gradients are reduced: what every micro-batch scatters goes layer by layer unless said.
   */
  Plan.Reduction reduction(Plan.Optimizer optimizer) {
    Optional<PlanItem.Reduce> found = lines.single(PlanItem.Reduce.class, "reduce");
    if (found.isEmpty()) {
      GradientReduction.When when =
          optimizer.gradientsSharded()
              ? GradientReduction.When.PER_LAYER
              : GradientReduction.When.AT_END;
      return new Plan.Reduction(when, 0, false, false, optimizer.span());
    }
    PlanItem.Reduce item = found.get();
    return new Plan.Reduction(
        GradientReduction.When.valueOf(item.when().name()),
        bucketBytes(item),
        item.blocking(),
        item.twoLevel(),
        item.span());
  }

  private long bucketBytes(PlanItem.Reduce item) {
    if (item.bucket() == null) {
      return 0;
    }
    return Units.CAPACITY
        .read(item.bucket(), diagnostics)
        .map(bytes -> bytes.max(BigDecimal.ONE).longValue())
        .orElse(1L);
  }
}
