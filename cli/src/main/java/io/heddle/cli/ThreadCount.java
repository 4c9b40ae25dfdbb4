package io.heddle.cli;

import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/** How many threads a user may ask for. */
final class ThreadCount {
  private static final int MOST = 1024;

  private ThreadCount() {}

  static void check(int threads, CommandSpec spec) {
    if (threads < 1 || threads > MOST) {
      throw new ParameterException(
          spec.commandLine(), "--threads " + threads + ": must be 1 to " + MOST);
    }
  }
}
