package io.heddle.runtime.simulate.collective;

import io.heddle.runtime.simulate.config.Implementation;
import io.heddle.runtime.simulate.kernel.Actions;
import io.heddle.runtime.simulate.kernel.EventQueue;
import io.heddle.runtime.simulate.network.RouteDelay;
import io.heddle.runtime.trace.Collective;

/**
 * Works out a whole ring collective at once. In a network without congestion the k-th message of a
 * member leaves when its endpoint is done with the one before, which it was when both that message
 * had come and its own had left:
 *
 * <pre>
 * g(i, 1)     = issued(i) + E
 * g(i, k + 1) = max(g(i, k), g(i - 1, k) + c(i - 1)) + E + (P if message k + 1 reduces)
 * </pre>
 *
 * with E the endpoint delay, P that of a reduction and c(i) that from member i to the next. Every
 * member needs a message that every other one had a part in, so that none is done before the last
 * has issued: that is when all this is computed. These are the ticks of the events it stands for
 * (§9.1 and §9.2 of the specification); only the order of events within a tick is not kept.
 */
final class RingRecurrence {
  private static final long LATEST = 1L << 61;

  private final Endpoint endpoint;
  private final EventQueue events;
  private final RouteDelay delay;
  private long[] done = {};
  private long[] hop = {};
  private long sent;
  private long sentBytes;

  RingRecurrence(Endpoint endpoint, EventQueue events, RouteDelay delay) {
    this.endpoint = endpoint;
    this.events = events;
    this.delay = delay;
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
  static boolean fits(Plan plan, Communicator group) {
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
  static boolean ordered(Plan plan, Collective collective) {
    for (int i = 0; i < plan.live(); i++) {
      boolean direct =
          plan.implementation(plan.live(i)).algorithm() == Implementation.Algorithm.DIRECT;
      if (direct && collective == Collective.ALL_REDUCE) {
        return true;
      }
    }
    return false;
  }

  /** All members have issued: schedules the end of each. */
  void complete(Plan plan, Collective collective, long bytes, RingMembers members) {
    LogicalRing ring = plan.ring(plan.live(0));
    int n = ring.size();
    if (done.length < n) {
      done = new long[n];
      hop = new long[n];
    }
    long message = Operation.message(collective, bytes, n);
    long endpointDelay = plan.endpointDelay();
    long reduction = endpoint.reduceNanos(message);
    int messages = Ring.messages(collective, n);
    long longestHop = 0;
    for (int i = 0; i < n; i++) {
      int from = ring.rank(0, 0, i);
      int to = ring.rank(0, 0, i + 1 == n ? 0 : i + 1);
      hop[i] = delay.nanos(from, to, message);
      longestHop = Math.max(longestHop, hop[i]);
      done[i] = members.issued(i) + endpointDelay;
    }
    checkRange(longestHop, endpointDelay, reduction, messages);
    boolean reduces = collective.reduces();
    for (int k = 1; k <= messages; k++) {
      step(n, reduces && k < n ? endpointDelay + reduction : endpointDelay);
    }
    sent += (long) n * messages;
    sentBytes += (long) n * messages * message;
    long now = events.now();
    for (int i = 0; i < n; i++) {
      int rank = ring.rank(0, 0, i);
      long action = Actions.of(Actions.NODE_DONE, rank, members.slot(i));
      events.onRankAfter(rank, done[i] - now, action);
    }
  }

  private void step(int n, long add) {
    long before = done[n - 1] + hop[n - 1];
    for (int i = 0; i < n; i++) {
      long own = done[i];
      done[i] = Math.max(own, before) + add;
      before = own + hop[i];
    }
  }

  /** Sums below must not overflow; event by event, overflow has a message. */
  private void checkRange(long hop, long endpointDelay, long reduction, int messages) {
    long most = LATEST / (messages + 1);
    boolean small = hop >= 0 && hop < most / 4 && reduction >= 0 && reduction < most / 4;
    boolean early = events.now() >= 0 && events.now() < LATEST;
    if (!small || !early || endpointDelay >= most / 4) {
      throw new OrderMatters();
    }
  }
}
