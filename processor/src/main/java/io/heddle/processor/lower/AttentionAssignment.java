package io.heddle.processor.lower;

import io.heddle.processor.diagnose.Code;
import io.heddle.processor.local.Sharding;
import io.heddle.processor.model.Dim;
import io.heddle.processor.model.Operand;
import io.heddle.processor.model.Operation.Attend;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * How attention lies, in either direction. Where an axis splits the keys, the plan's {@code
 * context} says what happens: {@code all_gather} brings all keys and values to each rank's queries;
 * {@code all_to_all} moves the axis to the last batch dimension for the time of the kernel (Jacobs
 * et al. 2023, arXiv:2309.14509); {@code ring} leaves all as it is and lets keys and values go
 * round.
 *
 * @param queries for q and the result
 * @param keys for k and v
 * @param ring the axes along which keys and values go round; empty where they do not
 */
record AttentionAssignment(Sharding queries, Sharding keys, List<String> ring) {
  private AttentionAssignment(Sharding queries, Sharding keys) {
    this(queries, keys, List.of());
  }

  static AttentionAssignment of(
      BlockContext context, Attend op, List<Assignments.Placed> operands) {
    AttentionAssignment sides = sides(context, op, operands);
    Windows.rejectSplit(context, op, sides);
    return sides;
  }

  private static AttentionAssignment sides(
      BlockContext context, Attend op, List<Assignments.Placed> operands) {
    List<Dim> dims = Kernels.union(op.q().dims(), op.k().dims(), op.v().dims(), op.result().dims());
    Sharding assignment =
        context.assignments.assign(
            op.span(), dims, Map.of(), context.storage.pinned(op.result(), false), operands);
    for (Dim dim : List.of(op.scoreDim(), op.valueDim())) {
      if (!assignment.of(dim).isEmpty()) {
        context
            .diagnostics
            .report(Code.SPLIT_SCORES, op.span(), dim, String.join(", ", assignment.of(dim)))
            .help("split the heads instead")
            .add();
      }
    }
    List<String> axes = assignment.of(op.keys());
    if (axes.isEmpty()) {
      return new AttentionAssignment(assignment, assignment);
    }
    return switch (context.plan.context().kind()) {
      case ALL_GATHER ->
          new AttentionAssignment(assignment, with(assignment, op.keys(), List.of()));
      case ALL_TO_ALL -> exchanged(context, op, assignment, axes);
      case RING -> {
        if (context.plan.activations().unfused() || !op.keys().equals(op.over())) {
          context
              .diagnostics
              .report(Code.SPLIT_KEYS, op.span(), op.keys(), String.join(", ", axes))
              .help(
                  "keys go round a ring past flash attention of the same dimension only: say "
                      + "`context all_gather` or `context all_to_all`, or leave `unfused` out")
              .add();
        }
        yield new AttentionAssignment(assignment, assignment, axes);
      }
      case NONE -> {
        context
            .diagnostics
            .report(Code.SPLIT_KEYS, op.span(), op.keys(), String.join(", ", axes))
            .help(
                "say how ranks get the keys: `context ring`, `context all_gather` or `context "
                    + "all_to_all`; or name the axis only in a `stream:` line")
            .add();
        yield new AttentionAssignment(assignment, assignment);
      }
    };
  }

  private static AttentionAssignment exchanged(
      BlockContext context, Attend op, Sharding assignment, List<String> axes) {
    Sharding whole = with(assignment, op.keys(), List.of());
    List<Dim> heads = new ArrayList<>(op.k().dims());
    heads.retainAll(op.q().dims());
    heads.remove(op.keys());
    heads.remove(op.scoreDim());
    heads.removeIf(Dim::isOpen);
    if (heads.isEmpty()) {
      context
          .diagnostics
          .report(Code.SPLIT_KEYS, op.span(), op.keys(), String.join(", ", axes))
          .help("`context all_to_all` needs heads that q, k and v share; use `context ring`")
          .add();
      return new AttentionAssignment(assignment, assignment);
    }
    Dim last = heads.get(heads.size() - 1);
    List<String> joined = new ArrayList<>(whole.of(last));
    joined.addAll(axes);
    Sharding moved = with(whole, last, joined);
    return new AttentionAssignment(moved, moved);
  }

  private static Sharding with(Sharding sharding, Dim dim, List<String> axes) {
    Map<Dim, List<String>> split = new LinkedHashMap<>(sharding.split());
    split.put(dim, axes);
    return new Sharding(split, Set.of());
  }

  /** The assignment that concerns an operand. */
  Sharding of(Attend op, Operand operand) {
    return operand.equals(op.q()) ? queries : keys;
  }

  /** Axes over which the gradients of keys and values are partial sums beside those they lack. */
  Set<String> partialKeys(Attend op) {
    Set<String> axes = queries.restrictedTo(List.of(op.over())).splitAxes();
    axes.removeAll(keys.restrictedTo(List.of(op.over())).splitAxes());
    return axes;
  }
}
