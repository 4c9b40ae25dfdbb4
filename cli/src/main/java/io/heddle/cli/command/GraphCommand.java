package io.heddle.cli.command;

import io.heddle.cli.failure.Exit;
import io.heddle.cli.failure.Explained;
import io.heddle.cli.failure.Failure;
import io.heddle.cli.file.OutputFile;
import io.heddle.cli.graph.DotText;
import io.heddle.cli.graph.FileWindow;
import io.heddle.cli.graph.Graph;
import io.heddle.cli.graph.ProgramGraph;
import io.heddle.cli.graph.RankWindow;
import io.heddle.cli.graph.SvgPicture;
import io.heddle.cli.graph.TraceWindow;
import io.heddle.cli.load.PlannedProgram;
import io.heddle.cli.load.TooLarge;
import io.heddle.cli.option.CacheOptions;
import io.heddle.cli.option.GivenPath;
import io.heddle.cli.option.PlanSelection;
import io.heddle.cli.option.PlanSelection.Selected;
import io.heddle.cli.option.Version;
import io.heddle.cli.result.StepCache;
import io.heddle.processor.TfmCompiler.Compiled;
import io.heddle.processor.diagnose.Spelling;
import io.heddle.processor.program.Section;
import io.heddle.runtime.chakra.EtFormatException;
import io.heddle.runtime.trace.Flattener;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Draws the program of a rank, or part of a trace. */
@Command(
    name = "graph",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    description = {
      "Draw the operations of a rank as a graph or, with --rank, part of its trace.",
      "",
      "FILE can also be any Chakra trace (.et). In a trace, solid arrows lead to nodes that use"
          + " a result, dashed ones to nodes that follow in a lane.",
      ""
    })
public final class GraphCommand implements Callable<Integer> {
  private static final String TRACE = ".et";
  private static final int USUAL_NODES = 60;

  @Spec private CommandSpec spec;
  @Mixin private PlanSelection selection = new PlanSelection();

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FILE",
      required = true,
      description =
          "Output file: .svg for a picture, .dot or .gv for Graphviz; - prints Graphviz text.")
  private Path output = Path.of("");

  @Option(
      names = "--block",
      paramLabel = "NAME",
      split = ",",
      description = "Blocks to draw (default: all).")
  private List<String> blocks = new ArrayList<>();

  @Option(names = "--rank", paramLabel = "N", description = "Draw the trace of this rank.")
  private @Nullable Integer rank;

  @Option(
      names = "--from",
      paramLabel = "ID",
      description =
          "First node of the trace to draw (default: 1). Without --from and --to, the first"
              + " action is drawn.")
  private @Nullable Long from;

  @Option(names = "--to", paramLabel = "ID", description = "Last node of the trace to draw.")
  private @Nullable Long to;

  @Mixin private CacheOptions cacheOptions = new CacheOptions();

  @Override
  public Integer call() {
    GivenPath.check("--output", output, spec);
    boolean isPicture = isPicture();
    if (isTrace()) {
      if (selection.namesMore() || rank != null || !blocks.isEmpty()) {
        throw usage("a trace has no --plan, --set, --rank or --block");
      }
      checkRange();
      OutputFile file = new OutputFile("--output", "graph", output);
      if (!isStandardOutput()) {
        file.check(List.of(selection.file()));
      }
      write(ofFile(), isPicture, file);
      return Exit.OK;
    }
    if (rank == null && (from != null || to != null)) {
      throw usage("--from and --to are of a trace: give --rank");
    }
    if (rank != null && !blocks.isEmpty()) {
      throw usage("--block is of the program, --rank of a trace: give one of them");
    }
    checkRange();
    Optional<Selected> selected =
        rank == null
            ? selection.selectOnAnyMachine(spec.commandLine().getErr())
            : selection.select(spec.commandLine().getErr());
    if (selected.isEmpty()) {
      return Exit.WRONG_INPUT;
    }
    OutputFile file = new OutputFile("--output", "graph", output);
    if (!isStandardOutput()) {
      file.check(selected.get().specification().files());
    }
    write(rank == null ? ofProgram(selected.get()) : ofRank(selected.get(), rank), isPicture, file);
    return Exit.OK;
  }

  private ParameterException usage(String message) {
    return new ParameterException(spec.commandLine(), message);
  }

  private boolean isStandardOutput() {
    return output.toString().equals("-");
  }

  private boolean isTrace() {
    return selection.file().toString().endsWith(TRACE);
  }

  private boolean isPicture() {
    String name = output.toString().toLowerCase(Locale.ROOT);
    if (name.endsWith(".svg")) {
      return true;
    }
    if (isStandardOutput() || name.endsWith(".dot") || name.endsWith(".gv")) {
      return false;
    }
    throw usage("--output " + output + ": must end in .svg, .dot or .gv, or be -");
  }

  private void checkRange() {
    if (first() < 0 || last() < first()) {
      throw usage(
          "--from %d --to %d: ids are from 0, the first before the last"
              .formatted(first(), last()));
    }
  }

  private Graph ofProgram(Selected selected) {
    Compiled compiled = selected.compiled();
    List<Section> all = compiled.program().allBlocks();
    List<String> names = all.stream().map(block -> block.block().name()).distinct().toList();
    for (String name : blocks) {
      if (!names.contains(name)) {
        throw Failure.usage(
            "no block `%s`: the model has %s%s"
                .formatted(name, String.join(", ", names), Spelling.hint(name, names)));
      }
    }
    List<Section> chosen =
        all.stream()
            .filter(block -> blocks.isEmpty() || blocks.contains(block.block().name()))
            .toList();
    Graph graph;
    try {
      graph = ProgramGraph.of(compiled.program(), compiled.numbers(), chosen);
    } catch (ArithmeticException e) {
      throw TooLarge.failure(compiled.plan().name());
    }
    if (graph.size() > TraceWindow.MOST_NODES) {
      throw Failure.wrongInput(
          "%,d operations are more than a picture has (%,d): choose some with --block"
              .formatted(graph.size(), TraceWindow.MOST_NODES));
    }
    return graph;
  }

  private Graph ofRank(Selected selected, int number) {
    Flattener flattener =
        StepCache.of(cacheOptions.cache()).load(PlannedProgram.of(selected.compiled()));
    int ranks = flattener.mesh().ranks();
    if (number < 0 || number >= ranks) {
      throw usage("--rank %d: the plan has ranks 0 to %d".formatted(number, ranks - 1));
    }
    TraceWindow window =
        from == null && to == null
            ? RankWindow.ofFirstAction(flattener, number)
            : RankWindow.of(flattener, number, first(), last());
    return drawn(
        window,
        "%s, plan %s, rank %d of stage %d"
            .formatted(
                flattener.plan().model(),
                flattener.plan().plan(),
                number,
                flattener.stage(number)));
  }

  private Graph ofFile() {
    Path file = selection.file();
    try {
      TraceWindow window =
          from == null && to == null
              ? FileWindow.ofBegin(file, USUAL_NODES)
              : FileWindow.of(file, first(), last());
      if (window.size() == 0 && from == null && to == null) {
        throw Failure.wrongInput(file + ": has no nodes");
      }
      return drawn(window, String.valueOf(file.getFileName()));
    } catch (EtFormatException e) {
      throw Failure.wrongInput(Explained.reason(e));
    } catch (IOException e) {
      throw Failure.environment(Explained.reason(e));
    }
  }

  private long first() {
    return from == null ? 0 : from;
  }

  private long last() {
    return to == null ? Long.MAX_VALUE : to;
  }

  private static Graph drawn(TraceWindow window, String title) {
    if (window.isTooLarge()) {
      throw Failure.wrongInput(
          "there are more than %,d nodes, too many for a picture: take fewer with --from and --to"
              .formatted(TraceWindow.MOST_NODES));
    }
    if (window.size() == 0) {
      throw Failure.wrongInput("no node has such an id: choose others with --from and --to");
    }
    return window.graph(title);
  }

  private static String picture(Graph graph) {
    return SvgPicture.of(graph)
        .orElseThrow(
            () ->
                Failure.wrongInput(
                    "the graph is too tangled for a picture: take fewer nodes, or write a .dot file"
                        + " for Graphviz"));
  }

  private void write(Graph graph, boolean isPicture, OutputFile file) {
    String text = isPicture ? picture(graph) : DotText.of(graph);
    if (isStandardOutput()) {
      spec.commandLine().getOut().print(text);
      return;
    }
    file.write(out -> out.write(text.getBytes(StandardCharsets.UTF_8)));
  }
}
