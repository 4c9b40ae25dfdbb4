package io.heddle.runtime.simulate.collective;

import io.heddle.plan.mesh.Collective;

/**
 * What ring, direct, and halving and doubling share: a window of messages being prepared. Each
 * message received prepares one more; each prepared one may be sent, and a receive of the same size
 * is posted with it. Those prepared after the last was sent serve only to count, and so add the
 * endpoint's part of the last message received.
 */
abstract sealed class WindowedAlgorithm implements Algorithm
    permits RingAlgorithm, DirectAlgorithm, HalvingDoublingAlgorithm {
  private final Endpoint endpoint;

  WindowedAlgorithm(Endpoint endpoint) {
    this.endpoint = endpoint;
  }

  /**
   * Sets window, messages to send, message size, and how many messages reduce in a row.
   *
   * @param stream its members, position, operation and data are known
   */
  abstract void prepareState(Stream stream);

  /** The rank that gets the next message. */
  abstract int target(Stream stream);

  /** The rank whose message is expected in return. */
  abstract int source(Stream stream);

  /** Bytes of the next message. */
  abstract long bytes(Stream stream);

  /** A message was prepared. */
  void prepared(Stream stream) {}

  @Override
  public final void start(Stream stream) {
    stream.free = 0;
    stream.received = 0;
    stream.prepared = 0;
    stream.sent = 0;
    stream.plainLeft = 0;
    stream.reducedLeft = 0;
    stream.toggle = false;
    prepareState(stream);
    stream.reduceNanos = endpoint.reduceNanos(stream.message);
    for (int i = 0; i < stream.window; i++) {
      prepare(stream);
    }
  }

  @Override
  public final void received(Stream stream) {
    stream.received++;
    prepare(stream);
  }

  @Override
  public boolean bundled(Stream stream) {
    stream.free++;
    trySend(stream);
    return hasEnded(stream);
  }

  static boolean hasEnded(Stream stream) {
    return stream.remaining == 0 && stream.free == stream.window;
  }

  private void prepare(Stream stream) {
    if (stream.plainLeft == 0 && stream.reducedLeft == 0) {
      stream.plainLeft = stream.window;
      stream.reducedLeft = stream.reducedRun;
      stream.toggle = !stream.toggle;
    }
    stream.prepared++;
    boolean reduce = false;
    MemoryBus.Way way = MemoryBus.Way.OUT;
    if (stream.plainLeft > 0) {
      stream.plainLeft--;
    } else {
      way = stream.reducedLeft > stream.window ? MemoryBus.Way.THERE_AND_BACK : MemoryBus.Way.IN;
      Collective operation = stream.operation();
      reduce = operation.reduces() && (!operation.goesThereAndBack() || stream.toggle);
      stream.reducedLeft--;
    }
    prepared(stream);
    endpoint.bundle(stream, reduce, way, bytes(stream));
  }

  final void trySend(Stream stream) {
    if (stream.sent == stream.prepared || stream.remaining == 0 || stream.free == 0) {
      return;
    }
    int to = target(stream);
    int from = source(stream);
    long bytes = bytes(stream);
    stream.sent++;
    stream.remaining--;
    stream.free--;
    endpoint.send(stream, to, bytes);
    endpoint.receive(stream, from, bytes);
  }

  final long reduceNanos(long bytes) {
    return endpoint.reduceNanos(bytes);
  }
}
