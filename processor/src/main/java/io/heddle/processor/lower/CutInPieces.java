package io.heddle.processor.lower;

import io.heddle.processor.program.RankProgram;
import java.util.List;

/**
 * Cuts collectives and the products beside them into pieces, in each pass anew. Those of rows of
 * which ranks get different numbers stay whole: pieces are as many on all ranks.
 */
final class CutInPieces implements Rewrite {
  @Override
  public RankProgram apply(RankProgram program) {
    List<String> axes = program.plan().overlap().axisNames();
    return axes.isEmpty()
        ? program
        : program.mapNodes(
            (block, nodes) -> Decomposition.of(nodes, axes, program.plan().loadedRows()));
  }
}
