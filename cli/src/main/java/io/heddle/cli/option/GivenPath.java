package io.heddle.cli.option;

import java.nio.file.Path;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/** A path that a user gives to be written. */
public final class GivenPath {
  private GivenPath() {}

  /** Java takes the empty path for the current folder, where a shell's unset variable leads. */
  public static void check(String option, Path path, CommandSpec spec) {
    if (path.toString().isEmpty()) {
      throw new ParameterException(
          spec.commandLine(), option + ": the path is empty; for the current folder give .");
    }
  }
}
