package io.heddle.runtime.simulate.collective;

import io.heddle.plan.mesh.Collective;
import io.heddle.runtime.cost.Chunks;
import io.heddle.runtime.cost.CollectiveBytes;
import io.heddle.runtime.cost.CollectivePlan;
import io.heddle.runtime.cost.DirectCost;
import io.heddle.runtime.cost.HalvingDoublingCost;
import io.heddle.runtime.cost.Implementation;
import io.heddle.runtime.cost.LogicalRing;
import io.heddle.runtime.cost.Machine;
import io.heddle.runtime.cost.RingCost;
import io.heddle.runtime.simulate.kernel.Actions;
import io.heddle.runtime.simulate.kernel.EventQueue;

/**
 * Works out a whole collective at once, in a network without congestion: a ring as {@link RingCost}
 * says, a direct exchange or halving and doubling as {@link DirectCost} and {@link
 * HalvingDoublingCost} do, or several phases of them, each rank's next phase from the tick on at
 * which its last one ends. Every member needs a message that every other one had a part in, so that
 * none is done before the last has issued: that is when all this is computed. These are the ticks
 * of the events it stands for (§9.1 and §9.2 of the specification); only the order of events within
 * a tick is not kept.
 */
final class AtOnce {
  private static final long LATEST = 1L << 61;

  private final EventQueue events;
  private final RingCost ring;
  private final DirectCost direct;
  private final HalvingDoublingCost halving;
  private long[] times = {};
  private long sent;
  private long sentBytes;

  AtOnce(EventQueue events, Machine machine) {
    this.events = events;
    this.ring = new RingCost(machine);
    this.direct = new DirectCost(machine);
    this.halving = new HalvingDoublingCost(machine);
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
   * Whether a plan's collectives can be worked out at once: rings, direct exchanges, and halving
   * and doubling that together take in all members. Several chunks may queue for one phase only.
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
      case HALVING_DOUBLING -> members > 1;
      case DOUBLE_BINARY_TREE -> false;
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
    int n = plan.ring(plan.dimension(phase)).size();
    if (n == 1) {
      group.gathering().delay(plan.endpointDelay());
    } else {
      PhaseRings rings = group.rings(plan, phase);
      for (int i = 0; i < rings.rings().size(); i++) {
        int[] places = rings.places().get(i);
        read(group.gathering(), places);
        if (!run(plan, phase, data, group, rings.rings().get(i))) {
          throw new OrderMatters();
        }
        for (int place = 0; place < places.length; place++) {
          group.gathering().ready(places[place], times[place]);
        }
      }
    }
    count(plan, phase, data, group.groups() * group.members().size() * chunks);
    return CollectiveBytes.result(operation, data, n);
  }

  /** Runs a phase on one of its rings. */
  private boolean run(
      CollectivePlan plan, int phase, long data, Communicator group, LogicalRing on) {
    Collective operation = plan.operation(phase);
    long delay = plan.endpointDelay();
    long message = CollectiveBytes.message(operation, data, on.size());
    return switch (algorithm(plan, plan.dimension(phase))) {
      case RING -> ring.run(on, operation, message, delay, times);
      case DIRECT -> direct.run(on, operation, message, delay, plan.subset(), times);
      // Whom a member talks to follows from its place, which those that stand for others have not.
      case HALVING_DOUBLING ->
          (on.period() == 1 || !group.isFolded()) && halving.run(on, operation, data, delay, times);
      case DOUBLE_BINARY_TREE -> false;
    };
  }

  /** Accounts for the messages of a phase. */
  private void count(CollectivePlan plan, int phase, long data, long senders) {
    Collective operation = plan.operation(phase);
    int dimension = plan.dimension(phase);
    int n = plan.ring(dimension).size();
    if (algorithm(plan, dimension) == Implementation.Algorithm.HALVING_DOUBLING) {
      int messages = HalvingDoublingCost.messages(operation, n);
      sent += senders * messages;
      for (int k = 0; k < messages; k++) {
        sentBytes += senders * HalvingDoublingCost.bytes(operation, data, n, k);
      }
      return;
    }
    int messages =
        isDirect(plan, dimension)
            ? DirectCost.messages(operation, n)
            : RingCost.messages(operation, n);
    sent += senders * messages;
    sentBytes += senders * messages * CollectiveBytes.message(operation, data, n);
  }

  private static Implementation.Algorithm algorithm(CollectivePlan plan, int dimension) {
    return plan.implementation(dimension).algorithm();
  }

  static boolean isDirect(CollectivePlan plan, int dimension) {
    return algorithm(plan, dimension) == Implementation.Algorithm.DIRECT;
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
