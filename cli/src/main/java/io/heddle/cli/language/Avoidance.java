package io.heddle.cli.language;

import io.heddle.cli.language.PlanFacts.Placed;
import io.heddle.cli.output.Quantities;
import io.heddle.cli.sweep.PointResult.Figures;
import io.heddle.processor.diagnose.Diagnostics;
import io.heddle.processor.model.Dim;
import io.heddle.processor.model.Plan;
import io.heddle.processor.model.PlanChanges;
import io.heddle.processor.program.CollectiveKind;
import io.heddle.processor.program.LocalNode.Communicate;
import io.heddle.runtime.report.StepProgress;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Finds changes of a plan, each of one line, without which a collective is there and with which it
 * is not, by trying them.
 */
public final class Avoidance {
  /** Changes that are shown. */
  private static final int MOST = 4;

  private final Function<PlanChanges, Optional<PlanFacts>> variant;
  private final StepProgress progress;

  /**
   * @param variant facts of the plan with changes; empty where it then does not compile
   * @param progress of the simulations; what it throws as a cancellation leaves figures out
   */
  public Avoidance(Function<PlanChanges, Optional<PlanFacts>> variant, StepProgress progress) {
    this.variant = variant;
    this.progress = progress;
  }

  /** The changes, each with what the step then comes to. */
  List<String> of(Placed placed, PlanFacts facts) {
    List<String> found = new ArrayList<>();
    Optional<Figures> before = figures(facts);
    for (String change : candidates((Communicate) placed.node(), placed, facts.plan())) {
      if (found.size() == MOST) {
        break;
      }
      Diagnostics unread = new Diagnostics();
      PlanChanges changes = PlanChanges.read(List.of(change), unread);
      Optional<PlanFacts> changed = unread.hasErrors() ? Optional.empty() : variant.apply(changes);
      if (changed.isPresent() && !has(changed.get(), placed)) {
        found.add(
            "by `%s`%s%s"
                .formatted(change, instead(changed.get(), placed), effect(before, changed.get())));
      }
    }
    return found;
  }

  private static boolean has(PlanFacts facts, Placed wanted) {
    Communicate collective = (Communicate) wanted.node();
    return facts.nodes().stream()
        .filter(placed -> placed.name().equals(wanted.name()))
        .filter(placed -> placed.pass().kind() == wanted.pass().kind())
        .map(Placed::node)
        .filter(Communicate.class::isInstance)
        .map(Communicate.class::cast)
        .anyMatch(other -> other.kind() == collective.kind() && facts.ranks(other.axes()) > 1);
  }

  private static Set<String> candidates(Communicate node, Placed placed, Plan plan) {
    Set<String> changes = new LinkedHashSet<>();
    if (!placed.isForward() && node.kind() == CollectiveKind.ALL_GATHER) {
      changes.add(
          Stream.concat(
                  plan.activations().keep().stream().map(kept -> kept.tensor().name()),
                  Stream.of(placed.section().block().name() + "." + node.tensor()))
              .filter(name -> name.contains("."))
              .collect(Collectors.joining(", ", "keep = ", "")));
    }
    Set<String> axes = new LinkedHashSet<>(node.axes());
    if (uses(plan.stream(), axes).findAny().isPresent()) {
      changes.add("shard.stream =");
    } else {
      streams(plan, axes).forEach(changes::add);
    }
    uses(plan.shard(), axes).forEach(dim -> changes.add("shard." + dim.name() + " ="));
    if (placed.node().origin().rule() == io.heddle.processor.program.Origin.Rule.CONTEXT) {
      changes.add("context = ring");
      changes.add("context = all_to_all");
    }
    return changes;
  }

  private static Stream<Dim> uses(Map<Dim, List<Plan.AxisUse>> lines, Set<String> axes) {
    return lines.entrySet().stream()
        .filter(line -> line.getValue().stream().anyMatch(use -> axes.contains(use.axis())))
        .map(Map.Entry::getKey);
  }

  /** The stream split over one of the axes too: sequence parallelism. */
  private static Stream<String> streams(Plan plan, Set<String> axes) {
    return plan.model().stream().stream()
        .filter(dim -> !dim.isOpen())
        .flatMap(
            dim -> {
              List<String> own = plan.shardOf(dim);
              return axes.stream()
                  .filter(axis -> !own.contains(axis))
                  .map(
                      axis ->
                          "shard.stream = (%s over %s)"
                              .formatted(
                                  dim.name(),
                                  Stream.concat(own.stream(), Stream.of(axis))
                                      .collect(Collectors.joining(", "))));
            });
  }

  /** What moves the same tensor then. */
  private static String instead(PlanFacts changed, Placed avoided) {
    String tensor = ((Communicate) avoided.node()).tensor();
    String others =
        changed.nodes().stream()
            .filter(
                placed -> placed.section().block().name().equals(avoided.section().block().name()))
            .filter(placed -> placed.pass().kind() == avoided.pass().kind())
            .map(Placed::node)
            .filter(Communicate.class::isInstance)
            .map(Communicate.class::cast)
            .filter(other -> other.tensor().equals(tensor) && changed.ranks(other.axes()) > 1)
            .map(
                other ->
                    "%s of %s"
                        .formatted(
                            other.kind().title(),
                            FactText.bytes(changed.sizes().of(other.bytes()))))
            .distinct()
            .collect(Collectors.joining(", "));
    return others.isEmpty() ? "" : " (instead: " + others + ")";
  }

  private Optional<Figures> figures(PlanFacts facts) {
    try {
      return facts.figures(progress);
    } catch (CancellationException e) {
      return Optional.empty();
    }
  }

  private String effect(Optional<Figures> before, PlanFacts changed) {
    Optional<Figures> after = figures(changed);
    if (before.isEmpty() || after.isEmpty()) {
      return "";
    }
    OptionalLong held = before.get().memory().peak();
    OptionalLong holds = after.get().memory().peak();
    String memory =
        held.isPresent() && holds.isPresent()
            ? "; peak memory %s instead of %s"
                .formatted(FactText.bytes(holds.getAsLong()), FactText.bytes(held.getAsLong()))
            : "";
    return ": the step takes %s instead of %s%s"
        .formatted(
            Quantities.time((double) after.get().iterationNanos()),
            Quantities.time((double) before.get().iterationNanos()),
            memory);
  }
}
