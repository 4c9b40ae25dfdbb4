package io.heddle.processor.model;

import io.heddle.processor.diagnose.Code;
import io.heddle.processor.diagnose.Diagnostics;
import io.heddle.processor.diagnose.Spelling;
import io.heddle.processor.syntax.Name;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Finds what a plan names of a model's blocks: {@code attention.a}. */
final class BlockParts {
  private final List<Block> blocks;
  private final Diagnostics diagnostics;

  BlockParts(Model model, Diagnostics diagnostics) {
    this(model.allBlocks(), diagnostics);
  }

  BlockParts(List<Block> blocks, Diagnostics diagnostics) {
    this.blocks = List.copyOf(blocks);
    this.diagnostics = diagnostics;
  }

  /** The block; empty after a finding. */
  Optional<Block> block(Name name) {
    Optional<Block> block = blocks.stream().filter(b -> b.name().equals(name.text())).findFirst();
    if (block.isEmpty()) {
      Names<Block> names = new Names<>("block", Block::span, diagnostics);
      blocks.forEach(b -> names.declare(new Name(b.name(), b.span()), b));
      names.unknown(name, null);
    }
    return block;
  }

  /** The tensor; empty after a finding. */
  Optional<Tensor> tensor(Name block, Name tensor) {
    Optional<Block> owner = block(block);
    Optional<Tensor> found = owner.flatMap(b -> b.tensor(tensor.text()));
    if (owner.isPresent() && found.isEmpty()) {
      diagnostics
          .report(Code.UNKNOWN_NAME, tensor.span(), "tensor", tensor)
          .help(
              Spelling.question(tensor.text(), tensors(owner.get()))
                  .orElseGet(
                      () ->
                          "block `%s` stores: %s"
                              .formatted(block, String.join(", ", tensors(owner.get())))))
          .add();
    }
    return found;
  }

  /** The names of the tensors that a block makes. */
  static List<String> tensors(Block block) {
    List<String> names = new ArrayList<>();
    block.operations().forEach(op -> op.results().forEach(result -> names.add(result.name())));
    return names;
  }
}
