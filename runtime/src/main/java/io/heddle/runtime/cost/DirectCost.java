package io.heddle.runtime.cost;

import io.heddle.plan.mesh.Collective;
import java.util.Arrays;

/**
 * What a direct exchange takes: a member sends to all others together when its endpoint is ready,
 * and has a part at its endpoint for each message that comes. With E the endpoint's delay, P that
 * of a reduction and h(j, i) the way from member j to i, the message of j is received at
 *
 * <pre>
 * a(i, j) = max(ready(i), ready(j) + h(j, i)) + E
 * b(i, j) = a(i, j) + E + (P if it reduces)
 * </pre>
 *
 * and i is done at the last b(i, j). An all-reduce goes on from there: nothing of its second half
 * leaves before the whole first half has come. The first b(i, j) that is not before the last a(i,
 * j) lets one message go for each b that has been, and each later b one more. These are the ticks
 * of AstraSim's events in a network without congestion.
 */
public final class DirectCost {
  private static final long LATEST = 1L << 61;
  private static final int MOST_DELAYS = 16;

  private final MessageCost messages;
  private final KernelCost kernels;
  private long[] ends = {};

  /** Exchanges on a machine. */
  public DirectCost(Machine machine) {
    this.messages = new MessageCost(machine);
    this.kernels = new KernelCost(machine);
  }

  /** Messages that each of {@code n} members sends. */
  public static int messages(Collective operation, int n) {
    return operation.goesThereAndBack() ? 2 * (n - 1) : n - 1;
  }

  /** Whether all messages of a member leave together, and there are any. */
  public static boolean sendsAllTogether(Implementation direct, int members) {
    return members > 1 && (direct.window() == 0 || direct.window() >= members - 1);
  }

  /**
   * ns until a member is done, if all begin together. Groups lie evenly in the network, so that the
   * first of them has as far to go as any.
   */
  long nanos(LogicalRing ring, int member, Collective operation, long message, long endpointDelay) {
    checkForm(operation);
    int own = ring.position(member);
    long longest = 0;
    for (int i = 0; i < ring.size(); i++) {
      if (i != own) {
        longest = Math.max(longest, messages.nanos(member, ring.rank(member, own, i), message));
      }
    }
    return withEnds(longest, operation, message, endpointDelay);
  }

  /**
   * ns until what the member that begins last sends has come to all others, if it stands where the
   * farthest of them is as near as anywhere.
   */
  long leastNanos(
      LogicalRing ring, int member, Collective operation, long message, long endpointDelay) {
    checkForm(operation);
    int own = ring.position(member);
    int last = messages.isUniform() ? 1 : ring.size();
    long least = Long.MAX_VALUE;
    for (int i = 0; i < last; i++) {
      int from = ring.rank(member, own, i);
      long longest = 0;
      for (int j = 0; j < ring.size(); j++) {
        if (i != j) {
          longest = Math.max(longest, messages.nanos(from, ring.rank(member, own, j), message));
        }
      }
      least = Math.min(least, longest);
    }
    return withEnds(least, operation, message, endpointDelay);
  }

  private static void checkForm(Collective operation) {
    if (operation.goesThereAndBack()) {
      throw new CannotRunException(
          "a direct " + operation.astraSimName() + " has no closed form here");
    }
  }

  /** A way with what the endpoints add to it. */
  private long withEnds(long way, Collective operation, long message, long endpointDelay) {
    long reduction = operation.reduces() ? kernels.reductionNanos(message) : 0;
    return Math.addExact(Math.addExact(way, reduction), Math.multiplyExact(2, endpointDelay));
  }

  /**
   * When each member is done, if they begin at different times and all messages of one leave
   * together.
   *
   * @param subset whether the members are fewer than all ranks
   * @param times when each member is ready, by its place in the period of the ring; then when it is
   *     done
   * @return false if the times might not fit into 63 bits, or in an all-reduce if they follow from
   *     the order of events within a tick, or from messages of the second half that overtake the
   *     first; then they are worth nothing
   */
  public boolean run(
      LogicalRing ring,
      Collective operation,
      long message,
      long endpointDelay,
      boolean subset,
      long[] times) {
    int period = ring.period();
    if (ends.length < period) {
      ends = new long[period];
    }
    long reduction = operation.reduces() ? kernels.reductionNanos(message) : 0;
    Exchange exchange = new Exchange(ring, message, endpointDelay, reduction, times);
    boolean known = operation.goesThereAndBack() ? exchange.twice(subset) : exchange.once();
    System.arraycopy(ends, 0, times, 0, period);
    return known && exchange.isInTime();
  }

  /** One exchange of all members. */
  private final class Exchange {
    private final LogicalRing ring;
    private final int n;
    private final int period;
    private final long message;
    private final long endpointDelay;
    private final long reduction;
    private final long[] ready;
    private final boolean isUniform;
    private final long uniformWay;
    private long longest;
    private long shortest;

    Exchange(LogicalRing ring, long message, long endpointDelay, long reduction, long[] ready) {
      this.ring = ring;
      this.n = ring.size();
      this.period = ring.period();
      this.message = message;
      this.endpointDelay = endpointDelay;
      this.reduction = reduction;
      this.ready = ready;
      this.isUniform = messages.isUniform();
      this.uniformWay = isUniform ? messages.nanos(at(0), at(1), message) : 0;
      this.longest = uniformWay;
      this.shortest = uniformWay;
    }

    private int at(int place) {
      return ring.rank(0, 0, place);
    }

    /** Of a message from so many places before a member to it. */
    private long way(int place, int distance) {
      if (isUniform) {
        return uniformWay;
      }
      long way = messages.nanos(at(from(place, distance)), at(place), message);
      longest = Math.max(longest, way);
      shortest = Math.min(shortest, way);
      return way;
    }

    private int from(int place, int distance) {
      return place >= distance ? place - distance : place - distance + n;
    }

    /** Whether no delay was so long that the times might not fit into 63 bits. */
    boolean isInTime() {
      return isShort(endpointDelay) && isShort(reduction) && isShort(longest) && shortest >= 0;
    }

    private static boolean isShort(long nanos) {
      return nanos >= 0 && nanos < LATEST / MOST_DELAYS;
    }

    boolean once() {
      int last = isUniform ? last() : 0;
      for (int i = 0; i < period; i++) {
        ends[i] = (isUniform ? lastOfOne(i, last) : lastOf(i)) + endpointDelay + reduction;
      }
      return true;
    }

    /** When a member has received all. */
    private long lastOf(int place) {
      long received = ready[place];
      for (int distance = 1; distance < n; distance++) {
        long sent = ready[from(place, distance) % period];
        received = Math.max(received, sent + way(place, distance));
      }
      return received + endpointDelay;
    }

    /** The place that is ready last. */
    private int last() {
      int last = 0;
      for (int i = 1; i < period; i++) {
        last = ready[i] > ready[last] ? i : last;
      }
      return last;
    }

    /** When a member has received all, where all ways are alike. */
    private long lastOfOne(int place, int last) {
      long sent = ready[last];
      if (place == last && period == n) {
        sent = Long.MIN_VALUE / 2;
        for (int i = 0; i < period; i++) {
          sent = i == place ? sent : Math.max(sent, ready[i]);
        }
      }
      return Math.max(ready[place], sent + uniformWay) + endpointDelay;
    }

    /** There and back: sums of parts, then whole parts. */
    boolean twice(boolean subset) {
      int others = n - 1;
      long[][] sends = new long[period][others];
      long[] firstHalf = new long[period];
      for (int i = 0; i < period; i++) {
        long[] own = sends[i];
        for (int distance = 1; distance < n; distance++) {
          long sent = ready[from(i, distance) % period];
          own[distance - 1] = Math.max(ready[i], sent + way(i, distance)) + endpointDelay;
        }
        Arrays.sort(own);
        firstHalf[i] = own[others - 1] + endpointDelay + reduction;
        if (!sendSecondHalf(own)) {
          return false;
        }
      }
      // Messages of smaller groups reduce on their way back, too: AstraSim's own.
      long back = endpointDelay + (subset && others > 1 ? reduction : 0);
      for (int i = 0; i < period; i++) {
        ends[i] = 0;
        for (int distance = 1; distance < n; distance++) {
          long sent = sends[from(i, distance) % period][distance - 1];
          long done = Math.max(sends[i][distance - 1], sent + way(i, distance)) + back;
          if (done < firstHalf[i]) {
            return false;
          }
          ends[i] = Math.max(ends[i], done);
        }
      }
      return true;
    }

    /**
     * Puts in place of the ticks at which a member's messages have come, in order, those at which
     * it sends its messages of the second half.
     *
     * @return false if the last comes in a tick in which the endpoint ends its part of another:
     *     which of the two is first is then not known
     */
    private boolean sendSecondHalf(long[] own) {
      long last = own[own.length - 1];
      long part = endpointDelay + reduction;
      long first = Long.MAX_VALUE;
      for (int k = 0; k < own.length; k++) {
        own[k] += part;
        if (own[k] == last) {
          return false;
        }
        first = own[k] > last ? Math.min(first, own[k]) : first;
      }
      for (int k = 0; k < own.length; k++) {
        own[k] = Math.max(own[k], first);
      }
      return true;
    }
  }
}
