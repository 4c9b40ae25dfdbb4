package io.heddle.runtime.simulate;

import io.heddle.runtime.cost.CannotRunException;
import io.heddle.runtime.cost.KernelCost;
import io.heddle.runtime.cost.Machine;
import io.heddle.runtime.simulate.SimulationResult.Status;
import io.heddle.runtime.simulate.collective.Collectives;
import io.heddle.runtime.simulate.config.SystemConfig;
import io.heddle.runtime.simulate.kernel.Actions;
import io.heddle.runtime.simulate.kernel.EventQueue;
import io.heddle.runtime.simulate.kernel.SimulationFault;
import io.heddle.runtime.simulate.network.MessageTransport;
import io.heddle.runtime.simulate.workload.NodeFault;
import io.heddle.runtime.simulate.workload.NodeIssuer;
import io.heddle.runtime.simulate.workload.NodeKind;
import io.heddle.runtime.simulate.workload.NodeTable;
import io.heddle.runtime.simulate.workload.RankWorkload;
import io.heddle.runtime.simulate.workload.SimulationObserver;
import io.heddle.runtime.simulate.workload.Workload;
import java.io.IOException;
import java.util.List;

/** One simulation: issues nodes, and hands each event to whom it concerns. */
final class Run implements NodeIssuer {
  private final SystemConfig system;
  private final Workload workload;
  private final SimulationObserver observer;
  private final EventQueue events = new EventQueue();
  private final boolean openLane;
  private final MessageTransport transport;
  private final Collectives collectives;
  private final RemoteMemory memory;
  private final KernelCost kernels;
  private final RankWorkload[] ranks;
  private final RooflineSums[] sums;
  private long nodes;

  Run(
      SimulationInput input,
      SimulationOptions options,
      Workload workload,
      SimulationObserver observer,
      boolean atOnce) {
    Machine machine = input.machine(options.injectionScale());
    this.system = input.system();
    this.workload = workload;
    this.observer = observer;
    this.openLane = options.openLane();
    this.transport =
        new MessageTransport(
            machine,
            options.backend() == Backend.CONGESTION_AWARE,
            options.rendezvous(),
            events,
            this::dispatch);
    this.collectives =
        new Collectives(
            system,
            machine,
            input.groups(),
            options.queuesPerDimension(),
            atOnce,
            openLane,
            events,
            transport,
            this::complete);
    this.memory = new RemoteMemory(input.memory(), events);
    this.kernels = new KernelCost(machine);
    this.ranks = new RankWorkload[input.network().ranks()];
    this.sums = new RooflineSums[ranks.length];
  }

  SimulationResult run() {
    Results results = new Results(system.roofline());
    try {
      open();
      for (RankWorkload rank : ranks) {
        rank.start();
      }
      for (long action = events.poll(); action != Actions.NONE; action = events.poll()) {
        dispatch(action);
      }
    } catch (CannotRunException | IOException e) {
      String problem = String.valueOf(e.getMessage());
      return results.of(Status.ERROR, ranks, sums, List.of(problem), nodes, messages(), bytes());
    }
    List<String> diagnosis = Diagnosis.of(ranks, collectives, transport);
    Status status = diagnosis.isEmpty() ? Status.OK : Status.STALLED;
    return results.of(status, ranks, sums, diagnosis, nodes, messages(), bytes());
  }

  private long messages() {
    return transport.sent() + collectives.messagesWorkedOut();
  }

  private long bytes() {
    return transport.sentBytes() + collectives.bytesWorkedOut();
  }

  private void open() throws IOException {
    for (int r = 0; r < ranks.length; r++) {
      ranks[r] = new RankWorkload(r, workload.open(r), events, this, observer, openLane);
      sums[r] = new RooflineSums(kernels);
      ranks[r].load();
      if (!ranks[r].source().chained()) {
        collectives.runEventByEvent();
      }
    }
  }

  private void complete(int rank, int slot) {
    nodes++;
    ranks[rank].complete(slot);
  }

  private void dispatch(long action) {
    int index = Actions.index(action);
    switch (Actions.kind(action)) {
      case Actions.NODE_DONE -> complete(Actions.rank(action), index);
      case Actions.BUNDLE -> collectives.bundled(index, Actions.flag(action));
      case Actions.REDUCED -> collectives.reduced(index);
      case Actions.RECEIVED -> collectives.received(index);
      case Actions.ARRIVED -> transport.arrived(index);
      case Actions.LINK_FREE -> transport.linkFree(index);
      case Actions.MEMORY_FREE -> memory.free(index);
      case Actions.SEND_NOW -> transport.sendNow(index);
      case Actions.RECEIVE_NOW -> transport.receiveNow(index);
      default -> throw new IllegalStateException("no action " + action);
    }
  }

  @Override
  public boolean issue(RankWorkload rank, int slot) {
    try {
      return begin(rank, slot);
    } catch (CannotRunException e) {
      throw new SimulationFault(
          "rank "
              + rank.rank()
              + ": "
              + rank.source().locate(rank.nodes().id(slot))
              + ": "
              + e.getMessage());
    }
  }

  private boolean begin(RankWorkload workloadOfRank, int slot) {
    NodeTable table = workloadOfRank.nodes();
    int rank = workloadOfRank.rank();
    NodeKind kind = table.kind(slot);
    boolean cpu = table.cpu(slot);
    boolean replay = system.replayOnly();
    NodeFault.check(table, slot, replay, system.roofline());
    if (replay) {
      return replay(workloadOfRank, slot, !cpu);
    }
    switch (kind) {
      case COMPUTE -> {
        return compute(workloadOfRank, slot);
      }
      case LOAD, STORE -> memory.request(rank, slot, table.bytes(slot));
      case SEND -> {
        int to = peer(table, slot);
        long done = Actions.of(Actions.NODE_DONE, rank, slot);
        transport.send(MessageTransport.tag(table.tag(slot)), rank, to, table.bytes(slot), done);
      }
      case RECEIVE -> {
        int from = peer(table, slot);
        long done = Actions.of(Actions.NODE_DONE, rank, slot);
        transport.receive(
            MessageTransport.tag(table.tag(slot)), from, rank, table.bytes(slot), done);
      }
      case COLLECTIVE -> {
        if (table.broadcast(slot)) {
          return replay(workloadOfRank, slot, false);
        }
        collectives.issue(
            rank,
            slot,
            table.group(slot),
            Collectives.known(table.statedCollective(slot)),
            table.bytes(slot),
            table.priority(slot),
            table.involved(slot));
      }
      case INVALID -> {
        nodes++;
        return false;
      }
      case METADATA ->
          throw new SimulationFault("metadata nodes cannot be simulated: leave the node out");
    }
    return true;
  }

  private int peer(NodeTable table, int slot) {
    int peer = table.peer(slot);
    if (peer < 0 || peer >= ranks.length) {
      throw new SimulationFault(
          "there is no rank " + Integer.toUnsignedString(peer) + ", only " + ranks.length);
    }
    return peer;
  }

  private boolean compute(RankWorkload rank, int slot) {
    NodeTable table = rank.nodes();
    boolean cpu = table.cpu(slot);
    if (!system.roofline() || cpu) {
      return replay(rank, slot, !cpu);
    }
    long bytes = table.touchedBytes(slot);
    if (bytes == 0) {
      nodes++;
      return false;
    }
    long nanos = sums[rank.rank()].add(table.operations(slot), bytes);
    rank.statistics().countAsCompute(nanos);
    later(rank, slot, nanos);
    return true;
  }

  private boolean replay(RankWorkload rank, int slot, boolean countsAsCompute) {
    NodeTable table = rank.nodes();
    long nanos = table.nanos(slot);
    if (countsAsCompute) {
      rank.statistics().countAsCompute(nanos);
    }
    if (table.kind(slot) == NodeKind.COMPUTE) {
      sums[rank.rank()].add(nanos);
    }
    later(rank, slot, nanos);
    return true;
  }

  private void later(RankWorkload rank, int slot, long nanos) {
    events.onRankAfter(rank.rank(), nanos, Actions.of(Actions.NODE_DONE, rank.rank(), slot));
  }
}
