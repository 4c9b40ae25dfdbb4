package io.heddle.runtime.emit;

import io.heddle.plan.mesh.Group;
import io.heddle.runtime.straggler.Millionths;
import io.heddle.runtime.trace.Direction;
import io.heddle.runtime.trace.NodeHeader;
import io.heddle.runtime.trace.NodeIds;
import org.jspecify.annotations.Nullable;

/** The node that a rank is about to make: one object for all of its nodes, filled anew for each. */
final class EmittedNode extends NodeHeader {
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
  @Nullable TimedExchange timed;
  String operation = "";
  @Nullable Group group;
  final NodeIdList dataDependencies = new NodeIdList();
  final NodeIdList controlDependencies = new NodeIdList();

  // Where the program stood when nodes aside of it began.
  private Direction directionHere = Direction.FORWARD;
  private int microBatchHere;
  private int layerHere;
  private int pieceHere;

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

  @Override
  public long id() {
    return id;
  }

  @Override
  public Direction direction() {
    return direction;
  }

  @Override
  public int stage() {
    return stage;
  }

  @Override
  public int microBatch() {
    return microBatch;
  }

  @Override
  public int layer() {
    return layer;
  }

  @Override
  public int step() {
    return step;
  }

  @Override
  public int piece() {
    return piece;
  }

  @Override
  public boolean isAside() {
    return aside;
  }

  @Override
  public long scale() {
    return scale;
  }

  @Override
  public long carried(long bytes) {
    return carried == 0 ? bytes : carried;
  }

  @Override
  public @Nullable Group group() {
    return group;
  }

  @Override
  public boolean isExchanged() {
    return exchanges && group != null;
  }

  @Override
  public String operation() {
    return operation;
  }

  @Override
  public NodeIds dataDependencies() {
    return dataDependencies;
  }

  @Override
  public NodeIds controlDependencies() {
    return controlDependencies;
  }
}
