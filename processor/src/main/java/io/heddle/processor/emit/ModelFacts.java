package io.heddle.processor.emit;

import com.palantir.javapoet.CodeBlock;
import io.heddle.processor.program.ModelTotals;
import io.heddle.processor.program.RankProgram;
import io.heddle.processor.program.Size;
import java.util.ArrayList;
import java.util.List;

/** What a flattener tells of its model as a whole. */
final class ModelFacts {
  private final ModelTotals totals;
  private final int kinds;
  private final JavaSizes sizes;

  ModelFacts(RankProgram program, JavaSizes sizes) {
    this.totals = new ModelTotals(program);
    this.kinds = program.plan().model().layerKinds().size();
    this.sizes = sizes;
  }

  /** Trained values; a tied table counts once. */
  CodeBlock parameters() {
    List<CodeBlock> terms = new ArrayList<>();
    for (int kind = 0; kind < kinds; kind++) {
      CodeBlock layer = sizes.of(totals.parametersOfLayer(kind));
      terms.add(CodeBlock.of("product($L, $L)", layers(kind), layer));
    }
    terms.add(sizes.of(totals.parametersOfEnds()));
    return CodeBlock.of("sum($L)", CodeBlock.join(terms, ",$W"));
  }

  /** Operations of the model's matrix products, for one micro-batch of each replica. */
  CodeBlock operations() {
    List<CodeBlock> terms = new ArrayList<>();
    for (int kind = 0; kind < kinds; kind++) {
      CodeBlock layer = sizes.wide(totals.operationsOfLayer(kind));
      terms.add(CodeBlock.of("$L.multiply(wideProduct($L))", layer, layers(kind)));
    }
    terms.add(sizes.wide(totals.operationsOfEnds()));
    return CodeBlock.of("wideSum($L)", CodeBlock.join(terms, ",$W"));
  }

  private static String layers(int kind) {
    return "layerKinds.of(" + kind + ")";
  }

  /** Elements of the stream over the whole batch, without the dimension that the head sums over. */
  CodeBlock tokens() {
    List<CodeBlock> factors = new ArrayList<>();
    factors.add(CodeBlock.of("plan().batch()"));
    for (Size tokens : totals.tokensOfSequence()) {
      factors.add(sizes.of(tokens));
    }
    return CodeBlock.of("product($L)", CodeBlock.join(factors, ",$W"));
  }
}
