package io.heddle.cli.command;

import io.heddle.cli.failure.Exit;
import io.heddle.cli.option.GivenPath;
import io.heddle.cli.option.Version;
import io.heddle.cli.sweep.PointKeys;
import io.heddle.cli.sweep.ResultFile;
import io.heddle.cli.sweep.ResultFolder;
import io.heddle.cli.sweep.Shard;
import io.heddle.cli.sweep.SweepOutput;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicLong;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Brings results of several folders together. */
@Command(
    name = "merge",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    description = {
      "Copy the results of several folders into one, each point once.",
      "",
      "All results must have the same plan, specification, mode and version of Heddle.",
      ""
    })
public final class ResultsMergeCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Parameters(arity = "1..*", paramLabel = "FOLDER", description = "Folders of results.")
  private List<Path> folders = new ArrayList<>();

  @Option(
      names = {"-o", "--output"},
      required = true,
      paramLabel = "FOLDER",
      description = "Output folder; results that are already in it are kept.")
  private Path output = Path.of("");

  @Override
  public Integer call() {
    GivenPath.check("--output", output, spec);
    List<ResultFolder> from = folders.stream().map(ResultFolder::read).toList();
    for (ResultFolder other : from) {
      other.checkSame(from.get(0).identity(), from.get(0).path().toString());
    }
    ResultFolder to = ResultFolder.open(output, from.get(0).identity());
    PointKeys there = new PointKeys();
    PointKeys again = new PointKeys();
    to.forEach(point -> (point.mayRunAgain() ? again : there).add(point.key()));
    AtomicLong copied = new AtomicLong();
    try (ResultFile file = to.append(Shard.ALL)) {
      for (ResultFolder folder : from) {
        folder.inOrder(
            point -> {
              // What may run again in one folder may be finished in another.
              if ((point.mayRunAgain() ? again : there).add(point.key())) {
                file.add(point);
                copied.incrementAndGet();
              }
            });
      }
    }
    spec.commandLine()
        .getOut()
        .println(output + ": " + SweepOutput.counted(copied.get(), "point") + " added");
    return Exit.OK;
  }
}
