package io.heddle.processor.check;

import io.heddle.processor.diagnose.Code;
import io.heddle.processor.diagnose.Diagnostics;
import io.heddle.processor.model.Arithmetic;
import io.heddle.processor.model.Block;
import io.heddle.processor.model.Dim;
import io.heddle.processor.model.Operation;
import io.heddle.processor.model.Operation.Concat;
import io.heddle.processor.model.Operation.Slice;
import java.util.List;
import java.util.Map;

/** The joined dimension of a concatenation is the sum of its parts, and a slice lies within. */
final class ConcatAddsUp implements OfMicroBatch {
  @Override
  public void run(Subject subject, Diagnostics diagnostics) {
    Map<Dim, Long> sizes = subject.numbers().dims();
    for (Block block : subject.plan().model().allBlocks()) {
      for (Operation operation : block.operations()) {
        if (operation instanceof Slice slice) {
          slice(slice, subject, diagnostics);
        } else if (operation instanceof Concat concat) {
          long parts = concat.own().stream().mapToLong(sizes::get).sum();
          if (parts != sizes.get(concat.joined())) {
            List<String> terms =
                concat.own().stream()
                    .map(dim -> "`%s` = %d".formatted(dim, sizes.get(dim)))
                    .toList();
            diagnostics
                .report(
                    Code.CONCAT_SIZES,
                    concat.span(),
                    concat.joined(),
                    sizes.get(concat.joined()),
                    String.join(" + ", terms))
                .note(concat.joined().span(), "`%s` is declared".formatted(concat.joined()))
                .help("`%s` = %d works".formatted(concat.joined(), parts))
                .add();
          }
        }
      }
    }
  }

  private static void slice(Slice slice, Subject subject, Diagnostics diagnostics) {
    Map<Dim, Long> sizes = subject.numbers().dims();
    long whole = sizes.get(slice.whole());
    long own = sizes.get(slice.own());
    new Arithmetic(subject.numbers().parameters(), diagnostics)
        .evaluate(slice.at())
        .filter(at -> at < 0 || at > whole - own)
        .ifPresent(
            at ->
                diagnostics
                    .report(Code.SLICE_BEYOND, slice.span(), slice.whole(), at, at + own, whole)
                    .note(slice.own().span(), "`%s` = %d is declared".formatted(slice.own(), own))
                    .help("write `at` from 0 to " + Math.max(0, whole - own))
                    .add());
  }
}
