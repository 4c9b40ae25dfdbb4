package io.heddle.runtime.pool;

import io.heddle.plan.mesh.Collective;
import io.heddle.plan.mesh.Group;
import io.heddle.plan.mesh.Groups;
import io.heddle.runtime.straggler.Millionths;
import io.heddle.runtime.trace.Kernel;
import io.heddle.runtime.trace.NodeHeader;
import io.heddle.runtime.trace.NodeSink;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Hands on the nodes of a rank of an instance as those of a rank among all. */
final class PoolSink implements NodeSink {
  private final NodeSink sink;
  private final Place place;
  private final DeviceRatio ratio;
  private final PoolNode moved;

  /**
   * Where an instance stands.
   *
   * @param groups of all ranks
   * @param firstRank number of the instance's first rank
   * @param firstGroup what ids of its groups are larger by
   * @param firstStage number of the first stage of its pool
   */
  record Place(Groups groups, int firstRank, int firstGroup, int firstStage) {}

  /**
   * @param ratio of the instance's device to that of all ranks
   */
  PoolSink(NodeSink sink, Place place, DeviceRatio ratio) {
    this.sink = sink;
    this.place = place;
    this.ratio = ratio;
    this.moved = new PoolNode(place.firstStage());
  }

  @Override
  public void compute(NodeHeader node, Kernel kernel) {
    sink.compute(moved(node, ratio.scale(node.scale(), kernel)), kernel);
  }

  @Override
  public void collective(NodeHeader node, Collective collective, Group group, long bytes) {
    sink.collective(
        moved(node, Millionths.ONE), collective, Objects.requireNonNull(moved(group)), bytes);
  }

  @Override
  public void send(NodeHeader node, int peer, int tag, long bytes) {
    sink.send(moved(node, Millionths.ONE), place.firstRank() + peer, tag, bytes);
  }

  @Override
  public void receive(NodeHeader node, int peer, int tag, long bytes) {
    sink.receive(moved(node, Millionths.ONE), place.firstRank() + peer, tag, bytes);
  }

  private NodeHeader moved(NodeHeader node, long scale) {
    return moved.of(node, moved(node.group()), scale);
  }

  private @Nullable Group moved(@Nullable Group group) {
    return group == null ? null : place.groups().withId(place.firstGroup() + group.id());
  }
}
