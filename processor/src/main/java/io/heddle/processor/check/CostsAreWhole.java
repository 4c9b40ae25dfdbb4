package io.heddle.processor.check;

import io.heddle.processor.diagnose.Code;
import io.heddle.processor.diagnose.Diagnostics;
import io.heddle.processor.local.BlockProgram;
import io.heddle.processor.local.LocalNode;
import io.heddle.processor.local.LocalNode.Compute;
import io.heddle.processor.local.Size;
import io.heddle.processor.local.Sizes;
import java.util.List;

/** The costs of declared operations have values, and no kernel does or moves nothing. */
final class CostsAreWhole implements Check {
  @Override
  public void run(Subject subject, Diagnostics diagnostics) {
    if (diagnostics.hasErrors()) {
      return;
    }
    Sizes sizes =
        new Sizes(
            subject.numbers(),
            subject.plan().formats().tensors(),
            subject.plan().formats().gradients());
    for (BlockProgram block : subject.program().allBlocks()) {
      for (LocalNode node : block.forward()) {
        if (node instanceof Compute compute) {
          List.of(compute.operations(), compute.bytes())
              .forEach(size -> check(size, sizes, diagnostics));
        }
      }
    }
  }

  private static void check(Size size, Sizes sizes, Diagnostics diagnostics) {
    if (size instanceof Size.Formula formula && sizes.of(formula, diagnostics).orElse(1L) < 1) {
      diagnostics
          .report(Code.OUT_OF_RANGE, formula.expression().span(), "a cost of at least 1")
          .add();
    }
  }
}
