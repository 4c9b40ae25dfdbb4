package io.heddle.processor.emit;

import io.heddle.processor.local.LocalProgram;
import io.heddle.processor.model.PlanNumbers;

/** Draft. */
public final class FlattenerSource {
  private FlattenerSource() {}

  /** Draft. */
  public static JavaFile of(LocalProgram program, PlanNumbers numbers, String packageName) {
    return new JavaFile(packageName, program.plan().name() + numbers.batch(), "");
  }
}
