package io.heddle.runtime.cost;

import io.heddle.plan.mesh.Collective;

/**
 * What halving and doubling takes: a member exchanges its k-th message with the one whose place
 * differs in one binary digit, and sends the next when its endpoint is done with what came. With E
 * the endpoint's delay, P that of a reduction and h the way from the peer, the k-th message leaves
 * at
 *
 * <pre>
 * g(i, 0)     = ready(i) + E
 * g(i, k + 1) = max(g(i, k), g(peer, k) + h) + E + (P if message k + 1 reduces)
 * </pre>
 *
 * and a member is done when it would send one message more. These are the ticks of AstraSim's
 * events in a network without congestion.
 */
public final class HalvingDoublingCost {
  private static final long LATEST = 1L << 61;
  private static final int MOST_DELAYS = 512;

  private final MessageCost messages;
  private final KernelCost kernels;
  private long[] next = {};

  /** Exchanges on a machine. */
  public HalvingDoublingCost(Machine machine) {
    this.messages = new MessageCost(machine);
    this.kernels = new KernelCost(machine);
  }

  /** Messages one way. */
  public static int steps(int n) {
    return Integer.numberOfTrailingZeros(n);
  }

  /** Messages that each of {@code n} members sends. */
  public static int messages(Collective operation, int n) {
    return operation.goesThereAndBack() ? 2 * steps(n) : steps(n);
  }

  /**
   * Places between a member and the one with which it exchanges a message.
   *
   * @param k number of the message, from 0
   */
  public static int distance(Collective operation, int n, int k) {
    int steps = steps(n);
    if (operation.givesPart()) {
      return (n / 2) >> k;
    }
    return k < steps || !operation.goesThereAndBack() ? 1 << k : n >> (k - steps + 1);
  }

  /**
   * Bytes of a message. What truncation takes off on the way out is not given back on the way home.
   *
   * @param data bytes of the operation
   * @param k number of the message, from 0
   */
  public static long bytes(Collective operation, long data, int n, int k) {
    boolean grows = operation.givesPart();
    long bytes = grows ? data : data / 2;
    for (int i = 1; i <= k; i++) {
      bytes = scaled(bytes, grows ? 0.5 : 2);
      if (operation.goesThereAndBack() && i == steps(n)) {
        grows = true;
        bytes = scaled(bytes, 0.5);
      }
    }
    return bytes;
  }

  private static long scaled(long bytes, double divisor) {
    return UnsignedCast.of(UnsignedCast.toDouble(bytes) / divisor);
  }

  /** Whether a message is reduced before the next leaves; AstraSim skips the first of each run. */
  private static boolean reduces(Collective operation, int n, int k) {
    boolean thereYet = !operation.goesThereAndBack() || k / steps(n) % 2 == 0;
    return operation.reduces() && thereYet && k % steps(n) != 0;
  }

  /**
   * When each member is done, if they begin at different times.
   *
   * @param ring of a power of two of members, each at its own place or all alike
   * @param data bytes of the operation
   * @param times when each member is ready, by its place in the period of the ring; then when it is
   *     done
   * @return false if the times might not fit into 63 bits, or a message has no byte; then they are
   *     worth nothing
   */
  public boolean run(
      LogicalRing ring, Collective operation, long data, long endpointDelay, long[] times) {
    int n = ring.size();
    int period = ring.period();
    if (next.length < period) {
      next = new long[period];
    }
    for (int i = 0; i < period; i++) {
      times[i] += endpointDelay;
    }
    boolean known = isShort(endpointDelay);
    for (int k = 0; k < messages(operation, n) && known; k++) {
      int distance = distance(operation, n, k);
      long bytes = bytes(operation, data, n, k);
      long part = endpointDelay;
      if (reduces(operation, n, k + 1)) {
        part += kernels.reductionNanos(bytes(operation, data, n, k + 1));
      }
      known = bytes > 0 && isShort(part);
      for (int i = 0; i < period && known; i++) {
        int peer = i ^ distance;
        long way = messages.nanos(ring.rank(0, 0, peer), ring.rank(0, 0, i), bytes);
        known = isShort(way);
        next[i] = Math.max(times[i], times[peer % period] + way) + part;
      }
      System.arraycopy(next, 0, times, 0, period);
    }
    return known;
  }

  private static boolean isShort(long nanos) {
    return nanos >= 0 && nanos < LATEST / MOST_DELAYS;
  }
}
