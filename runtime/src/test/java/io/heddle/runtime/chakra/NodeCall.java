package io.heddle.runtime.chakra;

import io.heddle.plan.mesh.Collective;
import io.heddle.plan.mesh.Group;
import io.heddle.runtime.chakra.proto.AttributeProto;
import io.heddle.runtime.chakra.proto.Node;
import io.heddle.runtime.chakra.proto.NodeType;
import io.heddle.runtime.emit.Headers;
import io.heddle.runtime.straggler.Millionths;
import io.heddle.runtime.trace.Kernel;
import io.heddle.runtime.trace.NodeHeader;
import io.heddle.runtime.trace.NodeSink;

/** One call of a sink, and the node that protobuf-java makes of it: the oracle of the encoder. */
sealed interface NodeCall {
  NodeHeader header();

  void to(NodeSink sink);

  /** The node without the attributes that {@code annotate} adds. */
  Node.Builder node(int rank);

  record Compute(NodeHeader header, long operations, long bytes) implements NodeCall {
    @Override
    public void to(NodeSink sink) {
      sink.compute(header, Kernel.of(header.operation(), operations, bytes));
    }

    @Override
    public Node.Builder node(int rank) {
      return base(NodeType.COMP_NODE)
          .addAttr(named("num_ops").setInt64Val(operations))
          .addAttr(named("tensor_size").setUint64Val(bytes));
    }
  }

  /**
   * A kernel of a straggler.
   *
   * @param scale in {@link Millionths}
   */
  record ScaledCompute(NodeHeader header, long scale, long operations, long bytes)
      implements NodeCall {
    @Override
    public void to(NodeSink sink) {
      sink.compute(Headers.scaled(header, scale), Kernel.of(header.operation(), operations, bytes));
    }

    @Override
    public Node.Builder node(int rank) {
      return new Compute(
              header, Millionths.product(operations, scale), Millionths.product(bytes, scale))
          .node(rank)
          .addAttr(named("nominal_num_ops").setInt64Val(operations))
          .addAttr(named("nominal_tensor_size").setUint64Val(bytes));
    }
  }

  record Collect(NodeHeader header, Collective collective, Group group, long bytes)
      implements NodeCall {
    @Override
    public void to(NodeSink sink) {
      sink.collective(header, collective, group, bytes);
    }

    @Override
    public Node.Builder node(int rank) {
      return base(NodeType.COMM_COLL_NODE)
          .addAttr(named("comm_type").setInt64Val(collective.chakraType()))
          .addAttr(named("comm_size").setInt64Val(bytes))
          .addAttr(named("pg_name").setStringVal(Integer.toString(group.id())));
    }
  }

  record Send(NodeHeader header, int peer, int tag, long bytes) implements NodeCall {
    @Override
    public void to(NodeSink sink) {
      sink.send(header, peer, tag, bytes);
    }

    @Override
    public Node.Builder node(int rank) {
      return base(NodeType.COMM_SEND_NODE)
          .addAttr(named("comm_size").setInt64Val(bytes))
          .addAttr(named("comm_src").setInt32Val(rank))
          .addAttr(named("comm_dst").setInt32Val(peer))
          .addAttr(named("comm_tag").setInt32Val(tag));
    }
  }

  record Receive(NodeHeader header, int peer, int tag, long bytes) implements NodeCall {
    @Override
    public void to(NodeSink sink) {
      sink.receive(header, peer, tag, bytes);
    }

    @Override
    public Node.Builder node(int rank) {
      return base(NodeType.COMM_RECV_NODE)
          .addAttr(named("comm_size").setInt64Val(bytes))
          .addAttr(named("comm_src").setInt32Val(peer))
          .addAttr(named("comm_dst").setInt32Val(rank))
          .addAttr(named("comm_tag").setInt32Val(tag));
    }
  }

  /** The node as protobuf-java has it. */
  default Node node(int rank, boolean annotate) {
    Node.Builder node = node(rank);
    if (annotate) {
      node.addAttr(named("stage").setInt32Val(header().stage()));
      if (header().layer() >= 0) {
        node.addAttr(named("layer").setInt32Val(header().layer()));
      }
      if (header().microBatch() >= 0) {
        node.addAttr(named("micro_batch").setInt32Val(header().microBatch()));
      }
      node.addAttr(named("direction").setStringVal(header().direction().prefix()));
    }
    return node.build();
  }

  default Node.Builder base(NodeType type) {
    StringBuilder name = new StringBuilder();
    header().appendName(name);
    Node.Builder node =
        Node.newBuilder()
            .setId(header().id())
            .setName(name.toString())
            .setType(type)
            .addAttr(named("is_cpu_op").setBoolVal(false));
    for (int i = 0; i < header().controlDependencies().size(); i++) {
      node.addCtrlDeps(header().controlDependencies().get(i));
    }
    for (int i = 0; i < header().dataDependencies().size(); i++) {
      node.addDataDeps(header().dataDependencies().get(i));
    }
    return node;
  }

  private static AttributeProto.Builder named(String name) {
    return AttributeProto.newBuilder().setName(name);
  }
}
