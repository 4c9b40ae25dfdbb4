package io.heddle.processor.check;

import io.heddle.plan.NumberFormat;
import io.heddle.processor.diagnose.Code;
import io.heddle.processor.diagnose.Diagnostics;
import io.heddle.processor.model.Plan;

/** Advice on {@code dtype fp8}: no recipe of training stores all tensors in one byte. */
final class FormatsAreTrainable implements Advice {
  @Override
  public void run(Subject subject, Diagnostics diagnostics) {
    Plan.Formats formats = subject.plan().formats();
    if (formats.tensors() == NumberFormat.FP8) {
      diagnostics
          .report(Code.ALL_IN_FP8, formats.span())
          .help(
              "write a recipe, in which only products of linear layers are fp8: `dtype fp8"
                  + " delayed`, `dtype fp8 blockwise` or `dtype mxfp8`")
          .add();
    }
  }
}
