package io.heddle.runtime.pool;

import io.heddle.plan.mesh.Group;
import io.heddle.runtime.trace.Direction;
import io.heddle.runtime.trace.NodeHeader;
import io.heddle.runtime.trace.NodeIds;
import org.jspecify.annotations.Nullable;

/** A node of an instance among those of all; one object for all nodes of a rank. */
final class PoolNode extends NodeHeader {
  private final int firstStage;
  private @Nullable NodeHeader node;
  private @Nullable Group group;
  private long scale;

  /**
   * @param firstStage number of the first stage of the instance's pool
   */
  PoolNode(int firstStage) {
    this.firstStage = firstStage;
  }

  /**
   * Stands for a node from now on.
   *
   * @param ofInstance the node that the plan has
   * @param groupAmongAll of the node
   * @param millionths on the device of all ranks
   */
  NodeHeader of(NodeHeader ofInstance, @Nullable Group groupAmongAll, long millionths) {
    node = ofInstance;
    group = groupAmongAll;
    scale = millionths;
    return this;
  }

  private NodeHeader node() {
    if (node == null) {
      throw new IllegalStateException("it stands for no node");
    }
    return node;
  }

  @Override
  public int stage() {
    return firstStage + node().stage();
  }

  @Override
  public @Nullable Group group() {
    return group;
  }

  @Override
  public long scale() {
    return scale;
  }

  @Override
  public long id() {
    return node().id();
  }

  @Override
  public Direction direction() {
    return node().direction();
  }

  @Override
  public int microBatch() {
    return node().microBatch();
  }

  @Override
  public int layer() {
    return node().layer();
  }

  @Override
  public int step() {
    return node().step();
  }

  @Override
  public int piece() {
    return node().piece();
  }

  @Override
  public boolean isAside() {
    return node().isAside();
  }

  @Override
  public long carried(long bytes) {
    return node().carried(bytes);
  }

  @Override
  public boolean isExchanged() {
    return node().isExchanged();
  }

  @Override
  public String operation() {
    return node().operation();
  }

  @Override
  public NodeIds dataDependencies() {
    return node().dataDependencies();
  }

  @Override
  public NodeIds controlDependencies() {
    return node().controlDependencies();
  }
}
