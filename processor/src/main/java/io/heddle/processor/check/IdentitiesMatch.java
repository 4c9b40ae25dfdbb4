package io.heddle.processor.check;

import io.heddle.processor.diagnose.Code;
import io.heddle.processor.diagnose.Diagnostics;
import io.heddle.processor.model.Block;
import io.heddle.processor.model.Dim;
import io.heddle.processor.model.Operation;
import io.heddle.processor.model.Operation.Alias;
import io.heddle.processor.model.Operation.Attend;
import java.util.Map;

/**
 * Dimensions that must be of one size: the two identities of a renamed one, and keys and queries
 * where a key comes before or after a query.
 */
final class IdentitiesMatch implements Check {
  @Override
  public void run(Subject subject, Diagnostics diagnostics) {
    Map<Dim, Long> sizes = subject.numbers().dims();
    for (Block block : subject.plan().model().allBlocks()) {
      for (Operation operation : block.operations()) {
        if (operation instanceof Alias alias) {
          alias
              .renamed()
              .forEach(
                  (from, to) -> check(Code.RENAME_SIZES, operation, from, to, sizes, diagnostics));
        } else if (operation instanceof Attend attend
            && (attend.causal() || attend.window() != null)) {
          check(Code.CAUSAL_KEYS, attend, attend.over(), attend.keys(), sizes, diagnostics);
        }
      }
    }
  }

  private static void check(
      Code code,
      Operation operation,
      Dim one,
      Dim other,
      Map<Dim, Long> sizes,
      Diagnostics diagnostics) {
    if (!sizes.get(one).equals(sizes.get(other))) {
      diagnostics
          .report(code, operation.span(), one, sizes.get(one), other, sizes.get(other))
          .note(one.span(), "`%s` is declared".formatted(one))
          .note(other.span(), "`%s` is declared".formatted(other))
          .help("give both the same size")
          .add();
    }
  }
}
