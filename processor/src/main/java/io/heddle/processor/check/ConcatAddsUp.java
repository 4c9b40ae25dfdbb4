package io.heddle.processor.check;

import io.heddle.processor.diagnose.Code;
import io.heddle.processor.diagnose.Diagnostics;
import io.heddle.processor.model.Block;
import io.heddle.processor.model.Dim;
import io.heddle.processor.model.Operation;
import io.heddle.processor.model.Operation.Concat;
import java.util.List;
import java.util.Map;

/** The joined dimension of a concatenation is the sum of its parts. */
final class ConcatAddsUp implements Check {
  @Override
  public void run(Subject subject, Diagnostics diagnostics) {
    Map<Dim, Long> sizes = subject.numbers().dims();
    for (Block block : subject.plan().model().allBlocks()) {
      for (Operation operation : block.operations()) {
        if (operation instanceof Concat concat) {
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
}
