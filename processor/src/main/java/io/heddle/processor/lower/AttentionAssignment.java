package io.heddle.processor.lower;

import io.heddle.processor.diagnose.Code;
import io.heddle.processor.diagnose.Diagnostics;
import io.heddle.processor.diagnose.Span;
import io.heddle.processor.lower.Binding.Ruling;
import io.heddle.processor.model.Dim;
import io.heddle.processor.model.Operand;
import io.heddle.processor.model.Operation.Attend;
import io.heddle.processor.model.Plan;
import io.heddle.processor.program.Origin.Rule;
import io.heddle.processor.program.Sharding;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How attention lies, in either direction. Where an axis splits the keys, the plan's {@code
 * context} says what happens: {@code all_gather} brings all keys and values to each rank's queries;
 * {@code all_to_all} moves the axis to the last batch dimension for the time of the kernel (Jacobs
 * et al. 2023, arXiv:2309.14509), or, where it is to be repeated, to heads that only queries have;
 * {@code ring} leaves all as it is and lets keys and values go round.
 *
 * <p>Keys of a window or a piece of the sequence come from the neighbours that it reaches: under
 * {@code all_gather} before the kernel, under {@code ring} beside one on the rank's own keys.
 *
 * @param ofQueries for q and the result
 * @param ofKeys for k and v
 * @param ring the axes along which keys and values go round; empty where they do not
 * @param near what comes from neighbours alone; null where nothing does
 */
record AttentionAssignment(
    Assignment ofQueries, Assignment ofKeys, List<String> ring, @Nullable Near near) {
  private AttentionAssignment(Assignment queries, Assignment keys) {
    this(queries, keys, List.of(), null);
  }

  /**
   * Keys of neighbours.
   *
   * @param axes along which they lie
   * @param pieces of the sequence that a rank has
   * @param beside whether they come beside a kernel on the rank's own keys
   */
  record Near(List<String> axes, int pieces, boolean beside) {}

  /** How q and the result lie. */
  Sharding queries() {
    return ofQueries.sharding();
  }

  /** How k and v lie. */
  Sharding keys() {
    return ofKeys.sharding();
  }

  static AttentionAssignment of(
      BlockContext context, Attend op, List<Assignments.Placed> operands) {
    AttentionAssignment sides = sides(context, op, operands);
    VisiblePairs.rejectRing(context, op, sides);
    return sides;
  }

  private static AttentionAssignment sides(
      BlockContext context, Attend op, List<Assignments.Placed> operands) {
    List<Dim> dims = Kernels.union(op.q().dims(), op.k().dims(), op.v().dims(), op.result().dims());
    Assignment assigned =
        context.assignments.assign(
            op.span(), dims, Binding.NONE, context.storage.pinned(op.result(), false), operands);
    Sharding assignment = assigned.sharding();
    for (Dim dim : List.of(op.scoreDim(), op.valueDim())) {
      if (!assignment.of(dim).isEmpty()) {
        context
            .diagnostics
            .report(Code.SPLIT_SCORES, op.span(), dim, String.join(", ", assignment.of(dim)))
            .help("split the heads, or the batch, instead")
            .add();
      }
    }
    List<String> axes = assignment.of(op.keys());
    if (axes.isEmpty()) {
      return new AttentionAssignment(assigned, assigned);
    }
    Plan.Context.Kind kind = context.plan.context().kind();
    if (op.selected() != null && kind != Plan.Context.Kind.ALL_GATHER) {
      return selected(context, op, assigned, axes);
    }
    if ((kind == Plan.Context.Kind.ALL_GATHER || kind == Plan.Context.Kind.RING)
        && context.plan.bringsNeighbours(op)) {
      boolean beside = kind == Plan.Context.Kind.RING;
      Near near = new Near(axes, context.plan.pieces(op.over()), beside);
      return new AttentionAssignment(assigned, assigned, List.of(), near);
    }
    Ruling said = new Ruling(Rule.CONTEXT, context.plan.context().span());
    return switch (context.plan.context().kind()) {
      case ALL_GATHER ->
          new AttentionAssignment(assigned, assigned.with(op.keys(), List.of(), said));
      case ALL_TO_ALL -> exchanged(context, op, assigned, axes, said);
      case RING -> new AttentionAssignment(assigned, assigned, axes, null);
      case NONE -> {
        if (context.diagnostics.has(Code.AXIS_ON_TWO_DIMS)) {
          // The rule that is wrong already splits the keys as well.
          yield new AttentionAssignment(assigned, assigned);
        }
        context
            .diagnostics
            .report(Code.SPLIT_KEYS, op.span(), op.keys(), String.join(", ", axes))
            .help(
                "say how ranks get the keys: `context ring`, `context all_gather` or `context "
                    + "all_to_all`; or name the axis only in a `stream:` line")
            .add();
        yield new AttentionAssignment(assigned, assigned);
      }
    };
  }

  /** Queries of any place may select keys of any other, so that all are brought to each rank. */
  private static AttentionAssignment selected(
      BlockContext context, Attend op, Assignment assigned, List<String> axes) {
    Plan.Context said = context.plan.context();
    String help = "say `context all_gather`, or split the heads or the batch over `%s` instead";
    if (!context.diagnostics.has(Code.AXIS_ON_TWO_DIMS)) {
      Diagnostics.Report report =
          said.kind() == Plan.Context.Kind.NONE
              ? context.diagnostics.report(
                  Code.SPLIT_KEYS, op.span(), op.keys(), String.join(", ", axes))
              : context
                  .diagnostics
                  .report(
                      Code.SELECTED_APART,
                      op.span(),
                      "context " + said.kind().name().toLowerCase(Locale.ROOT))
                  .note(said.span(), "`context` is here");
      report.help(help.formatted(String.join(", ", axes))).add();
    }
    return new AttentionAssignment(assigned, assigned);
  }

  private static AttentionAssignment exchanged(
      BlockContext context, Attend op, Assignment assigned, List<String> axes, Ruling said) {
    Assignment whole = assigned.with(op.keys(), List.of(), said);
    List<Dim> heads = heads(op, op.k().dims());
    heads.retainAll(op.q().dims());
    if (heads.isEmpty()) {
      context
          .diagnostics
          .report(Code.SPLIT_KEYS, op.span(), op.keys(), String.join(", ", axes))
          .help("`context all_to_all` needs heads that q, k and v share; use `context ring`")
          .add();
      return new AttentionAssignment(assigned, assigned);
    }
    List<String> repeated = repeated(context, op, axes);
    List<String> shared = new ArrayList<>(axes);
    shared.removeAll(repeated);
    Assignment moved = joined(whole, heads.get(heads.size() - 1), shared, said);
    if (!repeated.isEmpty()) {
      List<Dim> own = heads(op, op.q().dims());
      own.removeAll(op.k().dims());
      if (own.isEmpty()) {
        context
            .diagnostics
            .report(Code.NOTHING_TO_REPEAT, repeatSpan(context), String.join(", ", repeated))
            .help("each head of the keys serves one of the queries here: remove `repeat`")
            .add();
        return new AttentionAssignment(assigned, assigned);
      }
      moved = joined(moved, own.get(own.size() - 1), repeated, said);
    }
    return new AttentionAssignment(moved, moved);
  }

  private static Assignment joined(Assignment to, Dim dim, List<String> axes, Ruling said) {
    List<String> joined = new ArrayList<>(to.sharding().of(dim));
    joined.addAll(axes);
    return to.with(dim, joined, said);
  }

  /** The dimensions that are neither positions nor summed over, nor of the batch. */
  private static List<Dim> heads(Attend op, List<Dim> dims) {
    List<Dim> heads = new ArrayList<>(dims);
    heads.removeAll(List.of(op.over(), op.keys(), op.scoreDim()));
    heads.removeIf(Dim::isOpen);
    return heads;
  }

  private static Span repeatSpan(BlockContext context) {
    return context.plan.context().repeat().get(0).span();
  }

  private static List<String> repeated(BlockContext context, Attend op, List<String> axes) {
    List<String> repeated =
        context.plan.context().repeat().stream().map(Plan.AxisUse::axis).toList();
    if (!axes.containsAll(repeated)) {
      context
          .diagnostics
          .report(Code.REPEATED_ELSEWHERE, repeatSpan(context), repeated.get(0), op.keys())
          .help("name one of the axes that split the keys: " + String.join(", ", axes))
          .add();
      return List.of();
    }
    return repeated;
  }

  /** The assignment that concerns an operand. */
  Assignment of(Attend op, Operand operand) {
    boolean isKey = operand.equals(op.k()) || operand.equals(op.v());
    return isKey && !operand.equals(op.q()) ? ofKeys : ofQueries;
  }

  /** Axes over which the gradients of keys and values are partial sums beside those they lack. */
  Set<String> partialKeys(Attend op) {
    Set<String> axes = queries().restrictedTo(List.of(op.over())).splitAxes();
    axes.removeAll(keys().restrictedTo(List.of(op.over())).splitAxes());
    return axes;
  }
}
