package io.heddle.runtime.cost;

import io.heddle.plan.mesh.Collective;
import io.heddle.plan.mesh.Group;
import java.util.EnumMap;
import java.util.IdentityHashMap;

/**
 * What a collective takes whose members begin together, in a network without congestion: the closed
 * form of its algorithm, phase by phase, to the tick of AstraSim's events. Used by one thread.
 */
public final class CollectiveCost {
  private static final int ALL_DIMENSIONS = (1 << 16) - 1;

  private final int splits;
  private final int ranks;
  private final CollectivePlans plans;
  private final RingCost rings;
  private final DirectCost direct;
  private final IdentityHashMap<Group, Members> groups = new IdentityHashMap<>();

  /** Collectives on a machine. */
  public CollectiveCost(Machine machine) {
    this.splits = machine.splits();
    this.ranks = machine.ranks();
    this.plans = new CollectivePlans(machine);
    this.rings = new RingCost(machine);
    this.direct = new DirectCost(machine);
  }

  /** A group, with the plans and times of what it has been asked for. */
  private record Members(
      int id,
      LogicalRing ring,
      int first,
      EnumMap<Collective, CollectivePlan> plans,
      EnumMap<Collective, KnownTimes> times) {
    static Members of(Group group) {
      return new Members(
          group.id(),
          LogicalRing.of(group.ring()),
          group.member(0),
          new EnumMap<>(Collective.class),
          new EnumMap<>(Collective.class));
    }
  }

  /**
   * ns until the last member is done.
   *
   * @param bytes an all-gather's own shard, else a member's whole tensor
   * @throws CannotRunException if the machine cannot run it, or no formula is known
   * @throws ArithmeticException if 63 bits do not hold it
   */
  public long nanos(Group group, Collective collective, long bytes) {
    Members members = members(group);
    KnownTimes known = members.times().get(collective);
    if (known == null) {
      known = new KnownTimes();
      members.times().put(collective, known);
    }
    long nanos = known.of(bytes);
    if (nanos == KnownTimes.UNKNOWN) {
      nanos = nanos(members, members.first(), Until.LAST, collective, bytes);
      known.put(bytes, nanos);
    }
    return nanos;
  }

  /**
   * ns until one member is done; arguments and errors as in {@link #nanos(Group, Collective,
   * long)}. Members are done at different times only where the hops of their ring differ.
   *
   * @param rank a member
   */
  public long nanosOf(int rank, Group group, Collective collective, long bytes) {
    return nanos(members(group), rank, Until.OWN, collective, bytes);
  }

  /**
   * ns from when the last member begins until all members can be done at the earliest, wherever in
   * the group the last one stands; errors as in {@link #nanos(Group, Collective, long)}. What the
   * last member sends has to go its way to all others, of which some may be done before.
   *
   * @param bytes an all-gather's own shard, else a member's whole tensor
   */
  public long leastNanos(Group group, Collective collective, long bytes) {
    Members members = members(group);
    return nanos(members, members.first(), Until.LEAST, collective, bytes);
  }

  /** Of the members that begin together or one of them last: until which of them is done. */
  private enum Until {
    LAST,
    OWN,
    LEAST
  }

  private Members members(Group group) {
    Members known = groups.get(group);
    if (known == null) {
      known = Members.of(group);
      groups.put(group, known);
    }
    return known;
  }

  private long nanos(Members members, int rank, Until until, Collective collective, long bytes) {
    CollectivePlan plan = members.plans().get(collective);
    if (plan == null) {
      plan = plans.make(members.id(), members.ring(), collective, ALL_DIMENSIONS);
      members.plans().put(collective, plan);
    }
    Chunks chunks = Chunks.of(collective, bytes, splits, ranks);
    if (chunks.count() > 1) {
      throw new CannotRunException("a collective in several chunks has no closed form");
    }
    long data = chunks.bytes();
    long sum = 0;
    for (int phase = 0; phase < plan.phases(); phase++) {
      Collective operation = plan.operation(phase);
      int dimension = plan.dimension(phase);
      sum = Math.addExact(sum, phase(plan, dimension, rank, until, operation, data));
      data = CollectiveBytes.result(operation, data, plan.ring(dimension).size());
    }
    return sum;
  }

  private long phase(
      CollectivePlan plan, int dimension, int rank, Until until, Collective operation, long data) {
    LogicalRing ring = plan.ring(dimension);
    CollectiveBytes.checkMessage(operation, data, dimension, ring.size());
    long message = CollectiveBytes.message(operation, data, ring.size());
    long delay = plan.endpointDelay();
    return switch (plan.implementation(dimension).algorithm()) {
      case RING ->
          switch (until) {
            case LAST -> rings.lastNanos(ring, rank, operation, message, delay);
            case OWN -> rings.nanos(ring, rank, operation, message, delay);
            case LEAST -> rings.leastNanos(ring, rank, operation, message, delay);
          };
      case DIRECT ->
          until == Until.LEAST
              ? direct.leastNanos(ring, rank, operation, message, delay)
              : direct.nanos(ring, rank, operation, message, delay);
      case HALVING_DOUBLING, DOUBLE_BINARY_TREE ->
          throw new CannotRunException(
              plan.implementation(dimension).astraSimName() + " has no closed form here");
    };
  }
}
