package io.heddle.runtime.simulate.collective;

import io.heddle.runtime.cost.KernelCost;
import io.heddle.runtime.cost.Machine;
import io.heddle.runtime.simulate.kernel.Actions;
import io.heddle.runtime.simulate.kernel.EventQueue;
import io.heddle.runtime.simulate.network.MessageTransport;

/** What a rank does itself for a message: a constant delay, then perhaps a reduction. */
final class Endpoint {
  private final EventQueue events;
  private final MessageTransport transport;
  private final KernelCost kernels;

  Endpoint(EventQueue events, MessageTransport transport, Machine machine) {
    this.events = events;
    this.transport = transport;
    this.kernels = new KernelCost(machine);
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
    return kernels.reductionNanos(bytes);
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
