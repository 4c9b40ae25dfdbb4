package io.heddle.runtime.simulate.collective;

import io.heddle.runtime.cost.KernelCost;
import io.heddle.runtime.cost.Machine;
import io.heddle.runtime.simulate.config.SharedBus;
import io.heddle.runtime.simulate.kernel.Actions;
import io.heddle.runtime.simulate.kernel.EventQueue;
import io.heddle.runtime.simulate.network.MessageTransport;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What a rank does itself for a message: a constant delay, then perhaps a reduction. */
final class Endpoint {
  private final EventQueue events;
  private final MessageTransport transport;
  private final KernelCost kernels;
  private final Optional<SharedBus> bus;
  private final @Nullable MemoryBus[] buses;

  /**
   * @param bus absent: every message takes the endpoint delay
   */
  Endpoint(
      EventQueue events, MessageTransport transport, Machine machine, Optional<SharedBus> bus) {
    this.events = events;
    this.bus = bus;
    this.buses = new @Nullable MemoryBus[bus.isPresent() ? machine.ranks() : 0];
    this.transport = transport;
    this.kernels = new KernelCost(machine);
  }

  /**
   * Begins the delay of a message; the algorithm hears when it is over.
   *
   * @param way over the bus, where there is one
   * @param bytes of the message
   */
  void bundle(Stream stream, boolean reduce, MemoryBus.Way way, long bytes) {
    if (bus.isPresent() && !stream.plan.subset()) {
      long done = Actions.of(Actions.BUNDLE, stream.handle, reduce);
      bus(stream.rank, bus.get()).request(way, bytes, reduce, () -> transport.runNow(done));
      return;
    }
    events.onRankAfter(
        stream.rank,
        stream.plan.endpointDelay(),
        Actions.of(Actions.BUNDLE, stream.handle, reduce));
  }

  private MemoryBus bus(int rank, SharedBus parameters) {
    MemoryBus own = buses[rank];
    if (own == null) {
      own = new MemoryBus(rank, parameters, events);
      buses[rank] = own;
    }
    return own;
  }

  /** Handles an event of a rank's bus. */
  void onBus(int rank, int event) {
    MemoryBus own = buses[rank];
    if (own != null) {
      own.on(event);
    }
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
