package io.heddle.runtime.emit;

import io.heddle.plan.mesh.Collective;
import io.heddle.plan.mesh.Group;
import io.heddle.runtime.cost.CarriedBytes;
import org.jspecify.annotations.Nullable;

/**
 * What the communication of one rank carries, see {@link CarriedBytes}: each is asked for once, so
 * that nothing is allocated for a node.
 */
public final class TransferSizes {
  private static final int MESSAGE = 1 << 8;
  private static final int EXCHANGE = 1 << 9;

  private final CarriedBytes all;
  private final int rank;

  /** A group or, by identity too, a {@link TimedExchange}. */
  private @Nullable Object[] groups = new @Nullable Object[16];

  private long[] details = new long[16];
  private long[] sizes = new long[16];
  private long[] carried = new long[16];
  private double[] nanos = new double[16];
  private int known;

  /** Of a rank, where {@code all} says what is carried. */
  public TransferSizes(CarriedBytes all, int rank) {
    this.all = all;
    this.rank = rank;
  }

  /** What a collective carries. */
  long collective(Group group, Collective collective, long bytes) {
    int at = find(group, collective.chakraType(), bytes);
    return at >= 0 ? carried[at] : add(-1 - at, group, collective, bytes);
  }

  /** How long the figures say that a collective takes, ns; 0 where they say nothing. */
  double nanos(Group group, Collective collective, long bytes) {
    int at = find(group, collective.chakraType(), bytes);
    if (at < 0) {
      add(-1 - at, group, collective, bytes);
      at = find(group, collective.chakraType(), bytes);
    }
    return at < 0 ? 0 : nanos[at];
  }

  private long add(int at, Group group, Collective collective, long bytes) {
    nanos[at] = Math.max(0, all.nanos(group, collective, bytes));
    return add(at, group, collective.chakraType(), bytes, all.collective(group, collective, bytes));
  }

  /**
   * What a message carries, sent or received.
   *
   * @param exchange the group all of whose members exchange such with all; null for any other
   */
  long message(int peer, @Nullable Group exchange, long bytes) {
    long detail = (long) peer << 16 | (exchange == null ? MESSAGE : EXCHANGE);
    int at = find(exchange, detail, bytes);
    if (at >= 0) {
      return carried[at];
    }
    long found =
        exchange == null
            ? all.message(rank, peer, bytes)
            : all.exchanged(exchange, rank, peer, bytes);
    return add(-1 - at, exchange, detail, bytes, found);
  }

  /** What a message of an exchange carries that takes so long, sent or received. */
  long message(int peer, TimedExchange exchange, long bytes) {
    long detail = (long) peer << 16 | EXCHANGE;
    int at = find(exchange, detail, bytes);
    return at >= 0
        ? carried[at]
        : add(-1 - at, exchange, detail, bytes, all.lasting(rank, peer, bytes, exchange.nanos()));
  }

  /**
   * How long figures say that a kernel takes which sends each token once to each node and rank, ns;
   * negative where they say nothing.
   */
  double nanos(Group group, boolean toExperts, long betweenNodes, long insideNodes) {
    return all.nanos(group, toExperts, betweenNodes, insideNodes);
  }

  /** Where it is; -1 less where it belongs. */
  private int find(@Nullable Object group, long detail, long bytes) {
    long mixed = (31 * detail + bytes) * 0x9E3779B97F4A7C15L;
    int mask = sizes.length - 1;
    int at = (int) (mixed >>> 40) & mask;
    while (sizes[at] != 0) {
      if (groups[at] == group && details[at] == detail && sizes[at] == bytes) {
        return at;
      }
      at = (at + 1) & mask;
    }
    return -1 - at;
  }

  private long add(int at, @Nullable Object group, long detail, long bytes, long found) {
    if (bytes == 0) {
      return found;
    }
    groups[at] = group;
    details[at] = detail;
    sizes[at] = bytes;
    carried[at] = found;
    if (2 * ++known > sizes.length) {
      grow();
    }
    return found;
  }

  private void grow() {
    @Nullable Object[] oldGroups = groups;
    long[] oldDetails = details;
    long[] oldSizes = sizes;
    long[] oldCarried = carried;
    double[] oldNanos = nanos;
    groups = new @Nullable Object[2 * oldSizes.length];
    details = new long[groups.length];
    sizes = new long[groups.length];
    carried = new long[groups.length];
    nanos = new double[groups.length];
    known = 0;
    for (int i = 0; i < oldSizes.length; i++) {
      if (oldSizes[i] != 0) {
        int at = -1 - find(oldGroups[i], oldDetails[i], oldSizes[i]);
        groups[at] = oldGroups[i];
        details[at] = oldDetails[i];
        sizes[at] = oldSizes[i];
        carried[at] = oldCarried[i];
        nanos[at] = oldNanos[i];
        known++;
      }
    }
  }
}
