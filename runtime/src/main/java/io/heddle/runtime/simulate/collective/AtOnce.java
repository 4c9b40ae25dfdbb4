package io.heddle.runtime.simulate.collective;

import io.heddle.plan.mesh.Collective;
import io.heddle.runtime.cost.Chunks;
import io.heddle.runtime.cost.CollectiveBytes;
import io.heddle.runtime.cost.CollectivePlan;
import io.heddle.runtime.cost.DirectCost;
import io.heddle.runtime.cost.Implementation;
import io.heddle.runtime.cost.LogicalRing;
import io.heddle.runtime.cost.Machine;
import io.heddle.runtime.cost.RingCost;
import io.heddle.runtime.simulate.kernel.Actions;
import io.heddle.runtime.simulate.kernel.EventQueue;

/**
 * Works out a whole collective at once, in a network without congestion: a ring as {@link RingCost}
 * says, a direct exchange as {@link DirectCost} does, or several phases of them, each rank's next
 * phase from the tick on at which its last one ends. Every member needs a message that every other
 * one had a part in, so that none is done before the last has issued: that is when all this is
 * computed. These are the ticks of the events it stands for (§9.1 and §9.2 of the specification);
 * only the order of events within a tick is not kept.
 */
final class AtOnce {
  private static final long LATEST = 1L << 61;

  private final EventQueue events;
  private final RingCost ring;
  private final DirectCost direct;
  private long[] times = {};
  private long sent;
  private long sentBytes;

  AtOnce(EventQueue events, Machine machine) {
    this.events = events;
    this.ring = new RingCost(machine);
    this.direct = new DirectCost(machine);
  }

  /** Messages that it stood for. */
  long sent() {
    return sent;
  }

  /** Bytes of these messages. */
  long sentBytes() {
    return sentBytes;
  }

  /**
   * Whether a plan's collectives can be worked out at once: rings and direct exchanges that
   * together take in all members. Several chunks may queue for one phase only.
   */
  static boolean fits(CollectivePlan plan, Communicator group, Chunks chunks) {
    if (chunks.count() > 1 && plan.phases() > 1) {
      return false;
    }
    long members = 1;
    for (int i = 0; i < plan.live(); i++) {
      int dimension = plan.live(i);
      int n = plan.ring(dimension).size();
      if (!fits(plan.implementation(dimension), n)) {
        return false;
      }
      members *= n;
    }
    return members == group.members().size();
  }

  private static boolean fits(Implementation implementation, int members) {
    return switch (implementation.algorithm()) {
      case RING -> true;
      case DIRECT -> DirectCost.sendsAllTogether(implementation, members);
      case HALVING_DOUBLING, DOUBLE_BINARY_TREE -> false;
    };
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
   * Whether the order within a tick may matter in a collective that runs event by event: chunks
   * queue, and a direct all-reduce looks at what has come so far whenever its endpoint is done with
   * something.
   */
  static boolean ordered(CollectivePlan plan, Collective collective, Chunks chunks) {
    if (chunks.count() > 1) {
      return true;
    }
    for (int i = 0; i < plan.live(); i++) {
      if (isDirect(plan, plan.live(i)) && collective.goesThereAndBack()) {
        return true;
      }
    }
    return false;
  }

  /**
   * All members have issued: schedules the end of each. Chunks that run together are alike, and so
   * end together on a member; the next ones begin there at that tick.
   *
   * @param mostRunning chunks that run together
   */
  void complete(CollectivePlan plan, Chunks chunks, int mostRunning, Communicator group) {
    RingMembers members = group.gathering();
    LogicalRing all = group.ring(plan);
    long now = events.now();
    // Event by event, overflow has a message.
    if (now < 0) {
      throw new OrderMatters();
    }
    for (int left = chunks.count(); left > 0; left -= mostRunning) {
      int together = Math.min(left, mostRunning);
      long data = chunks.bytes();
      for (int phase = 0; phase < plan.phases(); phase++) {
        data = run(plan, phase, data, group, together);
      }
    }
    for (int i = 0; i < all.period(); i++) {
      int rank = all.representative(i);
      long action = Actions.of(Actions.NODE_DONE, rank, members.slot(i));
      events.onRankAfter(rank, members.ready(i) - now, action);
    }
  }

  /** Runs a phase, in which each member is ready when the one before it has ended. */
  private long run(CollectivePlan plan, int phase, long data, Communicator group, int chunks) {
    Collective operation = plan.operation(phase);
    int dimension = plan.dimension(phase);
    int n = plan.ring(dimension).size();
    long message = CollectiveBytes.message(operation, data, n);
    boolean isDirect = isDirect(plan, dimension);
    if (n == 1) {
      group.gathering().delay(plan.endpointDelay());
    } else {
      PhaseRings rings = group.rings(plan, phase);
      for (int i = 0; i < rings.rings().size(); i++) {
        LogicalRing of = rings.rings().get(i);
        int[] places = rings.places().get(i);
        read(group.gathering(), places);
        boolean done =
            isDirect
                ? direct.run(of, operation, message, plan.endpointDelay(), plan.subset(), times)
                : ring.run(of, operation, message, plan.endpointDelay(), times);
        if (!done) {
          throw new OrderMatters();
        }
        for (int place = 0; place < places.length; place++) {
          group.gathering().ready(places[place], times[place]);
        }
      }
    }
    int messages = isDirect ? DirectCost.messages(operation, n) : RingCost.messages(operation, n);
    long senders = group.groups() * group.members().size() * chunks;
    sent += senders * messages;
    sentBytes += senders * messages * message;
    return CollectiveBytes.result(operation, data, n);
  }

  static boolean isDirect(CollectivePlan plan, int dimension) {
    return plan.implementation(dimension).algorithm() == Implementation.Algorithm.DIRECT;
  }

  /** Takes the ticks at which the members at some places are ready. */
  private void read(RingMembers members, int[] places) {
    if (times.length < places.length) {
      times = new long[places.length];
    }
    for (int i = 0; i < places.length; i++) {
      times[i] = members.ready(places[i]);
      if (times[i] >= LATEST) {
        throw new OrderMatters();
      }
    }
  }
}
