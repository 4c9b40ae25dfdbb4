package io.heddle.runtime.simulate.collective;

import io.heddle.runtime.simulate.kernel.Actions;
import io.heddle.runtime.simulate.kernel.EventQueue;
import io.heddle.runtime.simulate.kernel.UnsignedCast;
import io.heddle.runtime.simulate.network.Transport;

/** What a rank does itself for a message: a constant delay, then perhaps a reduction. */
final class Endpoint {
  private static final int PASSES_OF_A_REDUCTION = 3;

  private final EventQueue events;
  private final Transport transport;
  private final double memoryBytesPerSecond;

  /**
   * @param localMemoryBandwidth 10^9 bytes a second
   */
  Endpoint(EventQueue events, Transport transport, double localMemoryBandwidth) {
    this.events = events;
    this.transport = transport;
    this.memoryBytesPerSecond = localMemoryBandwidth * 1e9;
  }

  /** Begins the delay of a message; the algorithm hears when it is over. */
  void bundle(Stream stream, boolean reduce) {
    events.onRankAfter(
        stream.rank,
        stream.plan.endpointDelay(),
        Actions.of(Actions.BUNDLE, stream.handle, reduce));
  }

  /** Begins the reduction that follows the delay. */
  void reduce(Stream stream) {
    events.onRankAfter(stream.rank, stream.reduceNanos, Actions.of(Actions.REDUCED, stream.handle));
  }

  /** ns that it takes to reduce a message. */
  long reduceNanos(long bytes) {
    return reduceNanos(bytes, memoryBytesPerSecond);
  }

  /** ns that it takes to reduce a message where the memory is so fast: two reads and a write. */
  static long reduceNanos(long bytes, double memoryBytesPerSecond) {
    return PASSES_OF_A_REDUCTION
        * UnsignedCast.of(UnsignedCast.toDouble(bytes) / memoryBytesPerSecond * 1e9);
  }

  /** Sends and forgets. */
  void send(Stream stream, int to, long bytes) {
    transport.send(stream.tag, stream.rank, to, bytes, Actions.NONE);
  }

  /** Posts a receive. */
  void receive(Stream stream, int from, long bytes) {
    transport.receive(stream.tag, from, stream.rank, bytes, stream.whenReceived());
  }
}
