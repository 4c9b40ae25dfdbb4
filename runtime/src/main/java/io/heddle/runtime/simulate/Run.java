package io.heddle.runtime.simulate;

import io.heddle.runtime.cost.CannotRunException;
import io.heddle.runtime.cost.KernelCost;
import io.heddle.runtime.cost.Machine;
import io.heddle.runtime.fold.Fold;
import io.heddle.runtime.simulate.SimulationResult.Status;
import io.heddle.runtime.simulate.collective.Collectives;
import io.heddle.runtime.simulate.collective.OrderMatters;
import io.heddle.runtime.simulate.collective.PairwiseExchanges;
import io.heddle.runtime.simulate.collective.SentParts;
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
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * One simulation: issues nodes, and hands each event to whom it concerns. Where it is folded, one
 * rank of each colour runs for all.
 */
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
  private final @Nullable Fold fold;
  private final @Nullable PairwiseExchanges exchanges;
  private final int[] running;
  private final @Nullable RankWorkload[] ranks;
  private final @Nullable RooflineSums[] sums;
  private final boolean strict;
  private Optional<MemoryTracker> tracker = Optional.empty();
  private boolean starting;
  private long nodes;

  Run(
      SimulationInput input,
      SimulationOptions options,
      Workload workload,
      SimulationObserver observer,
      @Nullable Fold fold,
      boolean atOnce) {
    Machine machine = input.machine(options.injectionScale());
    this.system = input.system();
    this.workload = workload;
    this.observer = observer;
    this.openLane = options.openLane();
    this.strict = workload.fails();
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
            fold,
            options.queuesPerDimension(),
            atOnce,
            openLane,
            events,
            transport,
            this::complete);
    this.memory = new RemoteMemory(input.memory(), events);
    this.kernels = new KernelCost(machine);
    this.fold = fold;
    this.exchanges = fold == null ? null : new PairwiseExchanges(fold, events);
    this.ranks = new @Nullable RankWorkload[input.network().ranks()];
    this.sums = new @Nullable RooflineSums[ranks.length];
    this.running =
        fold == null
            ? IntStream.range(0, ranks.length).toArray()
            : IntStream.range(0, fold.colours()).map(fold::representativeOf).toArray();
  }

  SimulationResult run() {
    try {
      open();
      starting = strict;
      for (int r : running) {
        RankWorkload rank = rank(r);
        rank.start();
        checkEnd(rank);
      }
      starting = false;
      for (long action = events.poll(); action != Actions.NONE; action = events.poll()) {
        dispatch(action);
      }
    } catch (CannotRunException | IOException e) {
      String problem = String.valueOf(e.getMessage());
      return results(Status.ERROR, List.of(problem));
    }
    if (fold != null) {
      boolean ended = Arrays.stream(running).allMatch(rank -> rank(rank).finished());
      return results(ended ? Status.OK : Status.STALLED, List.of());
    }
    List<String> diagnosis = Diagnosis.of(ranks, collectives, transport);
    Status status = diagnosis.isEmpty() ? Status.OK : Status.STALLED;
    return results(status, diagnosis);
  }

  private SimulationResult results(Status status, List<String> diagnosis) {
    return new Results(system.roofline(), tracker)
        .of(status, ranks, sums, diagnosis, nodes, messages(), bytes());
  }

  /** Tells the observer what the ranks held that ended. */
  void tellMemory() {
    tracker.ifPresent(
        account -> {
          for (RankWorkload rank : ranks) {
            if (rank != null
                && rank.finished()
                && rank.statistics().onlyComputeAndCommunication()) {
              observer.held(account.of(rank.rank()));
            }
          }
        });
  }

  private long messages() {
    long exchanged = exchanges == null ? 0 : exchanges.sent();
    return transport.sent() + collectives.messagesWorkedOut() + exchanged;
  }

  private long bytes() {
    long exchanged = exchanges == null ? 0 : exchanges.sentBytes();
    return transport.sentBytes() + collectives.bytesWorkedOut() + exchanged;
  }

  private void open() throws IOException {
    SimulationObserver heard = observer;
    if (system.memoryTrace().isPresent()) {
      MemoryTracker account = new MemoryTracker(workload);
      tracker = Optional.of(account);
      heard = observer.and(account);
    }
    for (int r : running) {
      RankWorkload rank = new RankWorkload(r, workload.open(r), events, this, heard, openLane);
      ranks[r] = rank;
      sums[r] = new RooflineSums(kernels);
      rank.load();
      if (!rank.source().chained()) {
        collectives.runEventByEvent();
      }
    }
  }

  private RankWorkload rank(int rank) {
    return Objects.requireNonNull(ranks[rank]);
  }

  private RooflineSums sums(int rank) {
    return Objects.requireNonNull(sums[rank]);
  }

  private void complete(int number, int slot) {
    RankWorkload rank = rank(number);
    countDone(number, rank.nodes().nodes(slot));
    rank.complete(slot);
    if (strict) {
      checkEnd(rank);
    }
  }

  private void countDone(int rank) {
    countDone(rank, 1);
  }

  private void countDone(int rank, int traceNodes) {
    nodes += traceNodes * (fold == null ? 1L : fold.count(fold.colour(rank)));
  }

  /** AstraSim works out statistics when a rank ends, and survives a failure only in some events. */
  private void checkEnd(RankWorkload rank) {
    if (strict
        && rank.finished()
        && !rank.statistics().onlyComputeAndCommunication()
        && !events.isOfRank()) {
      throw new SimulationFault(
          "rank "
              + rank.rank()
              + ": it has CPU, memory or invalid nodes, and what ends last is a send, a receive or"
              + " done at once: AstraSim fails in its statistics; let it end with a kernel");
    }
  }

  private void dispatch(long action) {
    int index = Actions.index(action);
    switch (Actions.kind(action)) {
      case Actions.NODE_DONE -> complete(Actions.rank(action), index);
      case Actions.BUNDLE -> collectives.bundled(index, Actions.flag(action));
      case Actions.REDUCED -> collectives.reduced(index);
      case Actions.RECEIVED -> collectives.received(index);
      case Actions.CUSTOM_DONE -> collectives.customDone(Actions.rank(action), index);
      case Actions.BUS -> collectives.onBus(Actions.rank(action), index);
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
      boolean underWay = begin(rank, slot);
      if (starting && events.isDueNow()) {
        throw new SimulationFault(
            "it takes no time at t = 0, where AstraSim fails: " + noTime(rank.nodes().kind(slot)));
      }
      return underWay;
    } catch (CannotRunException e) {
      throw new SimulationFault(
          "rank "
              + rank.rank()
              + ": "
              + rank.source().locate(rank.nodes().id(slot))
              + ": "
              + problem(rank, slot, String.valueOf(e.getMessage())));
    }
  }

  private String problem(RankWorkload rank, int slot, String problem) {
    NodeTable table = rank.nodes();
    return table.kind(slot) == NodeKind.COLLECTIVE
            && NodeFault.concernsGroup(problem, table.group(slot))
        ? NodeFault.withName(problem, workload.groupNames(rank.rank()).get(table.id(slot)))
        : problem;
  }

  private static String noTime(NodeKind kind) {
    return switch (kind) {
      case COMPUTE -> "let the first kernel last 1 ns or more";
      case COLLECTIVE -> "let endpoint-delay, or what an algorithm begins with, be 1 ns or more";
      case LOAD, STORE -> "let remote memory have a latency";
      default ->
          "let the network have a latency of 1 ns or more, or the message more bytes (where links"
              + " are shared, so many that the first is busy for 1 ns or more)";
    };
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
        send(table, rank, slot);
      }
      case RECEIVE -> {
        receive(table, rank, slot);
      }
      case COLLECTIVE -> {
        if (table.broadcast(slot)) {
          return replay(workloadOfRank, slot, false);
        }
        collectives.issue(
            rank,
            slot,
            table.id(slot),
            table.group(slot),
            Collectives.known(table.statedCollective(slot)),
            table.bytes(slot),
            table.priority(slot),
            table.involved(slot));
      }
      case INVALID -> {
        countDone(rank);
        return false;
      }
      case METADATA ->
          throw new SimulationFault("metadata nodes cannot be simulated: leave the node out");
    }
    return true;
  }

  private void send(NodeTable table, int rank, int slot) {
    if (table.isJoined(slot)) {
      SentParts parts = workload.sentParts(table.sentParts(slot));
      Objects.requireNonNull(exchanges).send(rank, slot, table.groupOfMessage(slot), parts);
      return;
    }
    int to = peer(table, slot);
    long done = Actions.of(Actions.NODE_DONE, rank, slot);
    int tag = MessageTransport.tag(table.tag(slot));
    long bytes = table.bytes(slot);
    if (fold == null) {
      transport.send(tag, rank, to, bytes, done);
      return;
    }
    int distance = distance(fold, table.groupOfMessage(slot), rank, to);
    transport.sendAlike(tag, rank, to, distance, fold.count(fold.colour(rank)), bytes, done);
  }

  private void receive(NodeTable table, int rank, int slot) {
    if (table.isJoined(slot)) {
      Objects.requireNonNull(exchanges).receive(rank, slot, table.groupOfMessage(slot));
      return;
    }
    int from = peer(table, slot);
    long done = Actions.of(Actions.NODE_DONE, rank, slot);
    int tag = MessageTransport.tag(table.tag(slot));
    long bytes = table.bytes(slot);
    if (fold == null) {
      transport.receive(tag, from, rank, bytes, done);
      return;
    }
    int distance = distance(fold, table.groupOfMessage(slot), from, rank);
    transport.receive(tag, fold.representative(from), distance, bytes, done);
  }

  private static int distance(Fold fold, int group, int from, int to) {
    return fold.displacement(group, from, to).orElseThrow(OrderMatters::new);
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
      countDone(rank.rank());
      return false;
    }
    long nanos = sums(rank.rank()).add(table.operations(slot), bytes);
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
      sums(rank.rank()).add(nanos);
    }
    later(rank, slot, nanos);
    return true;
  }

  private void later(RankWorkload rank, int slot, long nanos) {
    events.onRankAfter(rank.rank(), nanos, Actions.of(Actions.NODE_DONE, rank.rank(), slot));
  }
}
