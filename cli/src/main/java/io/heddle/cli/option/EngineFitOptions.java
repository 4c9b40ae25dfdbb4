package io.heddle.cli.option;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What an engine is fitted to, and which of its constants. */
public final class EngineFitOptions {
  /** Those that most frameworks differ by. */
  private static final List<String> USUAL =
      List.of("kernels.matmul", "kernels.pointwise", "host.layer", "step.fixed");

  @Option(
      names = "--steps",
      paramLabel = "CSV",
      description = {
        "Fit an engine to published training steps, with the columns of `heddle validate`, instead"
            + " of a device."
      })
  private @Nullable Path steps;

  @Option(
      names = "--engine",
      paramLabel = "NAME",
      split = ",",
      description =
          "Use only the rows that the mapping gives this engine, and keep its other figures."
              + " More names, separated by commas, add their rows (default: all rows, and an"
              + " engine with the fitted figures only).")
  private List<String> engines = List.of();

  @Option(
      names = "--fit",
      paramLabel = "FIGURE",
      split = ",",
      description =
          "The figures to fit, up to four, such as kernels.matmul,host.layer (default:"
              + " kernels.matmul,kernels.pointwise,host.layer,step.fixed).")
  private List<String> figures = List.of();

  @Option(
      names = "--map",
      paramLabel = "FILE",
      description = "Mapping of rows to plans (default: std/validate.map of the library).")
  private @Nullable Path map;

  /** The table of steps, if an engine is fitted. */
  public Optional<Path> steps() {
    return Optional.ofNullable(steps);
  }

  /** The engines whose rows are taken; all where there are none. */
  public List<String> engines() {
    return List.copyOf(engines);
  }

  /** The names of the figures to fit. */
  public List<String> figures() {
    return figures.isEmpty() ? USUAL : List.copyOf(figures);
  }

  /** The mapping; null for the built-in one. */
  public @Nullable Path map() {
    return map;
  }
}
