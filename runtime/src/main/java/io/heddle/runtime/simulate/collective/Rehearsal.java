package io.heddle.runtime.simulate.collective;

import io.heddle.runtime.simulate.config.CollectiveOptimization;
import io.heddle.runtime.simulate.config.CommunicatorGroups;
import io.heddle.runtime.simulate.config.NetworkConfig;
import io.heddle.runtime.simulate.config.SystemConfig;
import io.heddle.runtime.simulate.kernel.EventQueue;
import io.heddle.runtime.simulate.kernel.SimulationFault;
import io.heddle.runtime.simulate.network.Transport;
import io.heddle.runtime.trace.Collective;
import java.util.List;

/** Tells of collectives whether and with whom they run, without running them; on one thread. */
public final class Rehearsal {
  private final int splits;
  private final int ranks;
  private final int dimensions;
  private final Communicators communicators;
  private final PlanMaker planMaker;
  private final Phases phases;
  private final StreamPool pool;
  private final Algorithms algorithms;

  /** Rehearses on a machine. */
  public Rehearsal(SystemConfig system, NetworkConfig network, CommunicatorGroups groups) {
    this.splits = system.splits();
    this.ranks = network.ranks();
    this.dimensions = network.dimensions().size();
    this.communicators = new Communicators(groups, ranks);
    this.planMaker = new PlanMaker(system, network, 1);
    this.phases = new Phases(system.optimization() == CollectiveOptimization.LOCAL_BANDWIDTH_AWARE);
    this.pool = new StreamPool(2 * dimensions);
    EventQueue events = new EventQueue();
    Transport transport = new Transport(network, false, false, events, unused -> {});
    this.algorithms =
        new Algorithms(new Endpoint(events, transport, system.localMemoryBandwidth()));
  }

  /**
   * Refuses a collective that cannot run; arguments as in {@link Collectives#issue}.
   *
   * @throws SimulationFault if it cannot; the message says why
   */
  public void check(int rank, int group, long type, long bytes, int involved) {
    Collective collective = Operation.of(type);
    Plan plan = communicators.get(group, rank, collective).plan(collective, involved, planMaker);
    Chunks chunks = Chunks.of(collective, bytes, splits, ranks);
    Stream stream = pool.take(plan, algorithms);
    stream.rank = rank;
    phases.plan(stream, collective, chunks.bytes(), new RankQueues(dimensions, 1));
    pool.release(stream);
  }

  /** Chunks of a collective that passes the check: so many numbers it takes. */
  public int chunks(int type, long bytes) {
    return Chunks.of(Operation.of(type), bytes, splits, ranks).count();
  }

  /**
   * The lowest of the ranks with which a rank runs a collective that passes the check. They are all
   * members of the group, unless it leaves out dimensions of the network; then they are those that
   * differ from the rank in the other dimensions. 0 where they are all.
   */
  public int lowest(int rank, int group, int type, int involved) {
    Plan plan = plan(rank, group, type, involved);
    int lowest = plan.subset() ? 0 : rank;
    for (int i = 0; i < plan.live() && !plan.subset(); i++) {
      LogicalRing ring = plan.ring(plan.live(i));
      lowest -= ring.position(rank) * ring.stride();
    }
    return lowest;
  }

  /** How many ranks run it together. */
  public int size(int rank, int group, int type, int involved) {
    Plan plan = plan(rank, group, type, involved);
    int size = 1;
    for (int i = 0; i < plan.live(); i++) {
      size *= plan.ring(plan.live(i)).size();
    }
    return size;
  }

  private Plan plan(int rank, int group, int type, int involved) {
    Collective collective = Operation.of(type);
    return communicators.get(group, rank, collective).plan(collective, involved, planMaker);
  }

  /** The members of a group in the order of its ring. */
  public List<Integer> members(int group) {
    return communicators.members(group);
  }
}
