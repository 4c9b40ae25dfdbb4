package io.heddle.cli.command;

import io.heddle.cli.failure.Exit;
import io.heddle.cli.failure.Explained;
import io.heddle.cli.failure.Failure;
import io.heddle.cli.file.Interruption;
import io.heddle.cli.inspect.IdRange;
import io.heddle.cli.option.ChosenRanks;
import io.heddle.cli.option.GivenPath;
import io.heddle.cli.option.RangeConverter;
import io.heddle.cli.option.ThreadCount;
import io.heddle.cli.option.Version;
import io.heddle.cli.output.ExpandOutput;
import io.heddle.cli.output.Progress;
import io.heddle.runtime.astrasim.ClassedTraces;
import io.heddle.runtime.chakra.EtFormatException;
import io.heddle.runtime.simulate.config.InputException;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableSet;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Makes traces of ranks from those of their classes. */
@Command(
    name = "expand",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    description = {
      "Recreate the traces of ranks from the output of `heddle emit --classes`.",
      "",
      "The traces are byte for byte those that `heddle emit` writes, with AstraSim's input"
          + " files. Replaces the traces of an earlier run of the same model in the folder.",
      ""
    })
public final class ExpandCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Parameters(paramLabel = "CLASSES", description = "Folder with the traces of classes.")
  private Path classes = Path.of("");

  @Option(
      names = {"-o", "--output"},
      paramLabel = "DIR",
      required = true,
      description = "Output folder; created if it does not exist.")
  private Path folder = Path.of("");

  @Option(
      names = "--ranks",
      paramLabel = "RANGE",
      split = ",",
      converter = RangeConverter.class,
      description = "Ranks to write: 7, 7-9, or 7- (7 and all above). Default: all.")
  private List<IdRange> chosen = new ArrayList<>();

  @Option(
      names = "--threads",
      paramLabel = "N",
      description =
          "Ranks to write in parallel (default: one per core). The output does not depend on it.")
  private int threads = Runtime.getRuntime().availableProcessors();

  @Option(names = "--json", description = "Print JSON.")
  private boolean json;

  @Override
  public Integer call() throws IOException {
    ThreadCount.check(threads, spec);
    GivenPath.check("--output", folder, spec);
    PrintWriter out = spec.commandLine().getOut();
    try (Progress progress = Progress.of("expanding");
        Interruption interruption = Interruption.watch()) {
      ClassedTraces traces = ClassedTraces.open(classes);
      NavigableSet<Integer> ranks = ranks(traces.ranks());
      long bytes = traces.expand(ranks, folder, threads, interruption.stopping(progress.ofEmit()));
      ExpandOutput output = new ExpandOutput(folder, ranks.size(), traces.ranks(), bytes);
      if (json) {
        output.print(out);
      } else {
        out.print(output.text());
      }
      return Exit.OK;
    } catch (InputException e) {
      throw e.getCause() instanceof FileSystemException
          ? Failure.environment(Explained.reason(e))
          : Failure.wrongInput(Explained.reason(e));
    } catch (EtFormatException e) {
      throw Failure.wrongInput(Explained.reason(e));
    }
  }

  private NavigableSet<Integer> ranks(int all) {
    return chosen.isEmpty()
        ? IntStream.range(0, all).boxed().collect(Collectors.toCollection(TreeSet::new))
        : ChosenRanks.of(chosen, "--ranks", all, spec);
  }
}
