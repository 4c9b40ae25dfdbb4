package io.heddle.processor.model;

import io.heddle.processor.diagnose.Code;
import io.heddle.processor.diagnose.Diagnostics;
import io.heddle.processor.diagnose.Spelling;
import io.heddle.processor.syntax.Name;
import io.heddle.processor.syntax.PlanItem;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Finds the weights that {@code freeze} names: those of whole blocks, of an operation (the scale of
 * a norm), or single ones.
 */
final class FreezeResolver {
  private final PlanLines lines;
  private final Model model;
  private final BlockParts parts;
  private final Diagnostics diagnostics;

  FreezeResolver(PlanLines lines, Model model, BlockParts parts, Diagnostics diagnostics) {
    this.lines = lines;
    this.model = model;
    this.parts = parts;
    this.diagnostics = diagnostics;
  }

  Plan.Frozen resolve() {
    Set<Weight> weights = new LinkedHashSet<>();
    Optional<PlanItem.Freeze> item = lines.single(PlanItem.Freeze.class, "freeze");
    if (item.isEmpty()) {
      return new Plan.Frozen(weights, lines.name().span());
    }
    for (PlanItem.What what : item.get().what()) {
      Name weight = what.statement();
      Optional<Block> block = parts.block(what.block());
      if (weight == null) {
        block.ifPresent(found -> weights.addAll(found.weights()));
      } else {
        block.ifPresent(found -> weights.addAll(weights(found, weight)));
      }
    }
    boolean all =
        model.allBlocks().stream().allMatch(block -> weights.containsAll(block.weights()));
    if (all) {
      diagnostics
          .report(Code.NOTHING_TRAINED, item.get().span())
          .help("leave a weight out of `freeze`, or write `forward` in its place")
          .add();
    }
    return new Plan.Frozen(weights, item.get().span());
  }

  /** Reports a pin of a gradient that there is not. */
  static void rejectFrozen(Plan.Pin pin, Plan.Frozen frozen, Diagnostics diagnostics) {
    if (pin.gradient()
        && pin.tensor() instanceof Weight weight
        && frozen.weights().contains(weight)) {
      diagnostics
          .report(Code.FROZEN_GRADIENT, pin.span(), weight.fullName())
          .note(frozen.span(), "`freeze` is here")
          .add();
    }
  }

  /** The weight of this name, or those that the operation of this name has of its own. */
  private List<Weight> weights(Block block, Name name) {
    List<Weight> weights =
        block.weights().stream()
            .filter(
                weight ->
                    weight.name().equals(name.text())
                        || weight.name().startsWith(name.text() + "."))
            .toList();
    if (weights.isEmpty()) {
      List<String> known =
          block.weights().stream()
              .map(weight -> weight.name().split("\\.", 2)[0])
              .distinct()
              .toList();
      diagnostics
          .report(Code.UNKNOWN_NAME, name.span(), "weight", name)
          .help(
              Spelling.question(name.text(), known)
                  .orElseGet(
                      () -> "block `%s` has: %s".formatted(block.name(), String.join(", ", known))))
          .add();
    }
    return weights;
  }
}
