package io.heddle.runtime.path;

import io.heddle.plan.mesh.Collective;
import io.heddle.plan.mesh.Group;
import io.heddle.runtime.simulate.workload.NodeKind;
import io.heddle.runtime.simulate.workload.SimulationObserver;
import io.heddle.runtime.trace.Flattener;
import io.heddle.runtime.trace.Kernel;
import io.heddle.runtime.trace.NodeHeader;
import io.heddle.runtime.trace.NodeIds;
import io.heddle.runtime.trace.NodeName;
import io.heddle.runtime.trace.NodeSink;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** All that is known of a node of a trace, and when it ran. */
final class RanNode {
  final NodeName name;
  final NodeKind kind;
  final List<Long> parents = new ArrayList<>();
  final @Nullable Group group;
  final int peer;
  final int tag;

  /** Which collective of its group it is on this rank, from 1; 0 where it is none. */
  final int turn;

  /** The node before it on its lane; 0 where it is the first. */
  final long before;

  long issued = -1;
  long completed = -1;

  private RanNode(
      NodeHeader node,
      NodeKind kind,
      @Nullable Group group,
      int peer,
      int tag,
      int turn,
      long before) {
    this.name = node.name();
    this.kind = kind;
    this.group = group;
    this.peer = peer;
    this.tag = tag;
    this.turn = turn;
    this.before = before;
    add(node.dataDependencies());
    add(node.controlDependencies());
  }

  private void add(NodeIds ids) {
    for (int i = 0; i < ids.size(); i++) {
      parents.add(ids.get(i));
    }
  }

  /** The nodes of each rank by id; they know their times when they have run. */
  static List<Map<Long, RanNode>> of(Flattener flattener) {
    List<Map<Long, RanNode>> ranks = new ArrayList<>();
    for (int rank = 0; rank < flattener.mesh().ranks(); rank++) {
      Reader reader = new Reader();
      flattener.emit(rank, reader);
      ranks.add(reader.nodes);
    }
    return ranks;
  }

  /** Puts the times into the nodes. */
  static SimulationObserver timing(List<Map<Long, RanNode>> ranks) {
    return (rank, node, kind, collective, group, issued, completed, exposed) -> {
      RanNode ran = ranks.get(rank).get(node);
      ran.issued = issued;
      ran.completed = completed;
    };
  }

  private static final class Reader implements NodeSink {
    final Map<Long, RanNode> nodes = new HashMap<>();
    private final Map<Group, Integer> turns = new HashMap<>();
    private long lastCompute;
    private long lastCommunication;

    @Override
    public void compute(NodeHeader node, Kernel kernel) {
      nodes.put(node.id(), new RanNode(node, NodeKind.COMPUTE, null, -1, -1, 0, lastCompute));
      lastCompute = node.id();
    }

    @Override
    public void collective(NodeHeader node, Collective collective, Group group, long bytes) {
      int turn = turns.merge(group, 1, Integer::sum);
      nodes.put(
          node.id(),
          new RanNode(node, NodeKind.COLLECTIVE, group, -1, -1, turn, lastCommunication));
      lastCommunication = node.id();
    }

    @Override
    public void send(NodeHeader node, int peer, int tag, long bytes) {
      nodes.put(node.id(), new RanNode(node, NodeKind.SEND, null, peer, tag, 0, lastCommunication));
      lastCommunication = node.id();
    }

    @Override
    public void receive(NodeHeader node, int peer, int tag, long bytes) {
      nodes.put(node.id(), new RanNode(node, NodeKind.RECEIVE, null, peer, tag, 0, 0));
    }
  }
}
