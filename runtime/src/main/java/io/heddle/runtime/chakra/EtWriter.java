package io.heddle.runtime.chakra;

import io.heddle.plan.marker.Api;
import io.heddle.plan.mesh.Collective;
import io.heddle.plan.mesh.Group;
import io.heddle.runtime.chakra.proto.AttributeProto;
import io.heddle.runtime.chakra.proto.NodeType;
import io.heddle.runtime.trace.InvalidNodeException;
import io.heddle.runtime.trace.Kernel;
import io.heddle.runtime.trace.NodeHeader;
import io.heddle.runtime.trace.NodeIds;
import io.heddle.runtime.trace.NodeSink;
import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import org.jspecify.annotations.Nullable;

/**
 * Writes one rank's trace as a Chakra execution trace: {@code GlobalMetadata}, then a {@code Node}
 * for each call, every record after its varint32 length. Fields stand in the order of their
 * numbers, attributes in a fixed order: the same nodes give the same bytes, those that
 * protobuf-java would write. Nothing is allocated for a node.
 *
 * <p>Of the integer types of an attribute each has the one that Chakra's own feeder knows it by:
 * older feeders read no other. {@code duration_micros} stays 0, the simulator computes durations.
 *
 * <p>A node that AstraSim cannot run is refused with {@link InvalidNodeException}; a stream that
 * fails, with {@link UncheckedIOException}.
 */
@Api
public final class EtWriter implements NodeSink, Closeable {
  /** Version of the schema. */
  public static final String VERSION = "0.0.4";

  /** AstraSim keeps the tags from here on for collectives. */
  public static final int TAG_LIMIT = 500_000_000;

  private static final byte[] IS_CPU_OP =
      Wire.numberAttribute("is_cpu_op", AttributeProto.BOOL_VAL_FIELD_NUMBER);
  private static final byte[] NUM_OPS = int64("num_ops");
  private static final byte[] TENSOR_SIZE =
      Wire.numberAttribute("tensor_size", AttributeProto.UINT64_VAL_FIELD_NUMBER);
  private static final byte[] NOMINAL_NUM_OPS = int64(EtAttribute.NOMINAL_NUM_OPS.key());
  private static final byte[] NOMINAL_TENSOR_SIZE =
      Wire.numberAttribute(
          EtAttribute.NOMINAL_TENSOR_SIZE.key(), AttributeProto.UINT64_VAL_FIELD_NUMBER);
  private static final byte[] COMM_TYPE = int64("comm_type");
  private static final byte[] COMM_SIZE = int64("comm_size");
  private static final byte[] NOMINAL_COMM_SIZE = int64(EtAttribute.NOMINAL_COMM_SIZE.key());
  private static final byte[] PG_NAME = Wire.stringAttribute("pg_name");
  private static final byte[] COMM_SRC = int32("comm_src");
  private static final byte[] COMM_DST = int32("comm_dst");
  private static final byte[] COMM_TAG = int32("comm_tag");
  private static final byte[] GROUP_KIND = int32(RelativeNames.GROUP_KIND);
  private static final byte[] PEER_KIND = int32(RelativeNames.PEER_KIND);
  private static final byte[] PEER_DISTANCE = int32(RelativeNames.PEER_DISTANCE);
  private static final byte[] STAGE = int32("stage");
  private static final byte[] LAYER = int32("layer");
  private static final byte[] MICRO_BATCH = int32("micro_batch");
  private static final byte[] DIRECTION = Wire.stringAttribute("direction");

  /** More than all parts of a node whose length does not depend on the node. */
  private static final int FIXED_PARTS = 512;

  private final WireBuffer buffer;
  private final OutputStream out;
  private final int rank;
  private final boolean annotate;
  private final @Nullable TensorAttributes tensors;
  private final @Nullable RelativeNames names;
  private long nodes;

  /**
   * @param rank whose trace it is
   * @param annotate whether nodes also say {@code stage}, {@code layer}, {@code micro_batch} and
   *     {@code direction}, as far as they have them
   */
  public EtWriter(OutputStream out, int rank, boolean annotate) {
    this(out, rank, annotate, false);
  }

  /**
   * A writer whose nodes may also say which tensors they read and write, for AstraSim's {@code
   * track-local-mem}.
   *
   * @param rank whose trace it is
   * @param annotate as in the other constructor
   * @param tensors whether nodes have the lists {@code inputs} and {@code outputs}
   */
  public EtWriter(OutputStream out, int rank, boolean annotate, boolean tensors) {
    this(out, rank, annotate, tensors, null);
  }

  private EtWriter(
      OutputStream out,
      int rank,
      boolean annotate,
      boolean tensors,
      @Nullable RelativeNames names) {
    this.names = names;
    this.tensors = tensors ? new TensorAttributes() : null;
    this.out = out;
    this.buffer = new WireBuffer(out);
    this.rank = rank;
    this.annotate = annotate;
    int record = buffer.open();
    // Field 1, a string.
    buffer.put(1 << 3 | 2);
    string(VERSION);
    buffer.close(record);
  }

  /**
   * A writer of a trace that is that of several ranks.
   *
   * @param rank one of them
   * @param names how they name groups and other ranks
   */
  public static EtWriter relative(
      OutputStream out, int rank, boolean annotate, boolean tensors, RelativeNames names) {
    return new EtWriter(out, rank, annotate, tensors, names);
  }

  /** Nodes written. */
  public long nodes() {
    return nodes;
  }

  /** Bytes written, those that still wait in the buffer too. */
  public long bytes() {
    return buffer.total();
  }

  @Override
  public void compute(NodeHeader node, Kernel kernel) {
    positive(node, "num_ops", kernel.operations());
    positive(node, "tensor_size", kernel.bytes());
    int record = begin(node, NodeType.COMP_NODE_VALUE);
    attribute(NUM_OPS, node.scaled(kernel.operations()));
    attribute(TENSOR_SIZE, node.scaled(kernel.bytes()));
    if (node.isScaled()) {
      attribute(NOMINAL_NUM_OPS, kernel.operations());
      attribute(NOMINAL_TENSOR_SIZE, kernel.bytes());
    }
    end(node, record, tensors == null ? 0 : TensorAttributes.written(node, kernel));
  }

  @Override
  public void collective(NodeHeader node, Collective collective, Group group, long bytes) {
    positive(node, "comm_size", bytes);
    if (group.size() < 2 || group.id() < 1) {
      throw new InvalidNodeException(
          rank,
          node,
          "group " + group.id() + " has " + group.size() + " members, it must have at least 2");
    }
    int record = begin(node, NodeType.COMM_COLL_NODE_VALUE);
    attribute(COMM_TYPE, collective.chakraType());
    attribute(COMM_SIZE, node.carried(bytes));
    if (names == null) {
      groupName(buffer, group.id());
    } else {
      attribute(GROUP_KIND, names.kind(group));
    }
    nominalSize(node, bytes);
    end(node, record, tensors == null ? 0 : TensorAttributes.written(collective, group, bytes));
  }

  @Override
  public void send(NodeHeader node, int peer, int tag, long bytes) {
    message(node, NodeType.COMM_SEND_NODE_VALUE, peer, tag, bytes);
  }

  @Override
  public void receive(NodeHeader node, int peer, int tag, long bytes) {
    message(node, NodeType.COMM_RECV_NODE_VALUE, peer, tag, bytes);
  }

  private void message(NodeHeader node, int type, int peer, int tag, long bytes) {
    positive(node, "comm_size", bytes);
    if (peer < 0 || peer == rank) {
      throw new InvalidNodeException(rank, node, "its peer is " + peer + ", no other rank");
    }
    if (tag < 0 || tag >= TAG_LIMIT) {
      throw new InvalidNodeException(
          rank, node, "comm_tag is " + tag + ", it must be below " + TAG_LIMIT);
    }
    int record = begin(node, type);
    attribute(COMM_SIZE, node.carried(bytes));
    boolean isReceived = type == NodeType.COMM_RECV_NODE_VALUE;
    if (names == null) {
      ends(buffer, isReceived ? peer : rank, isReceived ? rank : peer);
    } else {
      Group group = node.group();
      if (group != null) {
        attribute(PEER_KIND, names.kind(group));
      }
      attribute(PEER_DISTANCE, names.distance(group, peer, isReceived));
    }
    attribute(COMM_TAG, tag);
    nominalSize(node, bytes);
    end(node, record, isReceived ? bytes : 0);
  }

  /** Of a collective: the id of its group. */
  static void groupName(WireBuffer buffer, int id) {
    int attribute = openAttribute(buffer, PG_NAME);
    int digits = buffer.open();
    buffer.decimal(id);
    buffer.close(digits);
    buffer.close(attribute);
  }

  /** Of a message: between which ranks it travels. */
  static void ends(WireBuffer buffer, int source, int destination) {
    attribute(buffer, COMM_SRC, source);
    attribute(buffer, COMM_DST, destination);
  }

  private void nominalSize(NodeHeader node, long bytes) {
    if (node.carried(bytes) != bytes) {
      attribute(NOMINAL_COMM_SIZE, bytes);
    }
  }

  private int begin(NodeHeader node, int type) {
    NodeIds control = node.controlDependencies();
    NodeIds data = node.dataDependencies();
    String operation = node.operation();
    long most =
        FIXED_PARTS
            + (long) operation.length()
            + WireBuffer.MAX_VARINT * ((long) control.size() + data.size())
            + (tensors == null ? 0 : TensorAttributes.most(node));
    try {
      buffer.reserve(Math.toIntExact(most));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    int record = buffer.open();
    buffer.put(Wire.NODE_ID);
    buffer.varint(node.id());
    buffer.put(Wire.NODE_NAME);
    name(node, operation, record);
    buffer.put(Wire.NODE_TYPE);
    buffer.put(type);
    dependencies(Wire.CONTROL_DEPENDENCIES, control);
    dependencies(Wire.DATA_DEPENDENCIES, data);
    attribute(IS_CPU_OP, 0);
    return record;
  }

  private void name(NodeHeader node, String operation, int record) {
    int name = buffer.open();
    buffer.ascii(node.direction().prefix());
    buffer.put('.');
    if (node.microBatch() >= 0) {
      buffer.put('m');
      buffer.put('b');
      buffer.decimal(node.microBatch());
      buffer.put('.');
    }
    if (node.layer() >= 0) {
      buffer.ascii("layer");
      buffer.decimal(node.layer());
      buffer.put('.');
    }
    if (!buffer.ascii(operation)) {
      buffer.discard(record);
      throw new InvalidNodeException(rank, node, "its name has characters beyond ASCII");
    }
    part(".step", node.step());
    part(".piece", node.piece());
    buffer.close(name);
  }

  /** A numbered part at the end of a name, if the node is one. */
  private void part(String of, int number) {
    if (number >= 0) {
      buffer.ascii(of);
      buffer.decimal(number);
    }
  }

  private void dependencies(int key, NodeIds ids) {
    if (ids.size() == 0) {
      return;
    }
    buffer.put(key);
    int list = buffer.open();
    for (int i = 0; i < ids.size(); i++) {
      buffer.varint(ids.get(i));
    }
    buffer.close(list);
  }

  /**
   * @param written bytes of the tensor that the node writes
   */
  private void end(NodeHeader node, int record, long written) {
    if (tensors != null) {
      tensors.write(buffer, node, written);
    }
    if (annotate) {
      attribute(STAGE, node.stage());
      if (node.layer() >= 0) {
        attribute(LAYER, node.layer());
      }
      if (node.microBatch() >= 0) {
        attribute(MICRO_BATCH, node.microBatch());
      }
      int attribute = openAttribute(buffer, DIRECTION);
      string(node.direction().prefix());
      buffer.close(attribute);
    }
    buffer.close(record);
    nodes++;
  }

  private void attribute(byte[] nameAndKey, long value) {
    attribute(buffer, nameAndKey, value);
  }

  private static void attribute(WireBuffer buffer, byte[] nameAndKey, long value) {
    int attribute = openAttribute(buffer, nameAndKey);
    buffer.varint(value);
    buffer.close(attribute);
  }

  private static int openAttribute(WireBuffer buffer, byte[] nameAndKey) {
    buffer.put(Wire.ATTRIBUTE);
    int attribute = buffer.open();
    buffer.put(nameAndKey);
    return attribute;
  }

  private void string(String ascii) {
    int string = buffer.open();
    buffer.ascii(ascii);
    buffer.close(string);
  }

  private void positive(NodeHeader node, String what, long value) {
    if (value < 1) {
      throw new InvalidNodeException(rank, node, what + " is " + value + ", it must be at least 1");
    }
  }

  /** Writes what the buffer holds, then closes the stream. */
  @Override
  public void close() throws IOException {
    try (out) {
      buffer.flush();
    }
  }

  private static byte[] int32(String name) {
    return Wire.numberAttribute(name, AttributeProto.INT32_VAL_FIELD_NUMBER);
  }

  private static byte[] int64(String name) {
    return Wire.numberAttribute(name, AttributeProto.INT64_VAL_FIELD_NUMBER);
  }
}
