package io.heddle.runtime.trace;

import io.heddle.plan.Device;
import io.heddle.plan.mesh.Group;
import java.util.HashMap;
import java.util.Map;

/**
 * Runs passes of one rank on two lanes, to find for how long the communication lane stays free
 * behind each collective of the model: until the kernels are done for which the next one waits.
 * Nobody waits for other ranks.
 */
final class LaneRooms implements NodeSink {
  private static final double NANOS = 1e9;

  private final HoldTime time;
  private final double operationsPerNano;
  private final double bytesPerNano;
  private final Map<Long, Long> done = new HashMap<>();
  private final Map<Place, Long> rooms = new HashMap<>();
  private Place last = new Place(Direction.FORWARD, "");
  private long lastDone;
  private long end;

  /** Behind which collective of a pass. */
  record Place(Direction direction, String operation) {}

  LaneRooms(HoldTime time, Device device) {
    this.time = time;
    this.operationsPerNano = device.sustainedFlops() / NANOS;
    this.bytesPerNano = device.sustainedBandwidth() / NANOS;
  }

  /** The rooms of the passes so far, in ns; the last lasts until the last kernel is done. */
  Map<Place, Long> rooms() {
    if (!last.operation().isEmpty()) {
      rooms.put(last, Math.max(0, end - lastDone));
    }
    return rooms;
  }

  private long start(NodeHeader node) {
    return Math.max(latest(node.dataDependencies()), latest(node.controlDependencies()));
  }

  private long latest(NodeIds ids) {
    long latest = 0;
    for (int i = 0; i < ids.size(); i++) {
      latest = Math.max(latest, done.getOrDefault(ids.get(i), 0L));
    }
    return latest;
  }

  @Override
  public void compute(NodeHeader node, Kernel kernel) {
    double nanos = Math.max(kernel.operations() / operationsPerNano, kernel.bytes() / bytesPerNano);
    end = Math.max(end, start(node) + (long) nanos);
    done.put(node.id(), start(node) + (long) nanos);
  }

  @Override
  public void collective(NodeHeader node, Collective collective, Group group, long bytes) {
    hold(node, time.ofCollective(collective, group, bytes));
  }

  @Override
  public void send(NodeHeader node, int peer, int tag, long bytes) {
    hold(node, time.ofMessage(peer, bytes));
  }

  private void hold(NodeHeader node, long nanos) {
    long start = start(node);
    if (!last.operation().isEmpty()) {
      rooms.put(last, Math.max(0, start - lastDone));
    }
    last = new Place(node.direction(), node.operation());
    lastDone = start + nanos;
    done.put(node.id(), lastDone);
  }

  @Override
  public void receive(NodeHeader node, int peer, int tag, long bytes) {
    done.put(node.id(), start(node) + time.ofMessage(peer, bytes));
  }
}
