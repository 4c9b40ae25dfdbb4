package io.heddle.processor.check;

import io.heddle.processor.diagnose.Code;
import io.heddle.processor.diagnose.Diagnostics;
import io.heddle.processor.model.Arithmetic;
import io.heddle.processor.model.Operation;
import io.heddle.processor.model.Operation.Attend;
import io.heddle.processor.model.VisibleKeys;
import io.heddle.processor.program.LocalNode;
import io.heddle.processor.program.LocalNode.Compute;
import io.heddle.processor.program.Section;
import io.heddle.processor.program.Size;
import io.heddle.processor.program.Sizes;
import java.util.Optional;

/** Declared operations and windows of attention have costs, and no kernel does nothing. */
final class CostsAreWhole implements OfMicroBatch {
  @Override
  public void run(Subject subject, Diagnostics diagnostics) {
    if (diagnostics.hasErrors()) {
      return;
    }
    Sizes sizes = new Sizes(subject.numbers());
    Arithmetic arithmetic = new Arithmetic(subject.numbers().parameters(), diagnostics);
    for (Section block : subject.program().allBlocks()) {
      for (Operation operation : block.block().operations()) {
        if (operation instanceof Attend attend) {
          VisibleKeys visible = attend.visible();
          Optional<Long> window = arithmetic.evaluateIfGiven(visible.window());
          Optional<Long> chunk = arithmetic.evaluateIfGiven(visible.chunk());
          Optional<Long> prefix = arithmetic.evaluateIfGiven(visible.prefix());
          Optional<Long> cap = arithmetic.evaluateIfGiven(attend.scores().softcap());
          atLeastOne("window", "key", window, attend, diagnostics);
          atLeastOne("chunk", "key", chunk, attend, diagnostics);
          atLeastOne("prefix", "key", prefix, attend, diagnostics);
          atLeastOne("softcap", "1", cap, attend, diagnostics);
        }
      }
      for (LocalNode node : block.nodes()) {
        if (node instanceof Compute compute) {
          check(compute.operations(), sizes, diagnostics);
          check(compute.bytes(), sizes, diagnostics);
        }
      }
    }
  }

  private static void atLeastOne(
      String argument, String of, Optional<Long> value, Attend attend, Diagnostics diagnostics) {
    if (value.orElse(1L) < 1) {
      String wanted = of.equals("1") ? "of at least 1" : "of at least one " + of;
      diagnostics
          .report(Code.OUT_OF_RANGE, attend.span(), "a " + argument + " " + wanted)
          .help("leave `" + argument + "` out if there is none")
          .add();
    }
  }

  private static void check(Size size, Sizes sizes, Diagnostics diagnostics) {
    if (size instanceof Size.Sum sum) {
      for (Size term : sum.terms()) {
        check(term, sizes, diagnostics);
      }
    } else if (size instanceof Size.Product product) {
      for (Size factor : product.factors()) {
        check(factor, sizes, diagnostics);
      }
    } else if (size instanceof Size.Formula formula
        && formula.declared()
        && !diagnostics.has(Code.OUT_OF_RANGE, formula.span())
        && sizes.of(formula, diagnostics).orElse(1L) < 1) {
      diagnostics
          .report(Code.OUT_OF_RANGE, formula.span(), "a cost of at least 1")
          .help("on one rank it comes to less: count what the kernel does at least")
          .add();
    }
  }
}
