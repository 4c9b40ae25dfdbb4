package io.heddle.processor.lower;

import io.heddle.processor.local.LocalProgram;
import java.util.List;

/** Cuts collectives and the products beside them into pieces, in each pass anew. */
final class CutInPieces implements Rewrite {
  @Override
  public LocalProgram apply(LocalProgram program) {
    List<String> axes = program.plan().overlap().axisNames();
    return axes.isEmpty()
        ? program
        : program.mapNodes((block, nodes) -> Decomposition.of(nodes, axes));
  }
}
