package io.heddle.processor.emit;

import com.palantir.javapoet.CodeBlock;
import io.heddle.processor.model.Block;
import io.heddle.processor.model.Dim;
import io.heddle.processor.model.Model;
import io.heddle.processor.model.Operation;
import io.heddle.processor.model.Weight;
import io.heddle.processor.program.ModelOperations;
import io.heddle.processor.program.RankProgram;
import io.heddle.processor.program.Size;
import java.util.ArrayList;
import java.util.List;

/** What a flattener tells of its model as a whole. */
final class ModelFacts {
  private final RankProgram program;
  private final Model model;
  private final JavaSizes sizes;

  ModelFacts(RankProgram program, JavaSizes sizes) {
    this.program = program;
    this.model = program.plan().model();
    this.sizes = sizes;
  }

  /** Trained values; a tied table counts once. */
  CodeBlock parameters() {
    List<CodeBlock> terms = new ArrayList<>();
    for (int i = 0; i < model.stacks().size(); i++) {
      List<Size> layer = new ArrayList<>();
      for (Block block : model.stacks().get(i).blocks()) {
        block.weights().forEach(weight -> layer.add(whole(weight.dims())));
      }
      terms.add(CodeBlock.of("product($L, $L)", layers(i), sizes.of(Size.sum(layer))));
    }
    List<Size> ends = new ArrayList<>();
    model.embed().weights().forEach(weight -> ends.add(whole(weight.dims())));
    for (Weight weight : model.head().weights()) {
      if (!weight.equals(model.tied())) {
        ends.add(whole(weight.dims()));
      }
    }
    terms.add(sizes.of(Size.sum(ends)));
    return CodeBlock.of("sum($L)", CodeBlock.join(terms, ",$W"));
  }

  /** Operations of the model's matrix products, for one micro-batch of each replica. */
  CodeBlock operations() {
    List<CodeBlock> terms = new ArrayList<>();
    for (int i = 0; i < model.stacks().size(); i++) {
      List<Size> layer = new ArrayList<>();
      for (Block block : model.stacks().get(i).blocks()) {
        layer.add(operations(block));
      }
      terms.add(
          CodeBlock.of("$L.multiply(wideProduct($L))", sizes.wide(Size.sum(layer)), layers(i)));
    }
    terms.add(sizes.wide(Size.sum(operations(model.embed()), operations(model.head()))));
    return CodeBlock.of("wideSum($L)", CodeBlock.join(terms, ",$W"));
  }

  private Size operations(Block block) {
    return program.allBlocks().stream()
        .filter(candidate -> candidate.block().equals(block))
        .findFirst()
        .map(candidate -> ModelOperations.of(candidate, program))
        .orElseThrow();
  }

  private static String layers(int stack) {
    return stack == 0 ? "stackEnd0" : "stackEnd" + stack + " - stackEnd" + (stack - 1);
  }

  /** Elements of the stream over the whole batch, without the dimension that the head sums over. */
  CodeBlock tokens() {
    List<CodeBlock> factors = new ArrayList<>();
    factors.add(CodeBlock.of("plan().batch()"));
    for (Dim dim : model.stream()) {
      if (!dim.isOpen() && !headContracts(dim)) {
        factors.add(sizes.of(new Size.Extent(dim, List.of())));
      }
    }
    return CodeBlock.of("product($L)", CodeBlock.join(factors, ",$W"));
  }

  private boolean headContracts(Dim dim) {
    return model.head().operations().stream()
        .filter(Operation.Einsum.class::isInstance)
        .anyMatch(einsum -> ((Operation.Einsum) einsum).contracted().contains(dim));
  }

  private static Size whole(List<Dim> dims) {
    List<Size> factors = new ArrayList<>();
    dims.forEach(dim -> factors.add(new Size.Extent(dim, List.of())));
    return Size.product(factors);
  }
}
