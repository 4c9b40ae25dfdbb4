package io.heddle.runtime.verify;

import io.heddle.runtime.simulate.workload.NodeDetails;
import io.heddle.runtime.simulate.workload.Workload;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** The names of the nodes that findings are about, read once the findings are known. */
public final class NodeNames {
  private static final int LONGEST = 200;

  private final Map<Finding.Node, String> names = new HashMap<>();

  /** Reads the names; a trace that cannot be read gives none. */
  public NodeNames(Workload workload, List<Finding> findings) {
    Map<Integer, Set<Long>> wanted = new TreeMap<>();
    for (Finding finding : findings) {
      for (Finding.Node node : finding.nodes()) {
        wanted.computeIfAbsent(node.rank(), unused -> new HashSet<>()).add(node.id());
      }
    }
    wanted.forEach((rank, ids) -> read(workload, rank, ids));
  }

  private void read(NodeDetails workload, int rank, Set<Long> ids) {
    try {
      workload.each(
          rank,
          (id, name, microBatch, bytes) -> {
            if (ids.contains(id)) {
              names.putIfAbsent(new Finding.Node(rank, id), printable(name));
            }
          });
    } catch (IOException e) {
      // What is known by then is enough: the findings stand without names.
      ids.clear();
    }
  }

  private static String printable(String name) {
    String shown = name.length() > LONGEST ? name.substring(0, LONGEST) + "…" : name;
    return shown.replaceAll("\\p{Cntrl}", "?");
  }

  /** The name of a node; empty if it has none or is not among those of the findings. */
  public String of(Finding.Node node) {
    return names.getOrDefault(node, "");
  }

  /** One line for each node of a finding that has a name. */
  public List<String> lines(Finding finding) {
    List<String> lines = new ArrayList<>();
    for (Finding.Node node : finding.nodes()) {
      if (!of(node).isEmpty()) {
        lines.add(
            "rank " + node.rank() + ", node " + Long.toUnsignedString(node.id()) + ": " + of(node));
      }
    }
    return lines;
  }
}
