package io.heddle.processor.oracle;

import io.heddle.plan.mesh.Collective;
import io.heddle.plan.mesh.Group;
import io.heddle.runtime.trace.Flattener;
import io.heddle.runtime.trace.Kernel;
import io.heddle.runtime.trace.NodeHeader;
import io.heddle.runtime.trace.NodeIds;
import io.heddle.runtime.trace.NodeSink;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Everything about every node of a rank, a line for each. */
final class NodeLines implements NodeSink {
  private final List<String> lines = new ArrayList<>();

  private NodeLines() {}

  static List<String> of(Flattener flattener, int rank) {
    NodeLines sink = new NodeLines();
    flattener.emit(rank, sink);
    return sink.lines;
  }

  @Override
  public void compute(NodeHeader node, Kernel kernel) {
    add(node, "compute " + kernel);
  }

  @Override
  public void collective(NodeHeader node, Collective collective, Group group, long bytes) {
    String ring = Arrays.toString(group.ring());
    add(node, collective + " " + bytes + " " + group.id() + " " + group.name() + " " + ring);
  }

  @Override
  public void send(NodeHeader node, int peer, int tag, long bytes) {
    add(node, "send " + peer + " " + tag + " " + bytes);
  }

  @Override
  public void receive(NodeHeader node, int peer, int tag, long bytes) {
    add(node, "receive " + peer + " " + tag + " " + bytes);
  }

  private void add(NodeHeader node, String what) {
    StringBuilder line = new StringBuilder();
    line.append(node.id()).append(' ');
    node.appendName(line);
    line.append(' ').append(node.stage()).append(' ').append(node.microBatch());
    line.append(' ').append(node.layer()).append(' ').append(what);
    append(" data", node.dataDependencies(), line);
    append(" control", node.controlDependencies(), line);
    lines.add(line.toString());
  }

  private static void append(String kind, NodeIds ids, StringBuilder line) {
    line.append(kind);
    for (int i = 0; i < ids.size(); i++) {
      line.append(' ').append(ids.get(i));
    }
  }
}
