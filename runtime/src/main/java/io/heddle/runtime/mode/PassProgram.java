package io.heddle.runtime.mode;

import io.heddle.plan.mesh.Collective;
import io.heddle.plan.mesh.Group;
import io.heddle.runtime.trace.Direction;
import io.heddle.runtime.trace.Kernel;
import io.heddle.runtime.trace.NodeHeader;
import io.heddle.runtime.trace.NodeIds;
import io.heddle.runtime.trace.NodeSink;
import java.util.Arrays;

/**
 * The nodes of a pass, without names: what they do, with whom, and what they wait for. As a sink it
 * either takes down what is emitted, or compares it.
 */
final class PassProgram implements NodeSink {
  private static final int COMPUTE = 0;
  private static final int SEND = 1;
  private static final int RECEIVE = 2;
  private static final int COLLECTIVE = 3;

  private long[] words = new long[64];
  private int size;
  private int at;
  private boolean recording = true;
  private boolean same = true;
  private long firstId;
  private boolean begun;
  private Surroundings surroundings;

  /**
   * @param surroundings of the rank that emits
   */
  PassProgram(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  /**
   * What is emitted from here on is compared.
   *
   * @param of the rank that emits
   */
  void compare(Surroundings of) {
    surroundings = of;
    recording = false;
    same = true;
    at = 0;
    begun = false;
  }

  /** Whether what was emitted is the same. */
  boolean isSame() {
    return recording || (same && at == size);
  }

  /** Whether there is no node. */
  boolean isEmpty() {
    return size == 0;
  }

  @Override
  public void compute(NodeHeader node, Kernel kernel) {
    // What is computed again counts otherwise, but takes as long.
    begin(node, COMPUTE, node.direction() == Direction.RECOMPUTE ? 1 : 0);
    word(kernel.operations());
    word(kernel.bytes());
    word(kernel.matmulOperations());
    word(kernel.scale());
    dependencies(node);
  }

  @Override
  public void collective(NodeHeader node, Collective collective, Group group, long bytes) {
    begin(node, COLLECTIVE, collective.chakraType());
    word(surroundings.shape(group));
    word(bytes);
    word(node.carried(bytes));
    dependencies(node);
  }

  @Override
  public void send(NodeHeader node, int peer, int tag, long bytes) {
    message(node, SEND, peer, bytes);
  }

  @Override
  public void receive(NodeHeader node, int peer, int tag, long bytes) {
    message(node, RECEIVE, peer, bytes);
  }

  private void message(NodeHeader node, int kind, int peer, long bytes) {
    Group group = node.group();
    begin(node, kind, 0);
    word(group == null ? -1 : surroundings.shape(group));
    // In groups that lie alike, those lie alike whose numbers are as far apart.
    word((long) peer - surroundings.rank());
    word(bytes);
    word(node.carried(bytes));
    dependencies(node);
  }

  private void begin(NodeHeader node, int kind, int detail) {
    if (!begun) {
      begun = true;
      firstId = node.id();
    }
    word(kind + 4L * detail);
  }

  private void dependencies(NodeHeader node) {
    ids(node.dataDependencies());
    ids(node.controlDependencies());
  }

  /** Nodes of passes before are there already. */
  private void ids(NodeIds ids) {
    long mark = 0;
    for (int i = 0; i < ids.size(); i++) {
      long index = ids.get(i) - firstId;
      if (index >= 0) {
        word(index);
        mark--;
      }
    }
    word(mark);
  }

  private void word(long word) {
    if (!recording) {
      same = same && at < size && words[at] == word;
      at++;
      return;
    }
    if (size == words.length) {
      words = Arrays.copyOf(words, 2 * size);
    }
    words[size++] = word;
  }

  /** What is around a rank, in the network: places relative to its own. */
  interface Surroundings {
    /** A number that only groups share whose rings lie alike around their rank. */
    int shape(Group group);

    /** The rank. */
    int rank();
  }
}
