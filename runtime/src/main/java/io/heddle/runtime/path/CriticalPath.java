package io.heddle.runtime.path;

import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntUnaryOperator;

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

  /**
   * What the path consists of, the longest part first: kernels by block and operation,
   * communication by what communicates.
   */
  public List<PathShare> shares() {
    Map<String, PathShare> shares = new LinkedHashMap<>();
    for (PathNode node : nodes) {
      String operation = node.communication().isPresent() ? "" : node.name().operation();
      PathShare one = new PathShare(node.communication(), operation, 1, node.nanos());
      shares.merge(one.name(), one, PathShare::plus);
    }
    return shares.values().stream()
        .sorted(Comparator.comparingLong(PathShare::nanos).reversed())
        .toList();
  }

  /**
   * The path as people read it: by stage and pass, with what repeats from micro-batch to
   * micro-batch folded.
   *
   * @param stageOfRank from 0
   */
  public List<PathSection> sections(IntUnaryOperator stageOfRank) {
    return PathSection.fold(PathFolding.stretches(nodes, stageOfRank));
  }
}
