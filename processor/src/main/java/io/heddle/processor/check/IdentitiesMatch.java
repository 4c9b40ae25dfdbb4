package io.heddle.processor.check;

import io.heddle.processor.diagnose.Code;
import io.heddle.processor.diagnose.Diagnostics;
import io.heddle.processor.model.Arithmetic;
import io.heddle.processor.model.Block;
import io.heddle.processor.model.Dim;
import io.heddle.processor.model.Operation;
import io.heddle.processor.model.Operation.Alias;
import io.heddle.processor.model.Operation.Attend;
import io.heddle.processor.model.Operation.Dispatch;
import java.util.Map;

/**
 * Dimensions that must be of one size: the two identities of a renamed one, and keys and queries
 * where a key comes before or after a query. Keys of a cache are as many as its tokens.
 */
final class IdentitiesMatch implements OfMicroBatch {
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
            && !attend.visible().hasCache()
            && (attend.visible().causal() || attend.visible().isBounded())) {
          check(Code.CAUSAL_KEYS, attend, attend.over(), attend.keys(), sizes, diagnostics);
        } else if (operation instanceof Dispatch dispatch) {
          experts(subject, dispatch, diagnostics);
        }
      }
    }
  }

  /** The routing has as many columns as there are experts, and no token goes to more of them. */
  private static void experts(Subject subject, Dispatch dispatch, Diagnostics diagnostics) {
    Map<Dim, Long> sizes = subject.numbers().dims();
    long experts = sizes.get(dispatch.experts());
    for (Dim dim : dispatch.routing().dims()) {
      if (!dispatch.tokenDims().contains(dim) && sizes.get(dim) != experts) {
        diagnostics
            .report(Code.EXPERT_SHAPE, dispatch.span(), "dispatch")
            .note(dim.span(), "`%s` = %d is declared".formatted(dim, sizes.get(dim)))
            .help("give `%s` the size of `%s`, %d".formatted(dim, dispatch.experts(), experts))
            .add();
      }
    }
    new Arithmetic(subject.numbers().parameters(), diagnostics)
        .evaluate(dispatch.top())
        .filter(top -> top > experts)
        .ifPresent(
            top ->
                diagnostics
                    .report(Code.EXPERT_SHAPE, dispatch.span(), "dispatch")
                    .help("`top` = %d: there are %d experts".formatted(top, experts))
                    .add());
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
