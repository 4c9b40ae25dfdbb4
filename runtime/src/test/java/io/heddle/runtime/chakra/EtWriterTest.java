package io.heddle.runtime.chakra;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import io.heddle.plan.mesh.Collective;
import io.heddle.plan.mesh.Group;
import io.heddle.runtime.chakra.proto.GlobalMetadata;
import io.heddle.runtime.chakra.proto.Node;
import io.heddle.runtime.emit.Headers;
import io.heddle.runtime.trace.Direction;
import io.heddle.runtime.trace.InvalidNodeException;
import io.heddle.runtime.trace.Kernel;
import io.heddle.runtime.trace.NodeHeader;
import io.heddle.runtime.trace.NodeSink;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EtWriterTest {
  private static final Group PAIR = NodeCalls.GROUPS.get(0);

  @Provide
  Arbitrary<List<NodeCall>> calls() {
    return NodeCalls.any().list().ofMaxSize(20);
  }

  @Property(edgeCases = EdgeCasesMode.NONE)
  void protobufReadsTheSameNodes(@ForAll("calls") List<NodeCall> calls, @ForAll boolean annotate)
      throws IOException {
    List<Node> expected = calls.stream().map(call -> call.node(NodeCalls.RANK, annotate)).toList();
    assertThat(read(write(calls, annotate))).isEqualTo(expected);
  }

  /** The nodes of a trace as protobuf-java reads them. */
  private static List<Node> read(byte[] trace) throws IOException {
    ByteArrayInputStream in = new ByteArrayInputStream(trace);
    assertThat(GlobalMetadata.parseDelimitedFrom(in).getVersion()).isEqualTo("0.0.4");
    List<Node> read = new ArrayList<>();
    for (Node n = Node.parseDelimitedFrom(in); n != null; n = Node.parseDelimitedFrom(in)) {
      read.add(n);
    }
    return read;
  }

  @Property(edgeCases = EdgeCasesMode.NONE)
  void bytesAreThoseOfProtobuf(@ForAll("calls") List<NodeCall> calls, @ForAll boolean annotate)
      throws IOException {
    ByteArrayOutputStream expected = new ByteArrayOutputStream();
    GlobalMetadata.newBuilder().setVersion("0.0.4").build().writeDelimitedTo(expected);
    for (NodeCall call : calls) {
      call.node(NodeCalls.RANK, annotate).writeDelimitedTo(expected);
    }
    assertThat(write(calls, annotate)).isEqualTo(expected.toByteArray());
  }

  private static byte[] write(List<NodeCall> calls, boolean annotate) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    EtWriter writer = new EtWriter(out, NodeCalls.RANK, annotate);
    try (writer) {
      calls.forEach(call -> call.to(writer));
      assertThat(writer.nodes()).isEqualTo(calls.size());
    }
    assertThat(writer.bytes()).isEqualTo(out.size());
    return out.toByteArray();
  }

  @Test
  void nodesLargerThanTheBufferAreWhole() throws IOException {
    List<Long> many = new ArrayList<>();
    for (long id = 1; id <= 3000; id++) {
      many.add(id << 40);
    }
    NodeHeader large =
        Headers.of(9, Direction.STEP, 0, -1, -1, "n".repeat(1 << 17), many, List.of());
    List<NodeCall> calls =
        List.of(
            new NodeCall.Compute(Headers.of(1, "before"), 1, 1),
            new NodeCall.Compute(large, 1, 1),
            new NodeCall.Compute(Headers.of(10, "after"), 1, 1));
    assertThat(read(write(calls, true)))
        .isEqualTo(calls.stream().map(call -> call.node(NodeCalls.RANK, true)).toList());
  }

  @ParameterizedTest
  @ValueSource(longs = {0, -1, Long.MIN_VALUE})
  void sizesBelowOneAreRefused(long size) throws IOException {
    assertRefused(sink -> sink.compute(node(), Kernel.of("mlp.up", size, 1)), "num_ops is " + size);
    assertRefused(
        sink -> sink.compute(node(), Kernel.of("mlp.up", 1, size)), "tensor_size is " + size);
    assertRefused(
        sink -> sink.collective(node(), Collective.ALL_GATHER, PAIR, size), "comm_size is " + size);
    assertRefused(sink -> sink.send(node(), 1, 0, size), "comm_size is " + size);
    assertRefused(sink -> sink.receive(node(), 1, 0, size), "comm_size is " + size);
  }

  @ParameterizedTest
  @ValueSource(ints = {-1, EtWriter.TAG_LIMIT, Integer.MAX_VALUE})
  void tagsOfCollectivesAreRefused(int tag) throws IOException {
    assertRefused(sink -> sink.send(node(), 1, tag, 1), "comm_tag is " + tag);
    assertRefused(sink -> sink.receive(node(), 1, tag, 1), "comm_tag is " + tag);
  }

  @ParameterizedTest
  @ValueSource(ints = {-1, NodeCalls.RANK})
  void messagesToNobodyElseAreRefused(int peer) throws IOException {
    assertRefused(sink -> sink.send(node(), peer, 0, 1), "its peer is " + peer);
    assertRefused(sink -> sink.receive(node(), peer, 0, 1), "its peer is " + peer);
  }

  @Test
  void namesBeyondAsciiAreRefused() throws IOException {
    assertRefused(
        sink -> sink.compute(Headers.of(7, "größe"), Kernel.of("mlp.up", 1, 1)),
        "characters beyond ASCII");
  }

  private static NodeHeader node() {
    return Headers.of(7, "mlp.up");
  }

  /** The fault names rank and node, and nothing of the node is in the trace. */
  private static void assertRefused(Consumer<NodeSink> call, String problem) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (EtWriter writer = new EtWriter(out, NodeCalls.RANK, false)) {
      assertThatThrownBy(() -> call.accept(writer))
          .isInstanceOf(InvalidNodeException.class)
          .hasMessageContaining("rank 300, node 7 (fwd.mb0.layer2.")
          .hasMessageContaining(problem);
      writer.compute(Headers.of(8, "mlp.down"), Kernel.of("mlp.up", 1, 1));
      assertThat(writer.nodes()).isEqualTo(1);
    }
    assertThat(read(out.toByteArray())).extracting(Node::getId).containsExactly(8L);
  }

  @Test
  void aStreamThatFailsIsToldOf() {
    OutputStream full =
        new OutputStream() {
          @Override
          public void write(int b) throws IOException {
            throw new IOException("no space left");
          }
        };
    EtWriter writer = new EtWriter(full, 0, false);
    assertThatThrownBy(
            () -> {
              for (long id = 1; id < 10_000; id++) {
                writer.compute(Headers.of(id, "mlp.up"), Kernel.of("mlp.up", 1, 1));
              }
            })
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageContaining("no space left");
    assertThatThrownBy(writer::close).isInstanceOf(IOException.class);
  }

  @Test
  void nothingIsAllocatedForANode() {
    EtWriter writer = new EtWriter(OutputStream.nullOutputStream(), NodeCalls.RANK, true);
    NodeHeader node =
        Headers.of(9, Direction.BACKWARD, 1, 2, 3, "mlp.up.weight", List.of(7L), List.of(8L, 3L));
    emitAll(writer, node, 1000);
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long before = threads.getCurrentThreadAllocatedBytes();
    emitAll(writer, node, 50_000);
    long allocated = threads.getCurrentThreadAllocatedBytes() - before;
    // The measurement itself may allocate; one object a node would be 800 kB and more.
    assertThat(allocated).isLessThan(100_000);
  }

  private static void emitAll(NodeSink sink, NodeHeader node, int times) {
    Kernel kernel = Kernel.of("mlp.up", 1L << 40, 1 << 20);
    for (int i = 0; i < times; i++) {
      sink.compute(node, kernel);
      sink.collective(node, Collective.REDUCE_SCATTER, PAIR, 1 << 20);
      sink.send(node, 1, i, 1 << 20);
      sink.receive(node, 1, i, 1 << 20);
    }
  }
}
