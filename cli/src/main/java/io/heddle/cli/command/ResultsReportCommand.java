package io.heddle.cli.command;

import io.heddle.cli.command.ResultsCommand.Filtered;
import io.heddle.cli.failure.Exit;
import io.heddle.cli.failure.Failure;
import io.heddle.cli.file.OutputFile;
import io.heddle.cli.option.GivenPath;
import io.heddle.cli.option.Version;
import io.heddle.cli.source.Specification;
import io.heddle.cli.sweep.ResultFolder;
import io.heddle.cli.sweep.page.ResultPage;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Writes results as a page. */
@Command(
    name = "report",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    description = {
      "Write results as a self-contained HTML page.",
      "",
      "Shows time against memory with the Pareto front, the cost of each line of the sweep, the"
          + " best point for each number of GPUs, a table to sort and filter, and a page for"
          + " each point.",
      ""
    })
public final class ResultsReportCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Parameters(paramLabel = "FOLDER", description = "Folder of results.")
  private Path folder = Path.of("");

  @Option(
      names = {"-o", "--output"},
      required = true,
      paramLabel = "FILE",
      description = "Output file, an HTML page.")
  private Path output = Path.of("");

  @Option(names = "--where", paramLabel = "CONDITION", description = ResultsCommand.WHERE)
  private @Nullable String where;

  @Option(
      names = "--file",
      paramLabel = "FILE",
      description = "Specification to name in the commands of the page.")
  private @Nullable Path file;

  @Override
  public Integer call() {
    GivenPath.check("--output", output, spec);
    ResultFolder results = ResultFolder.read(folder);
    OutputFile page = new OutputFile("--output", "report", output);
    page.check(List.of());
    page.checkOutside(folder);
    if (file != null) {
      results.checkSpecification(Specification.read(file).hashOfPlans(), file.toString());
    }
    String text = page(results);
    page.write(out -> out.write(text.getBytes(StandardCharsets.UTF_8)));
    return Exit.OK;
  }

  private String page(ResultFolder results) {
    ResultPage page =
        new ResultPage(
            results.identity().facts(), file == null ? "" : file.toString(), Version.number());
    new Filtered(results, where)
        .inOrder(
            point -> {
              if (page.size() == ResultPage.MOST_POINTS) {
                throw Failure.wrongInput(
                    "%s: more than %,d points; take a part of them, such as --where 'fits'"
                        .formatted(folder, ResultPage.MOST_POINTS));
              }
              page.add(point);
            });
    return page.html();
  }
}
