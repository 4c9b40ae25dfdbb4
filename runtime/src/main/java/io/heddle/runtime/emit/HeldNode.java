package io.heddle.runtime.emit;

import io.heddle.plan.mesh.Collective;
import io.heddle.plan.mesh.Group;
import io.heddle.runtime.trace.Direction;
import io.heddle.runtime.trace.Kernel;
import java.util.Objects;
import java.util.function.LongUnaryOperator;
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
  private @Nullable TimedExchange timed;
  private final NodeIdList dataDependencies = new NodeIdList();

  /** Takes over where a node stands and what it uses. */
  void take(EmittedNode node, Sort newSort, String newOperation, @Nullable Group newGroup) {
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
    timed = node.timed;
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
   * @param newAfter what a receive is posted behind; {@link NodeIdList#NONE} of a send
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

  String operation() {
    return operation;
  }

  boolean isKernel() {
    return sort == Sort.KERNEL || sort == Sort.TIMED;
  }

  /** Makes the node; {@code ids} turns names of held nodes into their numbers. Returns its own. */
  long make(NodeWriter writer, LongUnaryOperator ids) {
    EmittedNode node = writer.node();
    node.at(direction, microBatch, layer);
    node.step = step;
    node.piece = piece;
    for (int i = 0; i < dataDependencies.size(); i++) {
      node.dataDependencies.add(ids.applyAsLong(dataDependencies.get(i)));
    }
    node.exchanges = exchanges;
    node.timed = timed;
    node.group = sort == Sort.SEND || sort == Sort.RECEIVE ? group : null;
    long id =
        switch (sort) {
          case KERNEL -> writer.compute(Objects.requireNonNull(kernel));
          case TIMED -> writer.timed(operation, size);
          case COLLECTIVE ->
              writer.collective(
                  operation,
                  Objects.requireNonNull(collective),
                  Objects.requireNonNull(group),
                  size);
          case SEND -> writer.send(operation, peer, tag, size);
          case RECEIVE -> writer.receive(operation, peer, tag, size, ids.applyAsLong(after));
        };
    node.group = null;
    node.exchanges = false;
    node.timed = null;
    return id;
  }
}
