package io.heddle.runtime.path;

import io.heddle.plan.mesh.Collective;
import io.heddle.plan.mesh.Group;
import io.heddle.runtime.communication.Communication;
import io.heddle.runtime.simulate.workload.NodeKind;
import io.heddle.runtime.trace.Flattener;
import io.heddle.runtime.trace.Kernel;
import io.heddle.runtime.trace.NodeHeader;
import io.heddle.runtime.trace.NodeSink;
import io.heddle.runtime.trace.RankTrace;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Names the nodes of a path: asks for the traces of its ranks once more. */
final class PathNaming {
  private final int[] rank;
  private final long[] id;
  private final long[] issued;
  private final long[] completed;
  private final boolean[] hasWaited;
  // Of a message the other rank; of a message and of a collective the id of its group, 0 for none.
  private final int[] peer;
  private final int[] group;
  private final PathNode[] nodes;

  PathNaming(int length) {
    rank = new int[length];
    hasWaited = new boolean[length];
    peer = new int[length];
    group = new int[length];
    id = new long[length];
    issued = new long[length];
    completed = new long[length];
    nodes = new PathNode[length];
  }

  /**
   * @param at place on the path
   * @param waited whether it is a receive that the send before it on the path let end
   */
  void put(int at, int ofRank, boolean waited, long node, long from, long to) {
    rank[at] = ofRank;
    hasWaited[at] = waited;
    id[at] = node;
    issued[at] = from;
    completed[at] = to;
  }

  /** Whether it is a receive that the send before it on the path let end. */
  boolean hasWaited(int at) {
    return hasWaited[at];
  }

  /** The other rank of a message that was named. */
  int peer(int at) {
    return peer[at];
  }

  /** Id of the group of a message or collective that was named; 0 for none. */
  int group(int at) {
    return group[at];
  }

  List<PathNode> name(Flattener flattener) {
    Integer[] order = new Integer[rank.length];
    Arrays.setAll(order, at -> at);
    Arrays.sort(
        order, (a, b) -> rank[a] != rank[b] ? rank[a] - rank[b] : Long.compare(id[a], id[b]));
    int from = 0;
    while (from < order.length) {
      int to = from;
      while (to < order.length && rank[order[to]] == rank[order[from]]) {
        to++;
      }
      nameRank(flattener, Arrays.copyOfRange(order, from, to));
      from = to;
    }
    return List.of(nodes);
  }

  /**
   * @param places of the nodes of one rank, by their ids
   */
  private void nameRank(Flattener flattener, Integer[] places) {
    RankTrace trace = flattener.open(rank[places[0]]);
    Names names = new Names(places);
    for (int action = 0; names.wanted(); action++) {
      trace.emit(action, names);
    }
  }

  private final class Names implements NodeSink {
    private final Integer[] places;
    private int next;

    Names(Integer[] places) {
      this.places = places;
    }

    boolean wanted() {
      return next < places.length;
    }

    @Override
    public void compute(NodeHeader node, Kernel kernel) {
      see(node, NodeKind.COMPUTE, null, null, -1);
    }

    @Override
    public void collective(NodeHeader node, Collective collective, Group group, long bytes) {
      see(node, NodeKind.COLLECTIVE, collective, group, -1);
    }

    @Override
    public void send(NodeHeader node, int peer, int tag, long bytes) {
      see(node, NodeKind.SEND, null, node.group(), peer);
    }

    @Override
    public void receive(NodeHeader node, int peer, int tag, long bytes) {
      see(node, NodeKind.RECEIVE, null, node.group(), peer);
    }

    private void see(
        NodeHeader node,
        NodeKind kind,
        @Nullable Collective collective,
        @Nullable Group among,
        int other) {
      if (!wanted() || node.id() != id[places[next]]) {
        return;
      }
      int at = places[next++];
      peer[at] = other;
      group[at] = among == null ? 0 : among.id();
      List<String> axes = among == null ? List.of() : among.axes();
      nodes[at] =
          new PathNode(
              rank[at],
              id[at],
              node.name(),
              kind,
              kind == NodeKind.COMPUTE
                  ? Optional.empty()
                  : Optional.of(new Communication(Optional.ofNullable(collective), axes)),
              issued[at],
              completed[at]);
    }
  }
}
