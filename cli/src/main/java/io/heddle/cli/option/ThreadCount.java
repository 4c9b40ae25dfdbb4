package io.heddle.cli.option;

import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/** How many threads a user may ask for. */
public final class ThreadCount {
  private static final int MOST = 1024;

  private ThreadCount() {}

  /** Refuses a number of threads that no run can have. */
  public static void check(int threads, CommandSpec spec) {
    if (threads < 1 || threads > MOST) {
      throw new ParameterException(
          spec.commandLine(), "--threads " + threads + ": must be 1 to " + MOST);
    }
  }
}
