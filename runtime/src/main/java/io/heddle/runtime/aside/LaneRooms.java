package io.heddle.runtime.aside;

import io.heddle.plan.mesh.Collective;
import io.heddle.plan.mesh.Group;
import io.heddle.runtime.cost.Costs;
import io.heddle.runtime.trace.Direction;
import io.heddle.runtime.trace.NodeHeader;
import io.heddle.runtime.trace.NodeSink;
import io.heddle.runtime.trace.TwoLanes;
import java.util.HashMap;
import java.util.Map;

/**
 * For how long the communication lane stays free behind each collective of the model: until the
 * kernels are done for which the next one waits. Nobody waits for other ranks.
 */
final class LaneRooms implements TwoLanes.Listener {
  private final TwoLanes lanes;
  private final Map<Place, Long> rooms = new HashMap<>();
  private Place last = new Place(Direction.FORWARD, "");
  private long lastDone;

  /** Behind which collective of a pass. */
  record Place(Direction direction, String operation) {}

  LaneRooms(int rank, Costs costs) {
    this.lanes = new TwoLanes(rank, costs, TwoLanes.Members.AT_HAND, this);
  }

  /** Takes the nodes of a pass. */
  NodeSink sink() {
    return lanes;
  }

  /** The rooms of the passes so far, in ns; the last lasts until the last kernel is done. */
  Map<Place, Long> rooms() {
    room(lanes.computeEnd());
    return rooms;
  }

  private void room(long until) {
    if (!last.operation().isEmpty()) {
      rooms.put(last, Math.max(0, until - lastDone));
    }
  }

  private void held(NodeHeader node, long begin, long end) {
    room(begin);
    last = new Place(node.direction(), node.operation());
    lastDone = end;
  }

  @Override
  public void computed(NodeHeader node, long begin, long end) {}

  @Override
  public void collective(
      NodeHeader node, Collective collective, Group group, long bytes, long begin, long end) {
    held(node, begin, end);
  }

  @Override
  public void sent(NodeHeader node, long bytes, long begin, long end) {
    held(node, begin, end);
  }
}
