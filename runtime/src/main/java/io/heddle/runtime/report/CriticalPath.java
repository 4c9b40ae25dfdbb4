package io.heddle.runtime.report;

import java.util.List;
import java.util.Optional;

/**
 * The chain of nodes that decided when the step ended: each could not begin before the one before
 * it was done, and the last one is the last of the last rank. The nodes follow each other without a
 * gap from the beginning of the iteration to its end.
 *
 * @param nodes in order of time; empty if they could not be kept
 * @param notKept why there are none, in a whole sentence
 */
public record CriticalPath(List<PathNode> nodes, Optional<String> notKept) {
  public CriticalPath {
    nodes = List.copyOf(nodes);
    if (nodes.isEmpty() == notKept.isEmpty()) {
      throw new IllegalArgumentException("either nodes or the reason why there are none");
    }
  }
}
