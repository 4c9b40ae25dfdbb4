package io.heddle.runtime.simulate.collective;

import java.util.Arrays;

/**
 * What one member of a group sends to others in an exchange, one message after the other: to all of
 * them, or to the first alone and then to the rest.
 */
public final class SentParts {
  private static final long NOT_SENT = -1;

  private final long[] arrivals;
  private final boolean more;
  private int messages;
  private long nanos;
  private long bytes;

  /**
   * @param members of the group
   * @param more whether other parts of the exchange follow
   */
  public SentParts(int members, boolean more) {
    this.arrivals = new long[members];
    this.more = more;
    Arrays.fill(arrivals, NOT_SENT);
  }

  /**
   * Adds the next message.
   *
   * @param distance how far it goes on the group's ring, from 1 on
   * @param itsNanos from when it is sent until it arrives
   * @throws ArithmeticException if 63 bits do not hold the sums
   */
  public void add(int distance, long itsNanos, long itsBytes) {
    nanos = Math.addExact(nanos, itsNanos);
    bytes = Math.addExact(bytes, itsBytes);
    arrivals[distance] = nanos;
    messages++;
  }

  /** Whether other parts of the exchange follow. */
  boolean hasMore() {
    return more;
  }

  /** Messages in it. */
  int messages() {
    return messages;
  }

  /** Whether a message that goes so far is in it. */
  boolean sends(int distance) {
    return arrivals[distance] != NOT_SENT;
  }

  /** When a message arrives, ns from the begin of the first. */
  long arrival(int distance) {
    return arrivals[distance];
  }

  /** When the last arrives. */
  long nanos() {
    return nanos;
  }

  /** Bytes of all messages. */
  long bytes() {
    return bytes;
  }
}
