package io.heddle.runtime.simulate.collective;

import io.heddle.plan.mesh.Collective;
import io.heddle.runtime.cost.CannotRunException;
import io.heddle.runtime.cost.Chunks;
import io.heddle.runtime.cost.CollectivePlan;
import io.heddle.runtime.cost.CollectivePlans;
import io.heddle.runtime.cost.LogicalRing;
import io.heddle.runtime.cost.Machine;
import io.heddle.runtime.simulate.config.CommunicatorGroups;
import io.heddle.runtime.simulate.kernel.EventQueue;
import io.heddle.runtime.simulate.network.MessageTransport;
import java.util.List;
import java.util.Optional;

/** Tells of collectives whether and with whom they run, without running them; on one thread. */
public final class Rehearsal {
  private final int splits;
  private final int ranks;
  private final int dimensions;
  private final Communicators communicators;
  private final CollectivePlans plans;
  private final StreamPool pool;
  private final Algorithms algorithms;

  /** Rehearses on a machine. */
  public Rehearsal(Machine machine, CommunicatorGroups groups) {
    this.splits = machine.splits();
    this.ranks = machine.ranks();
    this.dimensions = machine.network().size();
    this.communicators = new Communicators(groups, ranks);
    this.plans = new CollectivePlans(machine);
    this.pool = new StreamPool(2 * dimensions);
    EventQueue events = new EventQueue();
    MessageTransport transport = new MessageTransport(machine, false, false, events, unused -> {});
    this.algorithms = new Algorithms(new Endpoint(events, transport, machine, Optional.empty()));
  }

  /**
   * Refuses a collective that cannot run; arguments as in {@link Collectives#issue}.
   *
   * @throws CannotRunException if it cannot; the message says why
   */
  public void check(int rank, int group, long type, long bytes, int involved) {
    Collective collective = KnownCollectives.of(type);
    CollectivePlan plan =
        communicators.get(group, rank, collective).plan(collective, involved, plans);
    Chunks chunks = Chunks.of(collective, bytes, splits, ranks);
    Stream stream = pool.take(plan, algorithms);
    stream.rank = rank;
    StreamPhases.plan(stream, collective, chunks.bytes(), new RankQueues(dimensions, 1));
    pool.release(stream);
  }

  /** Chunks of a collective that passes the check: so many numbers it takes. */
  public int chunks(int type, long bytes) {
    return Chunks.of(KnownCollectives.of(type), bytes, splits, ranks).count();
  }

  /**
   * The lowest of the ranks with which a rank runs a collective that passes the check. They are all
   * members of the group, unless it leaves out dimensions of the network; then they are those that
   * differ from the rank in the other dimensions. 0 where they are all.
   */
  public int lowest(int rank, int group, int type, int involved) {
    CollectivePlan plan = plan(rank, group, type, involved);
    int lowest = plan.subset() ? 0 : rank;
    for (int i = 0; i < plan.live() && !plan.subset(); i++) {
      LogicalRing ring = plan.ring(plan.live(i));
      lowest -= ring.position(rank) * ring.stride();
    }
    return lowest;
  }

  /** How many ranks run it together. */
  public int size(int rank, int group, int type, int involved) {
    CollectivePlan plan = plan(rank, group, type, involved);
    int size = 1;
    for (int i = 0; i < plan.live(); i++) {
      size *= plan.ring(plan.live(i)).size();
    }
    return size;
  }

  private CollectivePlan plan(int rank, int group, int type, int involved) {
    Collective collective = KnownCollectives.of(type);
    return communicators.get(group, rank, collective).plan(collective, involved, plans);
  }

  /** The members of a group in the order of its ring. */
  public List<Integer> members(int group) {
    return communicators.members(group);
  }
}
