package io.heddle.cli.load;

import io.heddle.cli.failure.Failure;

/** A plan each number of which is possible, but not all of them together. */
public final class TooLarge {
  private TooLarge() {}

  /** What is said of such a plan. */
  public static Failure failure(String plan) {
    return Failure.wrongInput(
        "plan %s is too large: operations or bytes of a kernel or the number of its".formatted(plan)
            + " micro-batches cannot be counted; make its dimensions or its batch smaller");
  }
}
