package io.heddle.runtime.trace;

import io.heddle.plan.marker.Api;
import io.heddle.plan.mesh.Group;
import io.heddle.runtime.straggler.Millionths;
import org.jspecify.annotations.Nullable;

/**
 * What every node has, whatever its type. The emitter re-uses one object for all nodes of a rank: a
 * sink reads it during the call and keeps nothing of it.
 */
@Api
public final class NodeHeader {
  long id;
  Direction direction = Direction.FORWARD;
  int stage;
  int microBatch;
  int layer;
  int step = -1;
  int piece = -1;
  boolean aside;
  long scale = Millionths.ONE;
  long carried;
  boolean exchanges;
  String operation = "";
  @Nullable Group group;
  final NodeIds dataDependencies = new NodeIds();
  final NodeIds controlDependencies = new NodeIds();

  // Where the program stood when nodes aside of it began.
  private Direction directionHere = Direction.FORWARD;
  private int microBatchHere;
  private int layerHere;
  private int pieceHere;

  NodeHeader() {}

  /** Says where the nodes to come stand. */
  void at(Direction newDirection, int newMicroBatch, int newLayer) {
    direction = newDirection;
    microBatch = newMicroBatch;
    layer = newLayer;
  }

  /** The nodes to come belong elsewhere than those around them, until {@link #endAside}. */
  void beginAside(Direction newDirection, int newMicroBatch, int newLayer) {
    aside = true;
    directionHere = direction;
    microBatchHere = microBatch;
    layerHere = layer;
    pieceHere = piece;
    at(newDirection, newMicroBatch, newLayer);
    piece = -1;
  }

  void endAside() {
    aside = false;
    at(directionHere, microBatchHere, layerHere);
    piece = pieceHere;
  }

  /** Unique in its rank, from 1, rising in schedule order. */
  public long id() {
    return id;
  }

  public Direction direction() {
    return direction;
  }

  /** The rank's pipeline stage, from 0. */
  public int stage() {
    return stage;
  }

  /** From 0; -1 where the node belongs to the whole step. */
  public int microBatch() {
    return microBatch;
  }

  /** Number of the layer in the whole model, from 0; -1 where the node is in none. */
  public int layer() {
    return layer;
  }

  /** Number of the step of a ring, from 0; -1 where the node is in none. */
  public int step() {
    return step;
  }

  /** Number of the piece of a kernel or collective, from 0; -1 where it is whole. */
  public int piece() {
    return piece;
  }

  /**
   * Whether it stands aside of the pass: weights that are gathered ahead, or gradients that are
   * reduced beside it.
   */
  public boolean isAside() {
    return aside;
  }

  /**
   * Whether a kernel lasts longer or shorter than its work says: a straggler's does, and each on a
   * device that has figures of such kernels.
   */
  public boolean isScaled() {
    return scale != Millionths.ONE;
  }

  /**
   * How many operations or bytes a kernel counts as when it is asked how long it lasts: those that
   * it has, unless it {@linkplain #isScaled is scaled}.
   */
  public long scaled(long size) {
    return scale == Millionths.ONE ? size : Millionths.product(size, scale);
  }

  /**
   * Bytes that a collective or a message counts as when it is asked how long it lasts: those that
   * it has, unless the network has figures of it.
   */
  public long carried(long bytes) {
    return carried == 0 ? bytes : carried;
  }

  /** Of a message: the group of both ranks within which it travels; null between stages. */
  public @Nullable Group group() {
    return group;
  }

  /** Whether it is one of the messages that all members of its group exchange with all. */
  public boolean isExchanged() {
    return exchanges && group != null;
  }

  /**
   * Block and operation, such as {@code attention.gather.a}; ASCII letters, digits, dots, {@code
   * _}.
   */
  public String operation() {
    return operation;
  }

  /** Nodes whose result this one uses; all have smaller ids. */
  public NodeIds dataDependencies() {
    return dataDependencies;
  }

  /**
   * Nodes that come first in the order of a lane; all have smaller ids, none is a data dependency.
   */
  public NodeIds controlDependencies() {
    return controlDependencies;
  }

  /**
   * Appends {@code <direction>.mb<m>.layer<l>.<block>.<operation>.step<k>.piece<i>} without the
   * parts it has not.
   */
  public void appendName(StringBuilder to) {
    NodeName.appendTo(to, direction, microBatch, layer, operation, step, piece);
  }
}
