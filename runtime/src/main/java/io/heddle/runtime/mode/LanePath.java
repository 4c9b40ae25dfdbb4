package io.heddle.runtime.mode;

import io.heddle.plan.mesh.Collective;
import io.heddle.plan.mesh.Group;
import io.heddle.runtime.communication.Communication;
import io.heddle.runtime.cost.Costs;
import io.heddle.runtime.trace.NodeHeader;
import io.heddle.runtime.trace.NodeSink;
import io.heddle.runtime.trace.TwoLanes;

/**
 * The longest path through the nodes of one rank on its two lanes, and when these were busy, if
 * that is to be known.
 */
final class LanePath implements TwoLanes.Listener {
  private final TwoLanes lanes;
  private final boolean recording;
  private final Busy compute = new Busy();
  private final Busy communication = new Busy();

  LanePath(int rank, Costs costs) {
    this(rank, costs, true);
  }

  /**
   * @param recording whether it is to be known when the lanes were busy
   */
  LanePath(int rank, Costs costs, boolean recording) {
    this.recording = recording;
    this.lanes = new TwoLanes(rank, costs, TwoLanes.Members.TOGETHER, this);
  }

  /** Takes the nodes. */
  NodeSink sink() {
    return lanes;
  }

  /** When the last node is done, ns; messages between stages are no concern of their sender. */
  long end() {
    return lanes.end();
  }

  /** When the last kernel is done, ns. */
  long computeEnd() {
    return lanes.computeEnd();
  }

  /** Sum of all kernels, ns. */
  long computing() {
    return compute.sum();
  }

  /** Sends and collectives so far. */
  int communications() {
    return communication.size();
  }

  /** When the last send or collective is done, ns. */
  long communicationEnd() {
    return lanes.communicationEnd();
  }

  /** Adds the time of sends and collectives: those from one number to before another. */
  void addBusy(CommunicationSums sums, int from, int to) {
    communication.addBusy(sums, from, to);
  }

  /** Adds what of collectives and messages within groups lies in a time, and beside no kernel. */
  void addExposed(CommunicationSums sums, long begin, long end) {
    communication.addExposed(
        sums, begin, end, compute, what -> !what.equals(Communication.BETWEEN_STAGES));
  }

  @Override
  public void computed(NodeHeader node, long begin, long end) {
    if (recording) {
      compute.add(begin, end, null);
    }
  }

  @Override
  public void collective(
      NodeHeader node, Collective collective, Group group, long bytes, long begin, long end) {
    if (recording) {
      communication.add(begin, end, Communication.of(collective, group.axes()));
    }
  }

  @Override
  public void sent(NodeHeader node, long bytes, long begin, long end) {
    if (recording) {
      Group group = node.group();
      communication.add(
          begin,
          end,
          group == null ? Communication.BETWEEN_STAGES : Communication.messages(group.axes()));
    }
  }
}
