package io.heddle.processor.lower;

import io.heddle.processor.diagnose.Code;
import io.heddle.processor.lower.Binding.Ruling;
import io.heddle.processor.model.Dim;
import io.heddle.processor.model.Operation.Declared;
import io.heddle.processor.model.OwnOperation;
import io.heddle.processor.program.Origin.Rule;
import io.heddle.processor.program.Sharding;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * How a declared operation lies, in either direction. Dimensions that it needs whole are; where an
 * axis splits the dimension that it scans, the plan's {@code context} says what happens: {@code
 * all_to_all} moves the axis to the first dimension of its state that the result has too (as heads,
 * which scan apart), otherwise ranks gather one another's states.
 *
 * @param assigned of all that it reads and makes
 * @param scanned the axes whose ranks gather states
 * @param halo the axes whose ranks pass on what lies before a part
 */
record DeclaredAssignment(Assignment assigned, List<String> scanned, List<String> halo) {
  Sharding sharding() {
    return assigned.sharding();
  }

  static DeclaredAssignment of(
      BlockContext context, Declared op, List<Assignments.Placed> operands) {
    Map<Dim, List<String>> whole = new LinkedHashMap<>();
    op.whole().forEach(dim -> whole.put(dim, List.of()));
    Assignment assigned =
        context.assignments.assign(
            op.span(),
            op.dims(),
            Binding.of(whole, Rule.KEPT_WHOLE, null),
            context.storage.pinned(op.result(), false),
            operands);
    OwnOperation.Halo halo = op.of().halo();
    List<String> passed = halo == null ? List.of() : assigned.sharding().of(halo.over());
    OwnOperation.Scan scan = op.of().scan();
    List<String> axes = scan == null ? List.of() : assigned.sharding().of(scan.over());
    if (scan == null || axes.isEmpty()) {
      return new DeclaredAssignment(assigned, List.of(), passed);
    }
    return switch (context.plan.context().kind()) {
      case ALL_GATHER, RING -> new DeclaredAssignment(assigned, axes, passed);
      case ALL_TO_ALL -> {
        Optional<Dim> heads = heads(op, scan);
        if (heads.isEmpty()) {
          String help = "no dimension of its state can take the axis: use `context all_gather`";
          reject(context, op, scan, axes, help);
        }
        Assignment moved =
            heads.map(dim -> exchanged(context, assigned, scan.over(), dim, axes)).orElse(assigned);
        yield new DeclaredAssignment(moved, List.of(), passed);
      }
      case NONE -> {
        if (!context.diagnostics.has(Code.AXIS_ON_TWO_DIMS)) {
          String help =
              "say how ranks get the state: `context all_gather` or `context all_to_all`; or name "
                  + "the axis only in a `stream:` line";
          reject(context, op, scan, axes, help);
        }
        yield new DeclaredAssignment(assigned, List.of(), passed);
      }
    };
  }

  private static void reject(
      BlockContext context, Declared op, OwnOperation.Scan scan, List<String> axes, String help) {
    context
        .diagnostics
        .report(Code.SPLIT_SCAN, op.span(), scan.over(), op.of().name(), String.join(", ", axes))
        .help(help)
        .add();
  }

  private static Assignment exchanged(
      BlockContext context, Assignment assigned, Dim over, Dim heads, List<String> axes) {
    Ruling said = new Ruling(Rule.CONTEXT, context.plan.context().span());
    List<String> joined = new ArrayList<>(assigned.sharding().of(heads));
    joined.addAll(axes);
    return assigned.with(over, List.of(), said).with(heads, joined, said);
  }

  /** The first dimension of the state that scans apart from place to place. */
  private static Optional<Dim> heads(Declared op, OwnOperation.Scan scan) {
    return scan.carry().get(0).stream()
        .filter(dim -> !dim.isOpen() && op.result().dims().contains(dim))
        .filter(dim -> !op.of().reaches(dim))
        .findFirst();
  }
}
