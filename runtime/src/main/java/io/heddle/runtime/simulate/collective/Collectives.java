package io.heddle.runtime.simulate.collective;

import io.heddle.plan.mesh.Collective;
import io.heddle.runtime.cost.Chunks;
import io.heddle.runtime.cost.CollectivePlan;
import io.heddle.runtime.cost.CollectivePlans;
import io.heddle.runtime.cost.Machine;
import io.heddle.runtime.fold.Fold;
import io.heddle.runtime.simulate.config.CommunicatorGroups;
import io.heddle.runtime.simulate.config.SystemConfig;
import io.heddle.runtime.simulate.kernel.EventQueue;
import io.heddle.runtime.simulate.kernel.SimulationFault;
import io.heddle.runtime.simulate.network.MessageTransport;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Runs collectives: cuts them into chunks, and takes each chunk through its phases and queues. On
 * each rank at most one collective is under way, unless its lane is open.
 */
public final class Collectives {
  private final SystemConfig system;
  private final int ranks;
  private final int dimensions;
  private final int queuesPerDimension;
  private final int mostRunning;
  private final CollectiveListener listener;
  private final Communicators communicators;
  private final CollectivePlans plans;
  private final StreamPool pool;
  private final Endpoint endpoint;
  private final Algorithms algorithms;
  private final EventQueue events;
  private final AtOnce whole;
  private final CustomCollectives custom;
  private final boolean isFolded;
  private boolean atOnce;

  // By rank.
  private final RankQueues[] queues;
  private final ChunksLeft chunksLeft;
  private final int[] issuedCollectives;

  /**
   * @param fold whose representatives alone issue collectives; null where all ranks do
   * @param atOnce whether a collective may be worked out when its last member issues it
   * @param openLane whether any number of collectives may be under way on a rank; their chunks do
   *     not queue then
   */
  public Collectives(
      SystemConfig system,
      Machine machine,
      CommunicatorGroups groups,
      @Nullable Fold fold,
      int queuesPerDimension,
      boolean atOnce,
      boolean openLane,
      EventQueue events,
      MessageTransport transport,
      CollectiveListener listener) {
    this.system = system;
    this.ranks = machine.ranks();
    this.dimensions = machine.network().size();
    this.queuesPerDimension = queuesPerDimension;
    this.mostRunning =
        openLane ? Integer.MAX_VALUE : (system.activeChunks() - 1) / queuesPerDimension + 1;
    this.listener = listener;
    this.communicators = new Communicators(groups, ranks, fold);
    this.isFolded = fold != null;
    this.plans = new CollectivePlans(machine);
    this.custom = new CustomCollectives(system.custom(), ranks, events, transport);
    this.endpoint = new Endpoint(events, transport, machine, system.bus());
    this.algorithms = new Algorithms(endpoint);
    this.events = events;
    this.whole = new AtOnce(events, machine);
    this.atOnce = atOnce;
    this.pool = new StreamPool(2 * dimensions);
    this.queues = new RankQueues[ranks];
    this.chunksLeft = new ChunksLeft(ranks, openLane);
    this.issuedCollectives = new int[ranks];
  }

  /**
   * Begins a rank's part of a collective.
   *
   * @param slot of the node in the rank's table
   * @param node its id
   * @param group 0 for all ranks
   * @param type Chakra's number
   * @param bytes as the node says
   * @param priority for the policy {@code EXPLICIT}
   * @param involved bit d for each dimension d that takes part; of all ranks only
   */
  public void issue(
      int rank, int slot, long node, int group, int type, long bytes, int priority, int involved) {
    Collective collective = KnownCollectives.of(type);
    Communicator communicator = communicators.get(group, rank, collective);
    int position = communicator.members().position(rank);
    Optional<Path> algorithm = custom.algorithm(rank, group, collective, node);
    CollectivePlan plan =
        algorithm.isPresent()
            ? CollectivePlan.unplanned(communicator.members())
            : communicator.plan(collective, involved, plans);
    Chunks chunks = Chunks.of(collective, bytes, system.splits(), ranks);
    if (atOnce && workOut(rank, slot, communicator, position, plan, collective, chunks)) {
      return;
    }
    if (algorithm.isPresent() && chunks.count() != 1) {
      throw new SimulationFault(
          "a custom collective in "
              + chunks.count()
              + " chunks never ends in AstraSim: set preferred-dataset-splits to 1");
    }
    Stream[] streams = new Stream[chunks.count()];
    chunksLeft.begin(rank, slot, chunks.count());
    long order = issuedCollectives[rank]++;
    long own =
        switch (system.schedulingPolicy()) {
          case LIFO -> order;
          case FIFO -> -order;
          case EXPLICIT -> Integer.toUnsignedLong(priority);
        };
    for (int i = 0; i < streams.length; i++) {
      streams[i] = make(rank, slot, communicator, position, plan, own);
      if (algorithm.isPresent()) {
        StreamPhases.custom(streams[i]);
        custom.prepare(streams[i], algorithm.get(), communicator);
      } else {
        StreamPhases.plan(streams[i], collective, chunks.bytes(), queues(rank));
      }
      advance(streams[i]);
    }
  }

  /** Takes part in a collective that is worked out when its last member issues it. */
  private boolean workOut(
      int rank,
      int slot,
      Communicator group,
      int position,
      CollectivePlan plan,
      Collective collective,
      Chunks chunks) {
    if (!AtOnce.fits(plan, group, chunks)) {
      if (isFolded || AtOnce.ordered(plan, collective, chunks)) {
        throw new OrderMatters();
      }
      return false;
    }
    AtOnce.check(plan, chunks.bytes());
    long number = nextNumber(rank, group, position);
    for (int i = 1; i < chunks.count(); i++) {
      nextNumber(rank, group, position);
    }
    RingMembers members = group.gathering();
    int place = group.ring(plan).position(rank);
    if (members.join(place, slot, events.now(), number, collective, chunks.bytes())) {
      whole.complete(plan, chunks, mostRunning, group);
      members.clear();
    }
    return true;
  }

  /** Numbers a chunk; AstraSim counts those of smaller groups among those of all ranks, too. */
  private long nextNumber(int rank, Communicator group, int position) {
    long number = group.nextStream(position);
    if (group.id() != 0) {
      communicators.all().skipStream(rank);
    }
    return number;
  }

  /** Runs every collective event by event. */
  public void runEventByEvent() {
    atOnce = false;
  }

  /** Messages that were accounted for without being sent one by one. */
  public long messagesWorkedOut() {
    return whole.sent();
  }

  /** Bytes of these messages. */
  public long bytesWorkedOut() {
    return whole.sentBytes();
  }

  private Stream make(
      int rank,
      int slot,
      Communicator communicator,
      int position,
      CollectivePlan plan,
      long priority) {
    Stream stream = pool.take(plan, algorithms);
    long number = nextNumber(rank, communicator, position);
    stream.rank = rank;
    stream.node = slot;
    stream.tag = Communicator.tag(number);
    stream.priority = priority;
    stream.phase = -1;
    stream.in = null;
    stream.started = false;
    return stream;
  }

  private RankQueues queues(int rank) {
    RankQueues own = queues[rank];
    if (own == null) {
      own = new RankQueues(dimensions, queuesPerDimension);
      queues[rank] = own;
    }
    return own;
  }

  /** A stream is new, or its phase has ended. */
  private void advance(Stream stream) {
    int rank = stream.rank;
    boolean last = stream.phase + 1 == stream.phases;
    if (last && chunksLeft.end(rank, stream.node)) {
      // What the rank issues now meets the queues as they are while this stream still runs.
      listener.done(rank, stream.node);
    }
    StreamQueue old = stream.in;
    if (old != null) {
      old.remove(stream);
    }
    if (last) {
      pool.release(stream);
      if (old != null) {
        old.ended();
        kick(old);
      }
      return;
    }
    stream.phase++;
    stream.started = false;
    StreamQueue queue = queues(rank).queue(stream.queue[stream.phase]);
    queue.insert(stream);
    if (old != null) {
      old.ended();
      kick(old);
    }
    kick(queue);
  }

  private void kick(StreamQueue queue) {
    for (Stream next = queue.startNext(mostRunning);
        next != null;
        next = queue.startNext(mostRunning)) {
      begin(next);
    }
  }

  private void begin(Stream stream) {
    if (custom.runs(stream)) {
      custom.start(stream);
      return;
    }
    int dimension = stream.dimension[stream.phase];
    stream.ring = stream.plan.ring(dimension);
    stream.members = stream.ring.size();
    stream.position = stream.ring.position(stream.rank);
    stream.algorithm = algorithms.of(stream.plan.implementation(dimension).algorithm());
    stream.algorithm.start(stream);
  }

  /** Handles the end of a node of a rank's custom algorithm. */
  public void customDone(int rank, int node) {
    Stream ended = custom.done(rank, node);
    if (ended != null) {
      advance(ended);
    }
  }

  /** What a rank's custom algorithm waits for, for a person; empty if it runs none. */
  public Optional<String> customWait(int rank) {
    CustomRun run = custom.run(rank);
    return run == null ? Optional.empty() : Optional.of(run.waitsFor()).filter(it -> !it.isEmpty());
  }

  /** Handles an event of a rank's memory bus. */
  public void onBus(int rank, int event) {
    endpoint.onBus(rank, event);
  }

  /** Handles the end of an endpoint delay. */
  public void bundled(int handle, boolean reduce) {
    Stream stream = pool.get(handle);
    if (reduce) {
      endpoint.reduce(stream);
    } else if (stream.algorithm.bundled(stream)) {
      advance(stream);
    }
  }

  /** Handles the end of a reduction. */
  public void reduced(int handle) {
    Stream stream = pool.get(handle);
    if (stream.algorithm.bundled(stream)) {
      advance(stream);
    }
  }

  /** Handles a message received. */
  public void received(int handle) {
    Stream stream = pool.get(handle);
    stream.algorithm.received(stream);
  }

  /** The number as it is, if it stands for a collective that uses the network; else a fault. */
  public static int known(long type) {
    return KnownCollectives.of(type).chakraType();
  }

  /** Whether a member gives its own part of a tensor. */
  public static boolean givesPart(long type) {
    return KnownCollectives.of(type).givesPart();
  }

  /** Name of a collective. */
  public static String name(int type) {
    return KnownCollectives.of(type).astraSimName();
  }

  /** The members of a group in the order of its ring. */
  public List<Integer> members(int group) {
    return communicators.members(group);
  }

  /** Chunks that a member of a group has begun. */
  public int begun(int group, int rank) {
    return communicators.begun(group, rank);
  }
}
