package io.heddle.processor.model;

import io.heddle.processor.diagnose.Code;
import io.heddle.processor.diagnose.Diagnostics;
import io.heddle.processor.diagnose.Spelling;
import io.heddle.processor.model.Plan.AxisUse;
import io.heddle.processor.syntax.PlanItem;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Finds the tensors that pins name. */
final class PinResolver {
  private final BlockParts parts;
  private final Names<Dim> dims;
  private final PlanAxes axes;
  private final Diagnostics diagnostics;

  PinResolver(BlockParts parts, Names<Dim> dims, PlanAxes axes, Diagnostics diagnostics) {
    this.parts = parts;
    this.dims = dims;
    this.axes = axes;
    this.diagnostics = diagnostics;
  }

  /** The pin; empty after a finding. */
  Optional<Plan.Pin> resolve(PlanItem.Pin item) {
    Optional<Block> block = parts.block(item.block());
    if (block.isEmpty()) {
      return Optional.empty();
    }
    Optional<? extends Operand> operand = block.get().weight(item.tensor().text());
    if (operand.isEmpty() && !item.gradient()) {
      operand = block.get().tensor(item.tensor().text());
    }
    if (operand.isEmpty()) {
      diagnostics
          .report(
              Code.UNKNOWN_NAME,
              item.tensor().span(),
              item.gradient() ? "weight" : "tensor or weight",
              item.tensor())
          .help(
              Spelling.question(item.tensor().text(), stored(block.get(), item))
                  .orElseGet(
                      () ->
                          "block `%s` stores: %s"
                              .formatted(
                                  block.get().name(),
                                  String.join(", ", stored(block.get(), item)))))
          .add();
      return Optional.empty();
    }
    Operand tensor = operand.get();
    Map<Dim, List<AxisUse>> split = new LinkedHashMap<>();
    for (PlanItem.PinnedDim pinned : item.dims()) {
      dims.find(pinned.dim())
          .ifPresent(
              dim -> {
                if (!tensor.dims().contains(dim)) {
                  diagnostics
                      .report(Code.PIN_DIMS, pinned.dim().span(), dim, tensor.name())
                      .help("its dimensions: " + Draft.list(tensor.dims()))
                      .add();
                }
                split.put(
                    dim,
                    axes.uses(pinned.axes()).stream()
                        .map(use -> use.of(pinned.dim().span()))
                        .toList());
              });
    }
    new SharedAxes(axes.views(), diagnostics).report(split, "the pin of `" + tensor.name() + "`");
    return Optional.of(new Plan.Pin(item.gradient(), tensor, split, item.span()));
  }

  private static List<String> stored(Block block, PlanItem.Pin item) {
    List<String> names = new ArrayList<>(block.weights().stream().map(Weight::name).toList());
    if (!item.gradient()) {
      names.addAll(BlockParts.tensors(block));
    }
    return names;
  }
}
