package io.heddle.runtime.trace;

import io.heddle.plan.mesh.Collective;
import io.heddle.plan.mesh.Group;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a sink was told of one node.
 *
 * @param peer of a message; -1 where it is none
 */
public record RecordedNode(
    Kind kind,
    long id,
    String name,
    List<Long> data,
    List<Long> control,
    @Nullable Collective collective,
    @Nullable Group group,
    int peer,
    int tag,
    long bytes) {
  /** What a sink was told. */
  public enum Kind {
    COMPUTE,
    COLLECTIVE,
    SEND,
    RECEIVE
  }

  /** Whether the node waits for the other itself, not by way of a third. */
  public boolean follows(long other) {
    return data.contains(other) || control.contains(other);
  }

  /** All nodes of a rank. */
  public static List<RecordedNode> of(Flattener flattener, int rank) {
    Recorder recorder = new Recorder();
    flattener.emit(rank, recorder);
    return recorder.nodes;
  }

  private static final class Recorder implements NodeSink {
    final List<RecordedNode> nodes = new ArrayList<>();

    @Override
    public void compute(NodeHeader node, Kernel kernel) {
      add(Kind.COMPUTE, node, null, null, -1, -1, kernel.bytes());
    }

    @Override
    public void collective(NodeHeader node, Collective collective, Group group, long bytes) {
      add(Kind.COLLECTIVE, node, collective, group, -1, -1, bytes);
    }

    @Override
    public void send(NodeHeader node, int peer, int tag, long bytes) {
      add(Kind.SEND, node, null, null, peer, tag, bytes);
    }

    @Override
    public void receive(NodeHeader node, int peer, int tag, long bytes) {
      add(Kind.RECEIVE, node, null, null, peer, tag, bytes);
    }

    private void add(
        Kind kind,
        NodeHeader node,
        @Nullable Collective collective,
        @Nullable Group group,
        int peer,
        int tag,
        long bytes) {
      StringBuilder name = new StringBuilder();
      node.appendName(name);
      nodes.add(
          new RecordedNode(
              kind,
              node.id(),
              name.toString(),
              ids(node.dataDependencies()),
              ids(node.controlDependencies()),
              collective,
              group,
              peer,
              tag,
              bytes));
    }

    private static List<Long> ids(NodeIds ids) {
      List<Long> list = new ArrayList<>();
      for (int i = 0; i < ids.size(); i++) {
        list.add(ids.get(i));
      }
      return list;
    }
  }
}
