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
 * Works out a whole ring collective at once, in a network without congestion, as {@link RingCost}
 * says. Every member needs a message that every other one had a part in, so that none is done
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

  /** Whether a plan's collectives can be worked out at once. */
  static boolean fits(CollectivePlan plan, Communicator group) {
    if (plan.live() != 1) {
      return false;
    }
    int dimension = plan.live(0);
    return plan.implementation(dimension).algorithm() == Implementation.Algorithm.RING
        && plan.ring(dimension).size() == group.members().size();
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
  void complete(CollectivePlan plan, Collective collective, long bytes, Communicator group) {
    LogicalRing ring = group.ring(plan);
    RingMembers members = group.gathering();
    int n = ring.size();
    int period = ring.period();
    if (times.length < period) {
      times = new long[period];
    }
    for (int i = 0; i < period; i++) {
      times[i] = members.issued(i);
    }
    long now = events.now();
    long message = CollectiveBytes.message(collective, bytes, n);
    boolean early = now >= 0 && now < LATEST;
    // Event by event, overflow has a message.
    if (!early || !cost.run(ring, collective, message, plan.endpointDelay(), times)) {
      throw new OrderMatters();
    }
    int messages = RingCost.messages(collective, n);
    sent += group.groups() * n * messages;
    sentBytes += group.groups() * n * messages * message;
    for (int i = 0; i < period; i++) {
      int rank = ring.representative(i);
      long action = Actions.of(Actions.NODE_DONE, rank, members.slot(i));
      events.onRankAfter(rank, times[i] - now, action);
    }
  }
}
