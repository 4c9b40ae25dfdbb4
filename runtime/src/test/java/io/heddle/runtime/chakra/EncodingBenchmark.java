package io.heddle.runtime.chakra;

import io.heddle.plan.mesh.Collective;
import io.heddle.plan.mesh.Group;
import io.heddle.runtime.chakra.proto.AttributeProto;
import io.heddle.runtime.chakra.proto.Node;
import io.heddle.runtime.chakra.proto.NodeType;
import io.heddle.runtime.pipeline.SmallFlattener;
import io.heddle.runtime.trace.CountingSink;
import io.heddle.runtime.trace.Flattener;
import io.heddle.runtime.trace.Kernel;
import io.heddle.runtime.trace.NodeHeader;
import io.heddle.runtime.trace.NodeIds;
import io.heddle.runtime.trace.NodeSink;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** Encodes one rank's trace again and again, by hand and with protobuf-java, into nothing. */
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(1)
@State(Scope.Benchmark)
public class EncodingBenchmark {
  private static final int RANK = 9;

  private final Flattener flattener = new SmallFlattener(SmallFlattener.plan(8, 8, 8, 96, 64), 15);

  /** Rates of what was written. */
  @AuxCounters
  @State(Scope.Thread)
  public static class Written {
    public long nodes;
    public long bytes;
  }

  /** The flattener alone: what both encoders have on top of it. */
  @Benchmark
  public void flattenOnly(Written written) {
    CountingSink sink = new CountingSink();
    flattener.emit(RANK, sink);
    written.nodes += sink.nodes();
  }

  @Benchmark
  public void byHand(Written written) throws IOException {
    EtWriter writer = new EtWriter(OutputStream.nullOutputStream(), RANK, false);
    try (writer) {
      flattener.emit(RANK, writer);
    }
    written.nodes += writer.nodes();
    written.bytes += writer.bytes();
  }

  @Benchmark
  public void protobufJava(Written written) {
    ProtobufSink sink = new ProtobufSink();
    flattener.emit(RANK, sink);
    written.nodes += sink.nodes;
    written.bytes += sink.bytes;
  }

  private static final class ProtobufSink implements NodeSink {
    final OutputStream out = OutputStream.nullOutputStream();
    final StringBuilder name = new StringBuilder();
    long nodes;
    long bytes;

    @Override
    public void compute(NodeHeader node, Kernel kernel) {
      write(
          begin(node, NodeType.COMP_NODE)
              .addAttr(int64("num_ops", kernel.operations()))
              .addAttr(
                  AttributeProto.newBuilder().setName("tensor_size").setUint64Val(kernel.bytes())));
    }

    @Override
    public void collective(NodeHeader node, Collective collective, Group group, long size) {
      write(
          begin(node, NodeType.COMM_COLL_NODE)
              .addAttr(int64("comm_type", collective.chakraType()))
              .addAttr(int64("comm_size", size))
              .addAttr(
                  AttributeProto.newBuilder()
                      .setName("pg_name")
                      .setStringVal(Integer.toString(group.id()))));
    }

    @Override
    public void send(NodeHeader node, int peer, int tag, long size) {
      write(message(begin(node, NodeType.COMM_SEND_NODE), RANK, peer, tag, size));
    }

    @Override
    public void receive(NodeHeader node, int peer, int tag, long size) {
      write(message(begin(node, NodeType.COMM_RECV_NODE), peer, RANK, tag, size));
    }

    private static Node.Builder message(
        Node.Builder node, int source, int destination, int tag, long size) {
      return node.addAttr(int64("comm_size", size))
          .addAttr(int32("comm_src", source))
          .addAttr(int32("comm_dst", destination))
          .addAttr(int32("comm_tag", tag));
    }

    private Node.Builder begin(NodeHeader header, NodeType type) {
      name.setLength(0);
      header.appendName(name);
      Node.Builder node =
          Node.newBuilder().setId(header.id()).setName(name.toString()).setType(type);
      NodeIds control = header.controlDependencies();
      for (int i = 0; i < control.size(); i++) {
        node.addCtrlDeps(control.get(i));
      }
      NodeIds data = header.dataDependencies();
      for (int i = 0; i < data.size(); i++) {
        node.addDataDeps(data.get(i));
      }
      return node.addAttr(AttributeProto.newBuilder().setName("is_cpu_op").setBoolVal(false));
    }

    private static AttributeProto.Builder int64(String name, long value) {
      return AttributeProto.newBuilder().setName(name).setInt64Val(value);
    }

    private static AttributeProto.Builder int32(String name, int value) {
      return AttributeProto.newBuilder().setName(name).setInt32Val(value);
    }

    private void write(Node.Builder builder) {
      Node node = builder.build();
      try {
        node.writeDelimitedTo(out);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      nodes++;
      bytes += node.getSerializedSize() + (node.getSerializedSize() < 128 ? 1 : 2);
    }
  }
}
