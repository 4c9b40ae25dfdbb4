package io.heddle.runtime.cost;

import io.heddle.plan.mesh.Collective;

/**
 * What a ring takes: each member sends to the next, and sends again when its endpoint is done with
 * the message before, which it is when both that message had come and its own had left. Member i is
 * done with its k-th message at
 *
 * <pre>
 * g(i, 1)     = ready(i) + E
 * g(i, k + 1) = max(g(i, k), g(i - 1, k) + c(i - 1)) + E + (P if message k + 1 reduces)
 * </pre>
 *
 * with E the endpoint's delay, P that of a reduction and c(i) the hop from member i to the next:
 * the ticks of AstraSim's events in a network without congestion. Where all are ready together, the
 * hops of a message that has come all the way add up.
 */
public final class RingCost {
  private static final long LATEST = 1L << 61;

  private final MessageCost messages;
  private final KernelCost kernels;
  private long[] hops = {};

  /** Rings on a machine. */
  public RingCost(Machine machine) {
    this.messages = new MessageCost(machine);
    this.kernels = new KernelCost(machine);
  }

  /** Messages that each of {@code n} members sends. */
  public static int messages(Collective operation, int n) {
    if (operation.isExchange()) {
      return pairs(n);
    }
    return operation.goesThereAndBack() ? 2 * (n - 1) : n - 1;
  }

  private static int pairs(int n) {
    long pairs = (long) n * (n - 1) / 2;
    if (pairs > Integer.MAX_VALUE) {
      throw new CannotRunException(
          "all-to-all by ring over " + n + " ranks takes " + pairs + " steps: choose direct");
    }
    return (int) pairs;
  }

  /** ns until the last member is done, if all begin together. */
  long lastNanos(
      LogicalRing ring, int member, Collective operation, long message, long endpointDelay) {
    int n = ring.size();
    int steps = messages(operation, n);
    readHops(ring, member, n, message);
    return Math.addExact(ownNanos(operation, n, message, endpointDelay), costliestInARow(n, steps));
  }

  /** ns until a message of the member that begins last has come all the way, by cheapest hops. */
  long leastNanos(
      LogicalRing ring, int member, Collective operation, long message, long endpointDelay) {
    int n = ring.size();
    int steps = messages(operation, n);
    readHops(ring, member, n, message);
    return Math.addExact(ownNanos(operation, n, message, endpointDelay), cheapestInARow(n, steps));
  }

  /** ns until one member is done, if all begin together. */
  long nanos(LogicalRing ring, int member, Collective operation, long message, long endpointDelay) {
    int n = ring.size();
    int steps = messages(operation, n);
    readHops(ring, member, n, message);
    // What arrives last has gone all the way, but for the hops in front of this member.
    long way = Math.multiplyExact((long) (steps / n), round(n));
    int at = ring.position(member);
    for (int i = 1; i <= steps % n; i++) {
      way = Math.addExact(way, hops[Math.floorMod(at - i, n)]);
    }
    return Math.addExact(ownNanos(operation, n, message, endpointDelay), way);
  }

  /** What endpoints take of the way of a message. */
  private long ownNanos(Collective operation, int n, long message, long endpointDelay) {
    long delays = Math.multiplyExact(messages(operation, n) + 1L, endpointDelay);
    long reductions =
        operation.reduces() ? Math.multiplyExact(n - 1L, kernels.reductionNanos(message)) : 0;
    return Math.addExact(delays, reductions);
  }

  private void readHops(LogicalRing ring, int member, int count, long message) {
    int n = ring.size();
    if (hops.length < count) {
      hops = new long[count];
    }
    int own = ring.position(member);
    for (int i = 0; i < count; i++) {
      int from = ring.rank(member, own, i);
      int to = ring.rank(member, own, i + 1 == n ? 0 : i + 1);
      hops[i] = messages.nanos(from, to, message);
    }
  }

  private long round(int n) {
    long round = 0;
    for (int i = 0; i < n; i++) {
      round = Math.addExact(round, hops[i]);
    }
    return round;
  }

  /** The largest sum of so many hops one after the other round the ring. */
  private long costliestInARow(int n, int count) {
    return inARow(n, count, 1);
  }

  /** The least sum of so many hops one after the other round the ring. */
  private long cheapestInARow(int n, int count) {
    return inARow(n, count, -1);
  }

  private long inARow(int n, int count, int sign) {
    long round = round(n);
    long rest = 0;
    for (int i = 0; i < count % n; i++) {
      rest = Math.addExact(rest, hops[i]);
    }
    long most = rest;
    for (int i = 0; i < n; i++) {
      rest += hops[(i + count % n) % n] - hops[i];
      most = sign > 0 ? Math.max(most, rest) : Math.min(most, rest);
    }
    return Math.addExact(Math.multiplyExact((long) (count / n), round), most);
  }

  /**
   * When each member is done, if they begin at different times.
   *
   * @param times when each member is ready, by its place in the period of the ring; then when it is
   *     done
   * @return false if the times might not fit into 63 bits; then they are worth nothing
   */
  public boolean run(
      LogicalRing ring, Collective operation, long message, long endpointDelay, long[] times) {
    int n = ring.size();
    int period = ring.period();
    readHops(ring, ring.rank(0, 0, 0), period, message);
    long reduction = kernels.reductionNanos(message);
    int count = messages(operation, n);
    long longest = reduction;
    boolean negative = reduction < 0;
    for (int i = 0; i < period; i++) {
      longest = Math.max(longest, hops[i]);
      negative |= hops[i] < 0;
      times[i] += endpointDelay;
    }
    long most = LATEST / (count + 1) / 4;
    if (negative || longest >= most || endpointDelay >= most) {
      return false;
    }
    for (int k = 1; k <= count; k++) {
      step(period, times, operation.reduces() && k < n ? endpointDelay + reduction : endpointDelay);
    }
    return true;
  }

  private void step(int period, long[] times, long add) {
    long before = times[period - 1] + hops[period - 1];
    for (int i = 0; i < period; i++) {
      long own = times[i];
      times[i] = Math.max(own, before) + add;
      before = own + hops[i];
    }
  }
}
