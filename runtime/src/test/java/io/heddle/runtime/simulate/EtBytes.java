package io.heddle.runtime.simulate;

import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.WireFormat;
import io.heddle.plan.mesh.Collective;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/** Builds a trace file node by node, sound or not. */
public final class EtBytes {
  public static final int INVALID = 0;
  public static final int LOAD = 2;
  public static final int COMPUTE = 4;
  public static final int SEND = 5;
  public static final int RECEIVE = 6;
  public static final int COLLECTIVE = 7;

  private final ByteArrayOutputStream file = new ByteArrayOutputStream();

  public EtBytes() {
    record(new byte[0]);
  }

  /** A file of just these bytes, with no metadata before them. */
  public static EtBytes of(byte[] bytes) {
    EtBytes raw = new EtBytes();
    raw.file.reset();
    raw.file.writeBytes(bytes);
    return raw;
  }

  /** Fields of one node. */
  public static final class Node {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final CodedOutputStream out = CodedOutputStream.newInstance(bytes);

    public Node(long id, int type) {
      field(() -> out.writeUInt64(1, id));
      field(() -> out.writeString(2, "n" + id));
      field(() -> out.writeEnum(3, type));
    }

    public Node after(long... parents) {
      for (long parent : parents) {
        field(() -> out.writeUInt64(4, parent));
      }
      return this;
    }

    public Node micros(long duration) {
      field(() -> out.writeUInt64(7, duration));
      return this;
    }

    public Node with(String name, long value) {
      return attribute(name, attribute -> attribute.writeUInt64(13, value));
    }

    public Node with(String name, String value) {
      return attribute(name, attribute -> attribute.writeString(29, value));
    }

    public Node with(String name, double value) {
      return attribute(name, attribute -> attribute.writeDouble(3, value));
    }

    private Node attribute(String name, Field value) {
      ByteArrayOutputStream inner = new ByteArrayOutputStream();
      CodedOutputStream attribute = CodedOutputStream.newInstance(inner);
      field(
          () -> {
            attribute.writeString(1, name);
            value.write(attribute);
            attribute.flush();
            out.writeByteArray(10, inner.toByteArray());
          });
      return this;
    }

    byte[] toBytes() {
      field(out::flush);
      return bytes.toByteArray();
    }

    private static void field(Step step) {
      try {
        step.run();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  private interface Step {
    void run() throws IOException;
  }

  private interface Field {
    void write(CodedOutputStream out) throws IOException;
  }

  public static Node compute(long id, long micros) {
    return new Node(id, COMPUTE).micros(micros);
  }

  public static Node send(long id, int to, int tag, long bytes) {
    return new Node(id, SEND).with("comm_dst", to).with("comm_tag", tag).with("comm_size", bytes);
  }

  public static Node receive(long id, int from, int tag, long bytes) {
    return new Node(id, RECEIVE)
        .with("comm_src", from)
        .with("comm_tag", tag)
        .with("comm_size", bytes);
  }

  public static Node collective(long id, Collective collective, int group, long bytes) {
    return new Node(id, COLLECTIVE)
        .with("comm_type", collective.chakraType())
        .with("comm_size", bytes)
        .with("pg_name", String.valueOf(group));
  }

  public EtBytes add(Node node) {
    record(node.toBytes());
    return this;
  }

  /** Adds a record of any bytes. */
  public EtBytes record(byte[] bytes) {
    length(bytes.length);
    file.writeBytes(bytes);
    return this;
  }

  /** Adds the length of a record and nothing else. */
  public EtBytes length(long length) {
    long left = length;
    while ((left & ~127L) != 0) {
      file.write((int) ((left & 127) | 128));
      left >>>= 7;
    }
    file.write((int) left);
    return this;
  }

  /** Adds an unfinished field: a tag of the length-delimited kind and what follows. */
  public static byte[] openField(int number, String text) {
    byte[] tail = text.getBytes(StandardCharsets.US_ASCII);
    byte[] all = new byte[tail.length + 1];
    all[0] = (byte) ((number << 3) | WireFormat.WIRETYPE_LENGTH_DELIMITED);
    System.arraycopy(tail, 0, all, 1, tail.length);
    return all;
  }

  public int size() {
    return file.size();
  }

  public byte[] toBytes() {
    return file.toByteArray();
  }
}
