package io.heddle.processor.check;

import io.heddle.processor.diagnose.Code;
import io.heddle.processor.diagnose.Diagnostics;
import io.heddle.processor.model.Block;
import io.heddle.processor.model.Operation;
import io.heddle.processor.model.Operation.Attend;
import java.util.List;

/**
 * Where ranks share the queries of causal attention, each takes a piece from the front and one from
 * the back, so that all do the same work: the sequence divides by twice the ranks.
 */
final class CausalWorkBalances implements OfMicroBatch {
  @Override
  public void run(Subject subject, Diagnostics diagnostics) {
    for (Block block : subject.plan().model().allBlocks()) {
      for (Operation operation : block.operations()) {
        if (operation instanceof Attend attend && subject.plan().balances(attend)) {
          check(subject, attend, diagnostics);
        }
      }
    }
  }

  private static void check(Subject subject, Attend attend, Diagnostics diagnostics) {
    List<String> axes = subject.plan().shardOf(attend.over());
    long ranks = 1;
    for (String axis : axes) {
      ranks *= subject.numbers().axis(axis);
    }
    long size = subject.numbers().dims().get(attend.over());
    if (ranks > 1 && size % (2 * ranks) != 0) {
      diagnostics
          .report(Code.CAUSAL_PIECES, attend.span(), attend.over(), size, 2 * ranks)
          .note(attend.over().span(), "`%s` is declared".formatted(attend.over()))
          .help(
              "causal work is balanced by giving each rank a piece from the front and one from "
                  + "the back")
          .add();
    }
  }
}
