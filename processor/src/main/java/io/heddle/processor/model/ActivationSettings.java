package io.heddle.processor.model;

import io.heddle.processor.diagnose.Code;
import io.heddle.processor.diagnose.Diagnostics;
import io.heddle.processor.syntax.PlanItem;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The lines of a plan that say what is kept of the forward pass: {@code recompute}, {@code keep},
 * {@code unfused}.
 */
final class ActivationSettings {
  private final PlanLines lines;
  private final Model model;
  private final BlockParts parts;
  private final PlanAxes axes;
  private final Diagnostics diagnostics;

  ActivationSettings(
      PlanLines lines, Model model, BlockParts parts, PlanAxes axes, Diagnostics diagnostics) {
    this.lines = lines;
    this.model = model;
    this.parts = parts;
    this.axes = axes;
    this.diagnostics = diagnostics;
  }

  Plan.Activations resolve() {
    return new Plan.Activations(recompute(), keep(), unfused());
  }

  private Plan.Recompute recompute() {
    Optional<PlanItem.Recompute> item = lines.single(PlanItem.Recompute.class, "recompute");
    if (item.isEmpty()) {
      return new Plan.Recompute(
          List.of("none"), false, Set.of(), Map.of(), null, lines.name().span());
    }
    if (item.get().every() != null) {
      axes.check(item.get().every());
    }
    return new RecomputeResolver(model, parts, diagnostics).resolve(item.get());
  }

  private boolean unfused() {
    Optional<PlanItem.Unfused> item = lines.single(PlanItem.Unfused.class, "unfused");
    item.filter(unfused -> isRing())
        .ifPresent(
            unfused ->
                diagnostics
                    .report(Code.UNFUSED_RING, unfused.span())
                    .help("take `unfused` out, or say `context all_gather`")
                    .add());
    item.filter(unfused -> selects())
        .ifPresent(
            unfused ->
                diagnostics
                    .report(Code.SELECTED_APART, unfused.span(), "unfused")
                    .help("remove `unfused`: no matrix of scores belongs to selected keys")
                    .add());
    return item.isPresent();
  }

  private boolean selects() {
    return model.allBlocks().stream()
        .flatMap(block -> block.operations().stream())
        .anyMatch(op -> op instanceof Operation.Attend attend && attend.selected() != null);
  }

  private boolean isRing() {
    return lines.items(PlanItem.Context.class).stream()
        .anyMatch(context -> context.kind().text().equals("ring"));
  }

  private List<Plan.Kept> keep() {
    List<Plan.Kept> kept = new ArrayList<>();
    for (PlanItem.Keep item : lines.items(PlanItem.Keep.class)) {
      for (PlanItem.TensorName name : item.tensors()) {
        parts
            .tensor(name.block(), name.tensor())
            .ifPresent(
                tensor ->
                    kept.add(new Plan.Kept(tensor, name.block().span().to(name.tensor().span()))));
      }
    }
    return kept;
  }
}
