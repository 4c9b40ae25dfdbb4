package io.heddle.processor.lower;

import io.heddle.processor.diagnose.Span;
import io.heddle.processor.model.Dim;
import io.heddle.processor.model.Plan;
import io.heddle.processor.model.Plan.AxisUse;
import io.heddle.processor.program.Sharding;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The lines of a plan that give axes to dimensions. */
final class DecidingLines {
  private final Plan plan;

  DecidingLines(Plan plan) {
    this.plan = plan;
  }

  /** Where the dimension gets the axis: in {@code shard}, in {@code stream}, or where any does. */
  Span of(Dim dim, String axis) {
    return use(plan.shard(), dim, axis)
        .or(() -> use(plan.stream(), dim, axis))
        .orElseGet(() -> of(axis));
  }

  /** As {@link #of(Dim, String)}, of the stream. */
  Span ofStream(Dim dim, String axis) {
    return use(plan.stream(), dim, axis).orElseGet(() -> of(dim, axis));
  }

  private static Optional<Span> use(Map<Dim, List<AxisUse>> lines, Dim dim, String axis) {
    return lines.getOrDefault(dim, List.of()).stream()
        .filter(use -> use.axis().equals(axis))
        .map(AxisUse::span)
        .findFirst();
  }

  /** The first line that gives the axis to anything; where it gives it to nothing, its own. */
  Span of(String axis) {
    Stream<AxisUse> uses =
        Stream.of(
                plan.shard().values(),
                plan.stream().values(),
                plan.pins().stream().flatMap(pin -> pin.split().values().stream()).toList())
            .flatMap(Collection::stream)
            .flatMap(List::stream);
    return uses.filter(use -> use.axis().equals(axis))
        .map(AxisUse::span)
        .findFirst()
        .or(() -> plan.viewOf(axis).map(Plan.View::span))
        .or(() -> plan.axis(axis).map(Plan.MeshAxis::span))
        .orElse(plan.span());
  }

  /** Where a split dimension gets the axis; where none does, where any dimension gets it. */
  Span of(Sharding sharding, String axis) {
    Dim dim = dimOf(sharding, axis);
    return dim == null ? of(axis) : of(dim, axis);
  }

  /** The dimension that an axis splits; null if it splits none. */
  static @Nullable Dim dimOf(Sharding sharding, String axis) {
    return sharding.split().entrySet().stream()
        .filter(entry -> entry.getValue().contains(axis))
        .map(Map.Entry::getKey)
        .findFirst()
        .orElse(null);
  }

  /** The dimension that an axis joins on a step; null if it joins none. */
  static @Nullable Dim joined(Reshard.Step step, String axis) {
    Dim dim = dimOf(step.to(), axis);
    return dim == null || step.from().of(dim).contains(axis) ? null : dim;
  }
}
