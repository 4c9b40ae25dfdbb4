package io.heddle.runtime.verify;

import java.util.List;

/**
 * Something that is wrong with a set of traces.
 *
 * @param nodes those that it is about; in a circle, each waits for the next
 * @param message whole, with ranks and node ids
 */
public record Finding(FindingSeverity severity, Rule rule, List<Node> nodes, String message) {
  /**
   * A node of a trace.
   *
   * @param id unsigned
   */
  public record Node(int rank, long id) {}

  public Finding {
    nodes = List.copyOf(nodes);
  }

  @Override
  public String toString() {
    return severity.word() + "[" + rule.word() + "]: " + message;
  }
}
