package io.heddle.processor.lower;

import io.heddle.processor.diagnose.Code;
import io.heddle.processor.diagnose.Diagnostics;
import io.heddle.processor.diagnose.Span;
import io.heddle.processor.lower.Binding.Ruling;
import io.heddle.processor.model.Dim;
import io.heddle.processor.model.Plan;
import io.heddle.processor.program.Origin.Rule;
import io.heddle.processor.program.Sharding;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Finds which axes split the dimensions of an operation. In this order: what its weight binds (or a
 * pin on the gradient that it makes); a pin on its result, else the plan's shard rules; what its
 * operands already have. A later source does without an axis that an earlier one uses for another
 * dimension.
 */
final class Assignments {
  /** Dimensions of an operand with its sharding. */
  record Placed(List<Dim> dims, Sharding sharding) {}

  private final Plan plan;
  private final Diagnostics diagnostics;
  private final DecidingLines lines;

  Assignments(Plan plan, Diagnostics diagnostics) {
    this.plan = plan;
    this.diagnostics = diagnostics;
    this.lines = new DecidingLines(plan);
  }

  /**
   * The assignment of an operation.
   *
   * @param dims all that it runs over
   * @param bound dimensions whose axes are fixed, also to none
   * @param pin the type of the result, fixed as well; null where there is none
   * @param operands in order
   */
  Assignment assign(
      Span span, List<Dim> dims, Binding bound, @Nullable Binding pin, List<Placed> operands) {
    Map<Dim, List<String>> assigned = new LinkedHashMap<>();
    Map<Dim, Ruling> rulings = new LinkedHashMap<>(bound.rulings());
    Set<Dim> closed = new LinkedHashSet<>();
    bound
        .axes()
        .forEach(
            (dim, axes) -> {
              assigned.put(dim, axes);
              closed.add(dim);
            });
    if (pin != null) {
      pin.axes()
          .forEach(
              (dim, axes) -> {
                if (closed.add(dim)) {
                  assigned.put(dim, free(axes, dim, assigned));
                }
              });
      pin.rulings().forEach(rulings::putIfAbsent);
    }
    Map<Dim, List<String>> earlier = new LinkedHashMap<>(assigned);
    for (Dim dim : dims) {
      if (!closed.contains(dim)) {
        assigned.put(dim, free(plan.shardOf(dim), dim, earlier));
        rulings.put(dim, new Ruling(Rule.SHARD_RULE, null));
      }
    }
    rejectSharedAxes(span, assigned, earlier.keySet());
    for (Placed operand : operands) {
      for (Dim dim : operand.dims()) {
        if (dims.contains(dim) && !closed.contains(dim)) {
          if (extend(dim, operand.sharding().of(dim), assigned)) {
            rulings.put(dim, new Ruling(Rule.OPERAND, null));
          }
        }
      }
    }
    rejectViews(span, assigned, operands);
    return new Assignment(span, new Sharding(assigned, Set.of()), rulings, lines);
  }

  /**
   * An axis and a view of it do not meet in one operation, nor in a tensor on its way there: what
   * is split over the one cannot become split over the other.
   */
  private void rejectViews(Span span, Map<Dim, List<String>> assigned, List<Placed> operands) {
    Set<String> used = new LinkedHashSet<>();
    assigned.values().forEach(used::addAll);
    operands.forEach(operand -> used.addAll(operand.sharding().splitAxes()));
    for (Plan.View view : plan.views()) {
      for (Plan.ViewAxis to : view.to()) {
        for (String from : view.from()) {
          if (used.contains(to.name()) && used.contains(from)) {
            diagnostics
                .report(Code.VIEW_MEETS_AXIS, span, from, to.name())
                .note(view.span(), "the view is declared")
                .help("let only dispatch and combine stand between them")
                .add();
          }
        }
      }
    }
  }

  /** The axes that no other dimension uses. */
  private static List<String> free(List<String> axes, Dim dim, Map<Dim, List<String>> assigned) {
    return axes.stream().filter(axis -> !usedElsewhere(axis, dim, assigned)).toList();
  }

  /**
   * Takes over an operand's list where it goes on from what is assigned already; returns whether it
   * does.
   */
  private static boolean extend(Dim dim, List<String> has, Map<Dim, List<String>> assigned) {
    List<String> now = assigned.getOrDefault(dim, List.of());
    List<String> usable =
        has.stream().takeWhile(axis -> !usedElsewhere(axis, dim, assigned)).toList();
    if (usable.size() > now.size() && usable.subList(0, now.size()).equals(now)) {
      assigned.put(dim, usable);
      return true;
    }
    return false;
  }

  private static boolean usedElsewhere(String axis, Dim dim, Map<Dim, List<String>> assigned) {
    return assigned.entrySet().stream()
        .anyMatch(entry -> !entry.getKey().equals(dim) && entry.getValue().contains(axis));
  }

  /** Reports an axis that two shard rules would use here, and takes it from the second. */
  private void rejectSharedAxes(Span span, Map<Dim, List<String>> assigned, Set<Dim> fromEarlier) {
    Map<String, Dim> users = new LinkedHashMap<>();
    assigned.replaceAll(
        (dim, axes) -> {
          List<String> kept = new ArrayList<>();
          for (String axis : axes) {
            Dim other = users.putIfAbsent(axis, dim);
            if (other == null) {
              kept.add(axis);
            } else if (!fromEarlier.contains(dim)) {
              report(span, axis, other, dim);
            }
          }
          return kept;
        });
  }

  /** Once for each rule, at the later of the two; at the tensor where a pin says one of them. */
  private void report(Span tensor, String axis, Dim first, Dim second) {
    Optional<Span> one = ruleSpan(first, axis);
    Optional<Span> two = ruleSpan(second, axis);
    if (one.isEmpty() || two.isEmpty()) {
      diagnostics
          .report(Code.AXIS_ON_TWO_DIMS, tensor, axis, first, second)
          .help("split only one of them over this axis, or pin the tensor")
          .add();
      return;
    }
    Span later = one.get().compareTo(two.get()) > 0 ? one.get() : two.get();
    if (!diagnostics.has(Code.AXIS_ON_TWO_DIMS, later)) {
      diagnostics
          .report(Code.AXIS_ON_TWO_DIMS, later, axis, first, second)
          .note(tensor, "a tensor that has both stands")
          .help(
              "split only one of them over this axis, name it in a `stream:` line only, or pin "
                  + "the tensor")
          .add();
    }
  }

  private Optional<Span> ruleSpan(Dim dim, String axis) {
    return plan.shard().getOrDefault(dim, List.of()).stream()
        .filter(use -> use.axis().equals(axis))
        .map(Plan.AxisUse::span)
        .findFirst();
  }
}
