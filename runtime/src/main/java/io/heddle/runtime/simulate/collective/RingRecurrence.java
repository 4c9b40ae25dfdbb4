package io.heddle.runtime.simulate.collective;

import io.heddle.plan.mesh.Collective;
import io.heddle.runtime.cost.CollectiveBytes;
import io.heddle.runtime.cost.CollectivePlan;
import io.heddle.runtime.cost.Implementation;
import io.heddle.runtime.cost.LogicalRing;
import io.heddle.runtime.cost.Machine;
import io.heddle.runtime.cost.RingCost;
import io.heddle.runtime.simulate.kernel.Actions;
import io.heddle.runtime.simulate.kernel.EventQueue;

/**
 * Works out a whole collective at once, in a network without congestion: a ring as {@link RingCost}
 * says, or several phases of rings, each rank's next phase from the tick on at which its last one
 * ends. Every member needs a message that every other one had a part in, so that none is done
 * before the last has issued: that is when all this is computed. These are the ticks of the events
 * it stands for (§9.1 and §9.2 of the specification); only the order of events within a tick is not
 * kept.
 */
final class RingRecurrence {
  private static final long LATEST = 1L << 61;

  private final EventQueue events;
  private final RingCost cost;
  private long[] times = {};
  private long sent;
  private long sentBytes;

  RingRecurrence(EventQueue events, Machine machine) {
    this.events = events;
    this.cost = new RingCost(machine);
  }

  /** Messages that it stood for. */
  long sent() {
    return sent;
  }

  /** Bytes of these messages. */
  long sentBytes() {
    return sentBytes;
  }

  /** Whether a plan's collectives can be worked out at once: rings that together take in all. */
  static boolean fits(CollectivePlan plan, Communicator group) {
    long members = 1;
    for (int i = 0; i < plan.live(); i++) {
      int dimension = plan.live(i);
      if (plan.implementation(dimension).algorithm() != Implementation.Algorithm.RING) {
        return false;
      }
      members *= plan.ring(dimension).size();
    }
    return members == group.members().size();
  }

  /** Refuses a collective of which a phase would send messages without a byte. */
  static void check(CollectivePlan plan, long bytes) {
    long data = bytes;
    for (int phase = 0; phase < plan.phases(); phase++) {
      int dimension = plan.dimension(phase);
      int n = plan.ring(dimension).size();
      CollectiveBytes.checkMessage(plan.operation(phase), data, dimension, n);
      data = CollectiveBytes.result(plan.operation(phase), data, n);
    }
  }

  /**
   * Whether ticks follow from ticks alone in a collective of one chunk: a direct all-reduce looks
   * at what has come so far whenever its endpoint is done with something.
   */
  static boolean ordered(CollectivePlan plan, Collective collective) {
    for (int i = 0; i < plan.live(); i++) {
      boolean direct =
          plan.implementation(plan.live(i)).algorithm() == Implementation.Algorithm.DIRECT;
      if (direct && collective.goesThereAndBack()) {
        return true;
      }
    }
    return false;
  }

  /** All members have issued: schedules the end of each. */
  void complete(CollectivePlan plan, long bytes, Communicator group) {
    RingMembers members = group.gathering();
    LogicalRing all = group.ring(plan);
    long now = events.now();
    // Event by event, overflow has a message.
    if (now < 0) {
      throw new OrderMatters();
    }
    long data = bytes;
    for (int phase = 0; phase < plan.phases(); phase++) {
      data = run(plan, phase, data, group);
    }
    for (int i = 0; i < all.period(); i++) {
      int rank = all.representative(i);
      long action = Actions.of(Actions.NODE_DONE, rank, members.slot(i));
      events.onRankAfter(rank, members.ready(i) - now, action);
    }
  }

  /** Runs a phase, in which each member is ready when the one before it has ended. */
  private long run(CollectivePlan plan, int phase, long data, Communicator group) {
    Collective operation = plan.operation(phase);
    int n = plan.ring(plan.dimension(phase)).size();
    long message = CollectiveBytes.message(operation, data, n);
    if (n == 1) {
      group.gathering().delay(plan.endpointDelay());
    } else {
      PhaseRings rings = group.rings(plan, phase);
      for (int i = 0; i < rings.rings().size(); i++) {
        run(plan, operation, message, rings.rings().get(i), rings.places().get(i), group);
      }
    }
    int messages = RingCost.messages(operation, n);
    long senders = group.groups() * group.members().size();
    sent += senders * messages;
    sentBytes += senders * messages * message;
    return CollectiveBytes.result(operation, data, n);
  }

  private void run(
      CollectivePlan plan,
      Collective operation,
      long message,
      LogicalRing ring,
      int[] places,
      Communicator group) {
    RingMembers members = group.gathering();
    if (times.length < places.length) {
      times = new long[places.length];
    }
    boolean early = true;
    for (int i = 0; i < places.length; i++) {
      times[i] = members.ready(places[i]);
      early &= times[i] < LATEST;
    }
    if (!early || !cost.run(ring, operation, message, plan.endpointDelay(), times)) {
      throw new OrderMatters();
    }
    for (int i = 0; i < places.length; i++) {
      members.ready(places[i], times[i]);
    }
  }
}
