package io.heddle.runtime.trace;

import io.heddle.plan.mesh.Collective;
import io.heddle.plan.mesh.Group;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A node that has not got its number yet; the object is used again and again. */
final class HeldNode {
  /** What the node is to a sink. */
  enum Sort {
    KERNEL,
    TIMED,
    COLLECTIVE,
    SEND,
    RECEIVE
  }

  private Sort sort = Sort.KERNEL;
  private String operation = "";
  private Direction direction = Direction.FORWARD;
  private int microBatch;
  private int layer;
  private int step;
  private int piece;
  private @Nullable Group group;
  private @Nullable Kernel kernel;
  private @Nullable Collective collective;
  private int peer;
  private int tag;
  private long size;
  private long after;
  private boolean leavesGap;
  private boolean exchanges;
  private final NodeIds dataDependencies = new NodeIds();

  /** Takes over where a node stands and what it uses. */
  void take(NodeHeader node, Sort newSort, String newOperation, @Nullable Group newGroup) {
    sort = newSort;
    operation = newOperation;
    direction = node.direction;
    microBatch = node.microBatch;
    layer = node.layer;
    step = node.step;
    piece = node.piece;
    group = newGroup;
    leavesGap = false;
    exchanges = node.exchanges;
    dataDependencies.take(node.dataDependencies);
  }

  void kernel(Kernel newKernel) {
    kernel = newKernel;
  }

  /**
   * A kernel's time.
   *
   * @param nanos it lasts
   */
  void nanos(long nanos) {
    size = nanos;
  }

  void collective(Collective newCollective, long bytes) {
    collective = newCollective;
    size = bytes;
  }

  /**
   * What a message is.
   *
   * @param newAfter what a receive is posted behind; {@link RankEmitter#NONE} of a send
   */
  void message(int newPeer, int newTag, long bytes, long newAfter) {
    peer = newPeer;
    tag = newTag;
    size = bytes;
    after = newAfter;
  }

  /** Others may take their places behind it. */
  void leaveGap() {
    leavesGap = true;
  }

  boolean leavesGap() {
    return leavesGap;
  }

  boolean isKernel() {
    return sort == Sort.KERNEL || sort == Sort.TIMED;
  }

  /** Makes the node; {@code ids} turns names of held nodes into their numbers. Returns its own. */
  long make(RankEmitter rank, NodeHeader node, SideBySide ids) {
    node.at(direction, microBatch, layer);
    node.step = step;
    node.piece = piece;
    for (int i = 0; i < dataDependencies.size(); i++) {
      node.dataDependencies.add(ids.made(dataDependencies.get(i)));
    }
    node.exchanges = exchanges;
    node.group = sort == Sort.SEND || sort == Sort.RECEIVE ? group : null;
    long id =
        switch (sort) {
          case KERNEL -> rank.compute(Objects.requireNonNull(kernel));
          case TIMED -> rank.timed(operation, size);
          case COLLECTIVE ->
              rank.collective(
                  operation,
                  Objects.requireNonNull(collective),
                  Objects.requireNonNull(group),
                  size);
          case SEND -> rank.send(operation, peer, tag, size);
          case RECEIVE -> rank.receive(operation, peer, tag, size, ids.made(after));
        };
    node.group = null;
    node.exchanges = false;
    return id;
  }
}
