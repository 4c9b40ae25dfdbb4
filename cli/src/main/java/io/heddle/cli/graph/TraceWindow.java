package io.heddle.cli.graph;

import io.heddle.cli.graph.Graph.Cluster;
import io.heddle.cli.graph.Graph.Edge;
import io.heddle.cli.graph.Graph.Kind;
import io.heddle.cli.graph.Graph.Node;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Part of a trace as a graph, in which time runs down. Of what a node waits for, that is drawn
 * which lies in the window too.
 */
public final class TraceWindow {
  /** Most nodes of a picture that people can read. */
  public static final int MOST_NODES = 400;

  private static final int MOST_PARENTS = 256;

  private final List<Entry> entries = new ArrayList<>();
  private final Map<Long, String> names = new HashMap<>();
  private long outside;

  /** A node with what it waits for; whether it uses that. */
  private record Entry(Node node, Map<Long, Boolean> parents) {}

  /** Whether there are more nodes than a picture has. */
  public boolean isTooLarge() {
    return entries.size() > MOST_NODES;
  }

  /** Nodes so far. */
  public int size() {
    return entries.size();
  }

  /**
   * Adds a node.
   *
   * @param id in its trace, unsigned; one that is there twice is drawn twice
   * @param lines that stand in it
   */
  public void add(long id, Kind kind, List<String> lines) {
    String name = "n" + Long.toUnsignedString(id);
    int copies = 1;
    while (names.containsValue(name)) {
      name = "n" + Long.toUnsignedString(id) + "_" + ++copies;
    }
    names.putIfAbsent(id, name);
    entries.add(new Entry(new Node(name, kind, lines), new HashMap<>()));
  }

  /** Says that the node that was added last waits for another. */
  public void waitsFor(long parent, boolean uses) {
    Map<Long, Boolean> parents = entries.get(entries.size() - 1).parents();
    if (parents.containsKey(parent) || parents.size() < MOST_PARENTS) {
      parents.merge(parent, uses, Boolean::logicalOr);
    } else {
      outside++;
    }
  }

  /** The graph of all nodes that were added. */
  public Graph graph(String title) {
    List<Edge> edges = new ArrayList<>();
    long undrawn = outside;
    for (Entry entry : entries) {
      List<Map.Entry<Long, Boolean>> parents = new ArrayList<>(entry.parents().entrySet());
      parents.sort(Map.Entry.comparingByKey(Long::compareUnsigned));
      for (Map.Entry<Long, Boolean> parent : parents) {
        String from = names.get(parent.getKey());
        if (from == null) {
          undrawn++;
        } else {
          edges.add(new Edge(from, entry.node().id(), parent.getValue()));
        }
      }
    }
    return new Graph(
        undrawn == 0 ? title : "%s; not drawn: %,d waits for other nodes".formatted(title, undrawn),
        List.of(new Cluster("", entries.stream().map(Entry::node).toList())),
        edges);
  }
}
