package io.heddle.processor.model;

import io.heddle.processor.syntax.Name;
import io.heddle.processor.syntax.PlanItem;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The lines of a plan that say what is kept of the forward pass: {@code recompute}, {@code keep}.
 */
final class ActivationSettings {
  private final PlanLines lines;
  private final BlockParts parts;

  ActivationSettings(PlanLines lines, BlockParts parts) {
    this.lines = lines;
    this.parts = parts;
  }

  Plan.Activations resolve() {
    return new Plan.Activations(recompute(), keep());
  }

  private Plan.Recompute recompute() {
    Optional<PlanItem.Recompute> item = lines.single(PlanItem.Recompute.class, "recompute");
    if (item.isEmpty()) {
      return new Plan.Recompute(false, lines.name().span());
    }
    List<Name> what =
        item.get().what().stream()
            .filter(each -> each.statement() == null)
            .map(PlanItem.What::block)
            .toList();
    what.forEach(name -> lines.known(name, "recomputation", List.of("none", "full")));
    boolean full = what.size() == 1 && what.get(0).text().equals("full");
    return new Plan.Recompute(full, item.get().span());
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
