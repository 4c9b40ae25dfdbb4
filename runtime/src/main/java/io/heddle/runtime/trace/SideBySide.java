package io.heddle.runtime.trace;

import io.heddle.plan.mesh.Collective;
import io.heddle.plan.mesh.Group;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Two passes of a rank that run side by side. Their nodes are held until both are complete; then
 * they take turns: the kernels of one up to its next exchanges, with these, then those of the
 * other. So while an exchange of one is on the communication lane, kernels of the other hold the
 * compute lane. A pass that has more exchanges takes more turns, and both end together.
 *
 * <p>While they are held, nodes have names in place of numbers, which no node has.
 */
final class SideBySide {
  /** The names of held nodes begin here, for each of the passes. */
  private static final long[] NAMES = {1L << 61, 1L << 62};

  private final RankEmitter rank;
  private final NodeHeader node;
  private final Bundles bundles;
  private final Strip[] strips = {new Strip(), new Strip()};
  private int side;
  private boolean isHolding;

  /**
   * @param node of the rank
   * @param bundles of the rank
   */
  SideBySide(RankEmitter rank, NodeHeader node, Bundles bundles) {
    this.rank = rank;
    this.node = node;
    this.bundles = bundles;
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
  void begin() {
    strips[0].clear();
    strips[1].clear();
    side = 0;
    isHolding = true;
  }

  /** The nodes to come are of the second pass. */
  void turn() {
    side = 1;
  }

  /** Makes the nodes of both passes. */
  void end() {
    isHolding = false;
    strips[0].countTurns();
    strips[1].countTurns();
    while (!strips[0].isDone() || !strips[1].isDone()) {
      takeTurn(strips[isBehind() ? 1 : 0]);
    }
    bundles.replace(this::made);
    node.step = -1;
    node.piece = -1;
  }

  private void takeTurn(Strip strip) {
    strip.turnsTaken++;
    do {
      HeldNode next = strip.nodes[strip.placed];
      strip.ids[strip.placed++] = next.make(rank, node, this);
      if (next.leavesGap()) {
        rank.dataParallel().gap();
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
  long made(long name) {
    for (int i = NAMES.length - 1; i >= 0; i--) {
      if (name >= NAMES[i]) {
        return strips[i].ids[(int) (name - NAMES[i])];
      }
    }
    return name;
  }

  boolean isHolding() {
    return isHolding;
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
  long collective(
      String operation, Collective collective, Group group, long bytes, boolean leavesGap) {
    hold(HeldNode.Sort.COLLECTIVE, operation, group).collective(collective, bytes);
    if (leavesGap) {
      leaveGap();
    }
    return name();
  }

  /** Holds a message; returns its name. */
  long send(String operation, int peer, int tag, long bytes) {
    hold(HeldNode.Sort.SEND, operation, node.group).message(peer, tag, bytes, RankEmitter.NONE);
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
