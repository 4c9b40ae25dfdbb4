package io.heddle.cli.graph;

import java.util.List;

/**
 * Nodes with edges between them.
 *
 * @param title of the whole, one line
 * @param clusters each node is in one of them
 */
public record Graph(String title, List<Cluster> clusters, List<Edge> edges) {
  public Graph {
    clusters = List.copyOf(clusters);
    edges = List.copyOf(edges);
  }

  /**
   * Nodes that belong together.
   *
   * @param title of the frame around them; empty for none
   */
  public record Cluster(String title, List<Node> nodes) {
    public Cluster {
      nodes = List.copyOf(nodes);
    }
  }

  /**
   * A node.
   *
   * @param id unique in the graph: a letter, then letters, digits and {@code _}
   * @param lines that stand in it, at least one
   */
  public record Node(String id, Kind kind, List<String> lines) {
    public Node {
      lines = List.copyOf(lines);
    }
  }

  /** What a node does, with the colours of its inside and its border. */
  public enum Kind {
    COMPUTE("#dce8f8", "#3d6fb6"),
    COLLECTIVE("#fae3c8", "#c0762a"),
    SEND("#f8d9d7", "#c4453f"),
    RECEIVE("#d9f0e4", "#2f8560"),
    OTHER("#eceff2", "#7c8694");

    private final String fill;
    private final String border;

    Kind(String fill, String border) {
      this.fill = fill;
      this.border = border;
    }

    String fill() {
      return fill;
    }

    String border() {
      return border;
    }
  }

  /**
   * That a node waits for another.
   *
   * @param uses whether it uses the result of the other; else it only comes later in a lane
   */
  public record Edge(String from, String to, boolean uses) {}

  /** How many nodes there are. */
  public int size() {
    return clusters.stream().mapToInt(cluster -> cluster.nodes().size()).sum();
  }
}
