package io.heddle.cli.command;

import io.heddle.cli.failure.Exit;
import io.heddle.cli.failure.Explained;
import io.heddle.cli.failure.Failure;
import io.heddle.cli.inspect.Glob;
import io.heddle.cli.inspect.IdRange;
import io.heddle.cli.inspect.Inspection;
import io.heddle.cli.inspect.NodeCounts;
import io.heddle.cli.inspect.NodeFilter;
import io.heddle.cli.option.NoneOf;
import io.heddle.cli.option.RangeConverter;
import io.heddle.cli.option.Version;
import io.heddle.cli.output.InspectJson;
import io.heddle.cli.output.InspectText;
import io.heddle.runtime.chakra.EtFormatException;
import io.heddle.runtime.simulate.workload.NodeKind;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Lists and counts the nodes of a trace that anybody made. */
@Command(
    name = "inspect",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    description = {
      "List and count the nodes of one Chakra trace.",
      "",
      "Lists the nodes that match all options. Reads the file once, node by node, so it can"
          + " have any size.",
      ""
    })
public final class InspectCommand implements Callable<Integer> {
  private static final int USUAL_LIMIT = 100;

  @Spec private CommandSpec spec;

  @Parameters(paramLabel = "FILE", description = "A trace, such as model.0.et.")
  private Path file = Path.of("");

  @Option(
      names = "--kind",
      paramLabel = "KIND",
      split = ",",
      converter = KindConverter.class,
      completionCandidates = Kinds.class,
      description = "Kind of node: ${COMPLETION-CANDIDATES}.")
  private Set<NodeKind> kinds = EnumSet.noneOf(NodeKind.class);

  @Option(
      names = "--name",
      paramLabel = "GLOB",
      description = "Name, where * is any text and ? any character: '*.attention.*'.")
  private @Nullable String name;

  @Option(
      names = "--id",
      paramLabel = "RANGE",
      split = ",",
      converter = RangeConverter.class,
      description = "Id: 7, 7-9, or 7- (7 and all above).")
  private List<IdRange> ids = new ArrayList<>();

  @Option(
      names = "--peer",
      paramLabel = "RANK",
      split = ",",
      description = "Rank that the node sends to or receives from.")
  private Set<Long> peers = new HashSet<>();

  @Option(
      names = "--group",
      paramLabel = "ID",
      split = ",",
      description = "Group of the collective, by number or name; 0 is the group of all ranks.")
  private Set<String> groups = new HashSet<>();

  @Option(
      names = "--limit",
      paramLabel = "N",
      description =
          "Maximum number of nodes to list (default: ${DEFAULT-VALUE}); all matching nodes are"
              + " counted.")
  private long limit = USUAL_LIMIT;

  @Option(names = "--count", description = "Only count nodes; the same as --limit 0.")
  private boolean count;

  @Option(names = "--json", description = "Print JSON.")
  private boolean json;

  @Override
  public Integer call() {
    if (limit < 0) {
      throw new ParameterException(spec.commandLine(), "--limit " + limit + ": must be 0 or more");
    }
    if (!Files.isReadable(file) || Files.isDirectory(file)) {
      String why =
          Files.isDirectory(file)
              ? "is a folder; name a trace in it"
              : Files.exists(file) ? "permission denied" : "no such file";
      throw Failure.environment(file + ": " + why);
    }
    NodeFilter filter =
        new NodeFilter(kinds, Optional.ofNullable(name).map(Glob::new), ids, peers, groups);
    Inspection inspection = new Inspection(file, filter, count ? 0 : limit);
    NodeCounts counts = new NodeCounts();
    Optional<IOException> failed =
        json ? printJson(inspection, counts) : printText(inspection, counts);
    if (counts.skipsNode()) {
      spec.commandLine()
          .getErr()
          .println(
              "warning: "
                  + file
                  + ": the first record is a node, not metadata: AstraSim skips it, and so it is not"
                  + " counted here");
    }
    if (failed.isEmpty()) {
      return Exit.OK;
    }
    spec.commandLine().getErr().println("heddle: " + Explained.reason(failed.get()));
    return failed.get() instanceof EtFormatException ? Exit.WRONG_INPUT : Exit.ENVIRONMENT;
  }

  private Optional<IOException> printJson(Inspection inspection, NodeCounts counts) {
    return InspectJson.print(
        spec.commandLine().getOut(),
        file.toString(),
        counts,
        listing -> inspection.run(listing, counts));
  }

  private Optional<IOException> printText(Inspection inspection, NodeCounts counts) {
    PrintWriter out = spec.commandLine().getOut();
    Optional<IOException> failed = Optional.empty();
    try {
      inspection.run(node -> out.print(InspectText.node(node)), counts);
    } catch (IOException e) {
      failed = Optional.of(e);
    }
    out.print((counts.listedNodes() > 0 ? "\n" : "") + InspectText.counts(counts));
    out.flush();
    return failed;
  }

  /** Names of what nodes do. */
  static final class Kinds implements Iterable<String> {
    @Override
    public Iterator<String> iterator() {
      return Arrays.stream(NodeKind.values()).map(NodeKind::toString).iterator();
    }
  }

  /** Reads what nodes do. */
  static final class KindConverter implements ITypeConverter<NodeKind> {
    @Override
    public NodeKind convert(String text) {
      return Arrays.stream(NodeKind.values())
          .filter(kind -> kind.toString().equals(text))
          .findFirst()
          .orElseThrow(() -> NoneOf.words(text, new Kinds()));
    }
  }
}
