package io.heddle.processor.lower;

import io.heddle.processor.program.RankProgram;
import java.util.EnumSet;
import java.util.Set;

/** Puts what is neither before nor behind an exchange of experts beside it. */
final class RunBesideExchanges implements Rewrite {
  @Override
  public RankProgram apply(RankProgram program) {
    return program.plan().overlap().experts() == null
        ? program
        : program.mapNodes(
            (block, nodes) ->
                BesideExchanges.arrange(nodes, node -> Exchanges.isOfExperts(block, node)));
  }

  @Override
  public Set<Conserved> conserves() {
    return EnumSet.of(Conserved.WORK);
  }
}
