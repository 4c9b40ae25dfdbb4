package io.heddle.cli.graph;

import io.heddle.runtime.chakra.Printable;
import java.util.List;
import java.util.stream.Collectors;

/** A graph in the DOT language of Graphviz. */
public final class DotText {
  private static final int LONGEST_LINE = 160;

  private DotText() {}

  /** The text, lines ending in line feeds. */
  public static String of(Graph graph) {
    StringBuilder text = new StringBuilder("digraph heddle {\n");
    text.append("  label=").append(quoted(List.of(graph.title()), "\\n"));
    text.append(" labelloc=t fontname=monospace\n");
    text.append("  node [shape=box style=filled fontname=monospace fontsize=11]\n");
    int number = 0;
    for (Graph.Cluster cluster : graph.clusters()) {
      boolean framed = !cluster.title().isEmpty();
      if (framed) {
        text.append("  subgraph cluster_").append(number++).append(" {\n");
        text.append("    label=").append(quoted(List.of(cluster.title()), "\\n"));
        text.append(" color=\"#b4bcc8\"\n");
      }
      for (Graph.Node node : cluster.nodes()) {
        text.append(
            "    %s [label=%s fillcolor=\"%s\" color=\"%s\"]\n"
                .formatted(
                    node.id(),
                    quoted(node.lines(), "\\l"),
                    node.kind().fill(),
                    node.kind().border()));
      }
      text.append(framed ? "  }\n" : "");
    }
    for (Graph.Edge edge : graph.edges()) {
      text.append(
          "  %s -> %s%s\n"
              .formatted(
                  edge.from(), edge.to(), edge.uses() ? "" : " [style=dashed color=\"#9aa3b0\"]"));
    }
    return text.append("}\n").toString();
  }

  /** A line such as anybody may have written it, fit to be shown. */
  static String shown(String line) {
    return Printable.of(line, LONGEST_LINE);
  }

  /** A quoted text; each line ends as DOT says that it is aligned. */
  private static String quoted(List<String> lines, String end) {
    return lines.stream()
        .map(line -> shown(line).replace("\\", "\\\\").replace("\"", "\\\""))
        .collect(Collectors.joining(end, "\"", end.equals("\\l") ? "\\l\"" : "\""));
  }
}
