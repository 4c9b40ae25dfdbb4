package io.heddle.runtime.simulate;

import io.heddle.runtime.cost.UnsignedCast;
import io.heddle.runtime.simulate.config.MemoryConfig;
import io.heddle.runtime.simulate.kernel.Actions;
import io.heddle.runtime.simulate.kernel.EventQueue;
import io.heddle.runtime.simulate.kernel.SimulationFault;
import io.heddle.runtime.simulate.kernel.Tick;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.Queue;

/** Memory beyond the device: one request at a time for each rank, each node, or in all. */
final class RemoteMemory {
  private record Request(int rank, int slot, long nanos) {}

  /** Requests that wait for one memory; there while it is busy. */
  private final Map<Integer, Queue<Request>> waiting = new HashMap<>();

  private final MemoryConfig config;
  private final EventQueue events;

  RemoteMemory(MemoryConfig config, EventQueue events) {
    this.config = config;
    this.events = events;
  }

  /** Begins a load or store; the node is done when it has been served. */
  void request(int rank, int slot, long bytes) {
    long nanos =
        Tick.after(
            config.latency(), UnsignedCast.of(UnsignedCast.toDouble(bytes) / config.bandwidth()));
    Request request = new Request(rank, slot, nanos);
    switch (config.kind()) {
      case NONE ->
          throw new SimulationFault(
              "a load or store node, but the memory file says NO_MEMORY_EXPANSION: name a memory");
      case PER_RANK -> events.onRankAfter(rank, nanos, Actions.of(Actions.NODE_DONE, rank, slot));
      case PER_NODE -> queue(rank / config.ranksPerNode(), request);
      case POOL -> queue(0, request);
    }
  }

  private void queue(int memory, Request request) {
    Queue<Request> queue = waiting.get(memory);
    if (queue == null) {
      waiting.put(memory, new ArrayDeque<>());
      serve(memory, request);
    } else {
      queue.add(request);
    }
  }

  private void serve(int memory, Request request) {
    int rank = request.rank();
    events.onRankAfter(rank, request.nanos(), Actions.of(Actions.NODE_DONE, rank, request.slot()));
    events.onRankAfter(rank, request.nanos(), Actions.of(Actions.MEMORY_FREE, memory));
  }

  /** A memory has served a request. */
  void free(int memory) {
    Queue<Request> queue = waiting.get(memory);
    Request next = queue == null ? null : queue.poll();
    if (next == null) {
      waiting.remove(memory);
    } else {
      serve(memory, next);
    }
  }
}
