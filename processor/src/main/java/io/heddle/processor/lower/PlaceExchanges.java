package io.heddle.processor.lower;

import io.heddle.processor.program.RankProgram;

/** Says what the all-to-alls of experts and of attention are made of, and sums of tensors. */
final class PlaceExchanges implements Rewrite {
  @Override
  public RankProgram apply(RankProgram program) {
    return program.mapNodes((block, nodes) -> Exchanges.in(block, program.plan(), nodes));
  }
}
