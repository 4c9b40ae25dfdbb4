package io.heddle.runtime.trace;

import io.heddle.plan.mesh.Group;
import org.jspecify.annotations.Nullable;

/** Another's node with a scale of its own; one object for all nodes of a rank. */
final class ScaledNode extends NodeHeader {
  private @Nullable NodeHeader node;
  private long scale;

  /** Stands for a node from now on. */
  NodeHeader of(NodeHeader unscaled, long millionths) {
    node = unscaled;
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
  public int stage() {
    return node().stage();
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
  public @Nullable Group group() {
    return node().group();
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
