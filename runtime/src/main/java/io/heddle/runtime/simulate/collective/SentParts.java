package io.heddle.runtime.simulate.collective;

/** What one member of a group sends to all others in an exchange, one message after the other. */
public final class SentParts {
  private final long[] arrivals;
  private final long nanos;
  private final long bytes;

  /**
   * @param arrivals ns from the begin of the first message to the arrival of each, by how far it
   *     goes on the group's ring, from 1 on
   * @param nanos until the last arrives
   * @param bytes of all
   */
  public SentParts(long[] arrivals, long nanos, long bytes) {
    this.arrivals = arrivals.clone();
    this.nanos = nanos;
    this.bytes = bytes;
  }

  /** Messages in it. */
  int messages() {
    return arrivals.length - 1;
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
