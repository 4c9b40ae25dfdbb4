package io.heddle.runtime.emit;

import io.heddle.plan.mesh.Collective;
import io.heddle.plan.mesh.Group;
import io.heddle.runtime.trace.Kernel;
import java.util.Arrays;
import java.util.function.LongUnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Holds the nodes of two passes that run side by side until both are complete; then they are made
 * in turns: the kernels of one up to its next exchanges, with these, then those of the other. So
 * while an exchange of one is on the communication lane, kernels of the other hold the compute
 * lane. A pass that has more exchanges takes more turns, and both end together.
 *
 * <p>While they are held, nodes have names in place of numbers, which no node has.
 */
public final class SideBySide {
  /** The names of held nodes begin here, for each of the passes. */
  private static final long[] NAMES = {1L << 61, 1L << 62};

  private final NodeWriter writer;
  private final EmittedNode node;
  private final LongUnaryOperator made = this::made;
  private final Strip[] strips = {new Strip(), new Strip()};
  private int side;

  SideBySide(NodeWriter writer) {
    this.writer = writer;
    this.node = writer.node();
  }

  /** The held nodes of one pass. */
  private static final class Strip {
    private HeldNode[] nodes = new HeldNode[0];
    private long[] ids = new long[0];
    private int size;
    private int turns;
    private int placed;
    private int turnsTaken;

    void clear() {
      size = 0;
      turns = 0;
      placed = 0;
      turnsTaken = 0;
    }

    HeldNode add() {
      if (size == nodes.length) {
        int more = Math.max(16, 2 * size);
        nodes = Arrays.copyOf(nodes, more);
        ids = Arrays.copyOf(ids, more);
        for (int i = size; i < more; i++) {
          nodes[i] = new HeldNode();
        }
      }
      return nodes[size++];
    }

    /** A turn ends behind communication, before the next kernel. */
    boolean turnEndsBefore(int index) {
      return index == size || (nodes[index].isKernel() && !nodes[index - 1].isKernel());
    }

    void countTurns() {
      for (int i = 1; i <= size; i++) {
        turns += turnEndsBefore(i) ? 1 : 0;
      }
    }

    boolean isDone() {
      return placed == size;
    }
  }

  /** The nodes to come are held, of one pass until {@link #turn}, and then of another. */
  public void begin() {
    strips[0].clear();
    strips[1].clear();
    side = 0;
    writer.hold(this);
  }

  /** The nodes to come are of the second pass. */
  public void turn() {
    side = 1;
  }

  /** Makes the nodes of both passes. */
  public void end() {
    writer.hold(null);
    strips[0].countTurns();
    strips[1].countTurns();
    while (!strips[0].isDone() || !strips[1].isDone()) {
      takeTurn(strips[isBehind() ? 1 : 0]);
    }
    writer.bundles().replace(made);
    node.step = -1;
    node.piece = -1;
  }

  private void takeTurn(Strip strip) {
    strip.turnsTaken++;
    do {
      HeldNode next = strip.nodes[strip.placed];
      strip.ids[strip.placed++] = next.make(writer, made);
      if (next.leavesGap()) {
        writer.leaveGap(next.operation());
      }
    } while (!strip.turnEndsBefore(strip.placed));
  }

  /** Whether it is the turn of the second pass: the turns of both are spread evenly. */
  private boolean isBehind() {
    if (strips[0].isDone() || strips[1].isDone()) {
      return strips[0].isDone();
    }
    return (2L * strips[1].turnsTaken + 1) * strips[0].turns
        < (2L * strips[0].turnsTaken + 1) * strips[1].turns;
  }

  /** The number of a node by the name that it had; all other numbers, and bundles, stay. */
  public long made(long name) {
    for (int i = NAMES.length - 1; i >= 0; i--) {
      if (name >= NAMES[i]) {
        return strips[i].ids[(int) (name - NAMES[i])];
      }
    }
    return name;
  }

  /** Holds a kernel; returns its name. */
  long compute(Kernel kernel) {
    hold(HeldNode.Sort.KERNEL, kernel.name(), null).kernel(kernel);
    return name();
  }

  /** Holds a kernel that lasts so many ns; returns its name. */
  long timed(String operation, long nanos) {
    hold(HeldNode.Sort.TIMED, operation, null).nanos(nanos);
    return name();
  }

  /** Holds a collective; returns its name. */
  long collective(String operation, Collective collective, Group group, long bytes) {
    hold(HeldNode.Sort.COLLECTIVE, operation, group).collective(collective, bytes);
    return name();
  }

  /** Holds a message; returns its name. */
  long send(String operation, int peer, int tag, long bytes) {
    hold(HeldNode.Sort.SEND, operation, node.group).message(peer, tag, bytes, NodeIdList.NONE);
    return name();
  }

  /** Holds a receive; returns its name. */
  long receive(String operation, int peer, int tag, long bytes, long after) {
    hold(HeldNode.Sort.RECEIVE, operation, node.group).message(peer, tag, bytes, after);
    return name();
  }

  /** Others may take their places behind the node that was held last, if there is one. */
  void leaveGap() {
    if (strips[side].size > 0) {
      strips[side].nodes[strips[side].size - 1].leaveGap();
    }
  }

  private HeldNode hold(HeldNode.Sort sort, String operation, @Nullable Group group) {
    HeldNode next = strips[side].add();
    next.take(node, sort, operation, group);
    return next;
  }

  private long name() {
    return NAMES[side] + strips[side].size - 1;
  }
}
