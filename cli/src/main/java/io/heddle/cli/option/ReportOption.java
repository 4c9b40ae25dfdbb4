package io.heddle.cli.option;

import io.heddle.cli.failure.Failure;
import io.heddle.cli.file.OutputFile;
import io.heddle.cli.option.PlanSelection.Selected;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;

/** Whether a step is written as a page, and where to. */
public final class ReportOption {
  private static final String NAME = "--report";

  @Option(
      names = NAME,
      paramLabel = "FILE",
      description = "Write a self-contained HTML page with charts of the step.")
  private @Nullable Path file;

  public boolean isGiven() {
    return file != null;
  }

  /**
   * Checks the file, if there is one, before there is anything to write.
   *
   * @throws Failure if it cannot be written
   */
  public void check(Selected selected, CommandSpec spec) {
    if (file != null) {
      GivenPath.check(NAME, file, spec);
      output(file).check(selected.specification().files());
    }
  }

  /** The file, if there is one. */
  public Optional<OutputFile> file() {
    return Optional.ofNullable(file).map(ReportOption::output);
  }

  /**
   * Writes the page, if one is asked for.
   *
   * @throws Failure if it cannot be written
   */
  public void write(Supplier<String> page) {
    if (file != null) {
      output(file).write(out -> out.write(page.get().getBytes(StandardCharsets.UTF_8)));
    }
  }

  private static OutputFile output(Path file) {
    return new OutputFile(NAME, "report", file);
  }
}
