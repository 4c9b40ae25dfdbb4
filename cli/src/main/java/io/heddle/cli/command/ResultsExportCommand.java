package io.heddle.cli.command;

import io.heddle.cli.command.ResultsCommand.Filtered;
import io.heddle.cli.failure.Exit;
import io.heddle.cli.failure.Failure;
import io.heddle.cli.file.OutputFile;
import io.heddle.cli.option.Version;
import io.heddle.cli.sweep.PointCsv;
import io.heddle.cli.sweep.PointTable;
import io.heddle.cli.sweep.ResultFolder;
import io.heddle.cli.sweep.SweepOutput;
import io.heddle.cli.sweep.TableColumn;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.ServiceLoader;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Writes results for other programs. */
@Command(
    name = "export",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    description = {
      "Write results as one table, in the order of the sweep.",
      "",
      "The output does not depend on which processes ran the points.",
      ""
    })
public final class ResultsExportCommand implements Callable<Integer> {
  @Parameters(paramLabel = "FOLDER", description = "Folder of results.")
  private Path folder = Path.of("");

  @Option(
      names = {"-o", "--output"},
      required = true,
      paramLabel = "FILE",
      description = "Output file.")
  private Path output = Path.of("");

  @Option(
      names = "--format",
      paramLabel = "NAME",
      description =
          "Output format: ${COMPLETION-CANDIDATES} (default: csv). jsonl is one line of JSON"
              + " per point; parquet needs heddle-parquet.jar on the class path.")
  private Format format = Format.csv;

  @Option(names = "--where", paramLabel = "CONDITION", description = ResultsCommand.WHERE)
  private @Nullable String where;

  /** What is written. */
  enum Format {
    csv,
    jsonl,
    parquet
  }

  @Override
  public Integer call() {
    ResultFolder results = ResultFolder.read(folder);
    OutputFile file = new OutputFile("--output", "table", output);
    file.check(List.of());
    file.checkOutside(folder);
    if (format == Format.parquet) {
      // Nothing is written where nobody can.
      PointTable unused = service();
    }
    file.write(out -> write(results, out));
    return Exit.OK;
  }

  private void write(ResultFolder results, OutputStream out) throws IOException {
    Filtered points = new Filtered(results, where);
    try {
      if (format == Format.jsonl) {
        points.inOrder(point -> put(out, SweepOutput.line(point) + "\n"));
        return;
      }
      TableColumn.Finder found = new TableColumn.Finder();
      points.inOrder(found::look);
      List<TableColumn> columns = found.columns();
      if (format == Format.parquet) {
        service().write(out, columns, points::inOrder);
        return;
      }
      put(out, PointCsv.head(columns));
      points.inOrder(point -> put(out, PointCsv.row(columns, point)));
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  /** Who writes a format that needs libraries of its own. */
  private PointTable service() {
    return ServiceLoader.load(PointTable.class).stream()
        .map(ServiceLoader.Provider::get)
        .filter(table -> table.format().equals(format.name()))
        .findFirst()
        .orElseThrow(
            () ->
                Failure.environment(
                    "--format %s: needs heddle-%s.jar on the class path; see docs/cli.md"
                        .formatted(format, format)));
  }

  private static void put(OutputStream out, String text) {
    try {
      out.write(text.getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
