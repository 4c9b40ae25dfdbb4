package io.heddle.cli.failure;

import java.io.PrintWriter;
import java.util.function.Consumer;

/** Where a fault of Heddle happened, which is printed for those only who look for it. */
public final class FaultTrace {
  private static final String DEBUG = "HEDDLE_DEBUG";

  private FaultTrace() {}

  /** Whether the environment asks for it. */
  public static boolean isWanted() {
    return "1".equals(System.getenv(DEBUG));
  }

  /**
   * Prints it for each fault that it hears of.
   *
   * @param isWanted whether it prints at all
   */
  public static Consumer<Throwable> to(PrintWriter err, boolean isWanted) {
    return fault -> {
      if (isWanted) {
        fault.printStackTrace(err);
        err.flush();
      }
    };
  }
}
