package io.heddle.cli.calibrate;

import io.heddle.cli.failure.Failure;
import io.heddle.cli.measure.TransferRow;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Fits the network of a node, and writes a cluster of such nodes as text of the language. */
public final class ClusterText {
  /** The size of a network: part of a node is one, too. */
  private static final Pattern SIZE = Pattern.compile("^(\\w+\\s+)(\\d+)(\\s+at\\b)");

  private final List<TransferFit> lines = new ArrayList<>();
  private final List<TransferFit> linesBetween = new ArrayList<>();
  private final List<String> leftOut = new ArrayList<>();

  /**
   * Fits a line for each kind of transfer and number of ranks, or of nodes.
   *
   * @param file to be named in what is wrong
   * @throws Failure if there are too few rows
   */
  public ClusterText(String file, List<TransferRow> rows) {
    fit(file, rows.stream().filter(row -> !row.isBetweenNodes()).toList(), "ranks", lines);
    fit(file, rows.stream().filter(TransferRow::isBetweenNodes).toList(), "nodes", linesBetween);
    if (lines.isEmpty() && linesBetween.isEmpty()) {
      throw Failure.wrongInput(
          "%s: at least %d sizes of one collective and number of ranks are needed, in bf16, fp16 or"
                  .formatted(file, TransferFit.LEAST_SIZES)
              + " fp32");
    }
  }

  private void fit(String file, List<TransferRow> rows, String members, List<TransferFit> to) {
    Map<String, Map<Integer, List<TransferRow>>> byKind =
        rows.stream()
            .filter(TransferRow::isFitted)
            .collect(
                Collectors.groupingBy(
                    TransferRow::kind,
                    TreeMap::new,
                    Collectors.groupingBy(TransferRow::ranks, TreeMap::new, Collectors.toList())));
    byKind.forEach(
        (kind, byRanks) ->
            byRanks.forEach(
                (ranks, transfers) -> {
                  long sizes = transfers.stream().map(TransferRow::size).distinct().count();
                  if (sizes < TransferFit.LEAST_SIZES) {
                    leftOut.add(
                        "%s: %d sizes of %s over %d %s: too few for a line"
                            .formatted(file, sizes, kind, ranks, members));
                  } else {
                    to.add(TransferFit.of(transfers));
                  }
                }));
  }

  /** Names and origins of the lines. */
  public List<List<String>> lines() {
    return Stream.concat(
            lines.stream()
                .map(line -> List.of(line.kind() + " ranks " + line.ranks(), line.origin())),
            linesBetween.stream()
                .map(line -> List.of(line.kind() + " nodes " + line.ranks(), line.origin())))
        .toList();
  }

  /** What was left out, and why. */
  public List<String> leftOut() {
    return List.copyOf(leftOut);
  }

  /**
   * The cluster.
   *
   * @param name of the cluster
   * @param device of its ranks
   * @param network what stands behind {@code network} of the node, before its figures
   * @param between what stands behind {@code network} of the line between nodes; null where there
   *     is one node
   */
  public String of(String name, String device, String network, @Nullable String between) {
    StringBuilder text = new StringBuilder("\n/// Nodes of `").append(device).append("`.\n");
    text.append("/// Errors are those of each size by a fit to the others.\n");
    Matcher size = SIZE.matcher(network);
    List<String> parameters = new ArrayList<>();
    if (between != null) {
      parameters.add("nodes = 1");
    }
    if (size.find()) {
      parameters.add("gpus = " + size.group(2));
    }
    text.append("cluster ").append(name);
    text.append(parameters.isEmpty() ? "" : "(" + String.join(", ", parameters) + ")");
    text.append(" {\n  device  ").append(device).append("\n  network ");
    text.append(size.replaceFirst("$1gpus$3"));
    text.append(" {\n");
    for (TransferFit line : lines) {
      text.append("    ").append(line.text()).append('\n');
    }
    lines.stream()
        .filter(line -> line.kind().equals("all_to_all") && line.ranks() == 2)
        .findFirst()
        .ifPresent(
            line ->
                text.append(
                        "    // not measured: as an all_to_all of 2 ranks, a message each way\n")
                    .append("    " + line.messageText() + "\n"));
    text.append("  }\n");
    if (between != null) {
      text.append("  network ").append(withLines(between)).append('\n');
    }
    return text.append("}\n").toString();
  }

  /** The network between nodes, with the lines that were fitted in its braces. */
  private String withLines(String between) {
    if (linesBetween.isEmpty()) {
      return between;
    }
    String network = between.stripTrailing();
    boolean hasLines = network.endsWith("}");
    StringBuilder text =
        new StringBuilder(
            hasLines ? network.substring(0, network.length() - 1).stripTrailing() : network + " {");
    linesBetween.forEach(line -> text.append("\n    ").append(line.text()));
    return text.append("\n  }").toString();
  }
}
