package io.heddle.cli.inspect;

import io.heddle.runtime.chakra.EtNode;
import io.heddle.runtime.chakra.EtReader;
import java.io.IOException;
import java.nio.file.Path;

/**
 * Reads a trace once, node by node.
 *
 * @param limit most nodes to list; all are counted
 */
public record Inspection(Path file, NodeFilter filter, long limit) {
  /** Takes the nodes that are listed. */
  @FunctionalInterface
  public interface Listing {
    /** One node, which is another at the next call. */
    void node(EtNode node) throws IOException;
  }

  /**
   * Reads to the end.
   *
   * @param counts are right for what was read also where this fails
   * @throws IOException if the file cannot be read, or is no trace from some byte on
   */
  public void run(Listing listing, NodeCounts counts) throws IOException {
    try (EtReader reader = new EtReader(file, true)) {
      if (reader.skipsNode()) {
        counts.skipped();
      }
      EtNode node = new EtNode();
      while (reader.next(node)) {
        counts.found();
        if (filter.wants(node)) {
          counts.wanted(node);
          if (counts.listedNodes() < limit) {
            counts.listed();
            listing.node(node);
          }
        }
      }
    }
  }
}
