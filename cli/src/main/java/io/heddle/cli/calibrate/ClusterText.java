package io.heddle.cli.calibrate;

import io.heddle.cli.failure.Failure;
import io.heddle.cli.measure.CollectiveRow;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Fits the network of a node, and writes a cluster of such nodes as text of the language. */
public final class ClusterText {
  /** The size of a network: part of a node is one, too. */
  private static final Pattern SIZE = Pattern.compile("^(\\w+\\s+)(\\d+)(\\s+at\\b)");

  private final List<TransferFit> lines = new ArrayList<>();
  private final List<String> leftOut = new ArrayList<>();

  /**
   * Fits a line for each kind of collective and number of ranks.
   *
   * @param file to be named in what is wrong
   * @throws Failure if there are too few rows
   */
  public ClusterText(String file, List<CollectiveRow> rows) {
    Map<String, Map<Integer, List<CollectiveRow>>> byKind =
        rows.stream()
            .filter(CollectiveRow::isFitted)
            .collect(
                Collectors.groupingBy(
                    CollectiveRow::kind,
                    TreeMap::new,
                    Collectors.groupingBy(
                        CollectiveRow::ranks, TreeMap::new, Collectors.toList())));
    byKind.forEach(
        (kind, byRanks) ->
            byRanks.forEach(
                (ranks, collectives) -> {
                  long sizes = collectives.stream().map(CollectiveRow::bytes).distinct().count();
                  if (sizes < TransferFit.LEAST_SIZES) {
                    leftOut.add(
                        "%s: %d sizes of %s over %d ranks: too few for a line"
                            .formatted(file, sizes, kind, ranks));
                  } else {
                    lines.add(TransferFit.of(collectives));
                  }
                }));
    if (lines.isEmpty()) {
      throw Failure.wrongInput(
          "%s: at least %d sizes of one collective and number of ranks are needed, in bf16, fp16 or"
                  .formatted(file, TransferFit.LEAST_SIZES)
              + " fp32");
    }
  }

  /** Names and origins of the lines. */
  public List<List<String>> lines() {
    return lines.stream()
        .map(line -> List.of(line.kind() + " ranks " + line.ranks(), line.origin()))
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
      text.append("  network ").append(between).append('\n');
    }
    return text.append("}\n").toString();
  }
}
