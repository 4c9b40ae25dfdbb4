package io.heddle.processor.lower;

import io.heddle.processor.lower.NodeList.Kernel;
import io.heddle.processor.model.Dim;
import io.heddle.processor.model.InferenceOperation.Sample;
import io.heddle.processor.program.KernelFunction;
import io.heddle.processor.program.LocalNode.Shape;
import io.heddle.processor.program.Sharding;
import io.heddle.processor.program.Size;
import io.heddle.processor.program.Value;
import java.util.List;

/**
 * The kernel that draws a token by its logits, all of which it reads: engines gather them where
 * ranks have parts of the vocabulary.
 */
final class Sampling {
  /** Largest, difference, exponential, sum, comparison with what was drawn. */
  private static final int COST = 5;

  /** Bytes of a token's number. */
  private static final int TOKEN_BYTES = 4;

  private Sampling() {}

  static void forward(NodeList nodes, Sample op, Sharding assignment, Value input) {
    List<Dim> dims = op.logits().dims();
    List<Dim> tokens = dims.subList(0, dims.size() - 1);
    Size drawn = Size.product(Size.of(TOKEN_BYTES), assignment.elements(tokens));
    Size elements = assignment.elements(dims);
    Kernel kernel =
        new Kernel(
            op.name(),
            KernelFunction.reduction("sample"),
            new Shape.Elements(elements),
            Size.product(Size.of(COST), elements),
            Size.sum(nodes.bytes(op.logits(), assignment), drawn),
            Size.ZERO,
            assignment,
            op.span());
    nodes.compute(kernel.making(drawn), op.name(), List.of(input));
  }
}
