package io.heddle.runtime.simulate.collective;

import io.heddle.plan.mesh.Collective;
import io.heddle.runtime.cost.CollectivePlan;
import io.heddle.runtime.cost.CollectivePlans;
import io.heddle.runtime.cost.Implementation.Algorithm;
import io.heddle.runtime.cost.LogicalRing;
import io.heddle.runtime.fold.Fold;
import io.heddle.runtime.fold.Orbit;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The members of a group, and how many chunks each has begun: the number that tells the group's
 * messages apart.
 */
final class Communicator {
  private static final int IDS_PER_GROUP = 1_000_000;
  private static final int COLLECTIVE_TAGS = 500_000_000;
  private static final int INVOLVED_BITS = 16;
  private static final int ALL_DIMENSIONS = 0xffff;

  private final int id;
  private final LogicalRing members;
  private final int[] begun;
  private final RingMembers gathering;
  private final long groups;
  private final @Nullable Fold fold;
  private final Map<Integer, CollectivePlan> plans = new HashMap<>();

  /** By dimension; by -1 less it, the other way round. */
  private final Map<Integer, PhaseRings> ringsOfDimension = new HashMap<>();

  private @Nullable PhaseRings single;
  private @Nullable Boolean inOrder;

  Communicator(int id, LogicalRing members) {
    this(id, members, 1, null);
  }

  /** The communicator of groups that are alike. */
  Communicator(Orbit orbit, Fold fold) {
    this(orbit.id(), orbit.ring(), orbit.groups(), fold);
  }

  private Communicator(int id, LogicalRing members, long groups, @Nullable Fold fold) {
    this.id = id;
    this.members = members;
    this.begun = new int[members.period()];
    this.gathering = new RingMembers(members.period());
    this.groups = groups;
    this.fold = fold;
  }

  /** Whether members act for others. */
  boolean isFolded() {
    return fold != null;
  }

  /** For how many groups it stands. */
  long groups() {
    return groups;
  }

  /**
   * The members in the order of the ring of a plan that takes them round one, else in their own.
   */
  LogicalRing ring(CollectivePlan plan) {
    return fold != null || plan.live() > 1 ? members : plan.ring(plan.live(0));
  }

  /**
   * The rings of a phase of a plan, of more than one rank each.
   *
   * @throws io.heddle.runtime.fold.FinerColoursException if members that act at the same time are
   *     told apart too little for that
   */
  PhaseRings rings(CollectivePlan plan, int phase) {
    if (plan.live() == 1) {
      if (fold != null) {
        check(fold, plan, plan.operation(phase));
      }
      if (single == null) {
        single = PhaseRings.single(ring(plan));
      }
      return single;
    }
    int dimension = plan.dimension(phase);
    boolean back = plan.phasesUp() > 0 && phase >= plan.phasesUp();
    int key = back ? -1 - dimension : dimension;
    PhaseRings rings = ringsOfDimension.get(key);
    if (rings == null) {
      rings = back ? along(plan, dimension).reversed() : along(plan, dimension);
      ringsOfDimension.put(key, rings);
    }
    return rings;
  }

  /** Refuses one ring of members that act for others where it is not the ring of the plan. */
  private void check(Fold byColours, CollectivePlan plan, Collective operation) {
    Algorithm algorithm = plan.implementation(plan.live(0)).algorithm();
    if (algorithm == Algorithm.RING) {
      byColours.checkRing(id);
    } else {
      byColours.checkPairs(id);
    }
    boolean needsOrder = algorithm != Algorithm.DIRECT || operation.goesThereAndBack();
    if (!plan.subset() && needsOrder && !isInOrder()) {
      throw new OrderMatters();
    }
  }

  private boolean isInOrder() {
    if (inOrder == null) {
      inOrder = findOrder();
    }
    return inOrder;
  }

  /** Whether all ranks stand in the order of their numbers, wherever they begin. */
  private boolean findOrder() {
    int rank = members.rank(0, 0, 0);
    for (int place = 1; place < members.size(); place++) {
      int next = members.rank(0, 0, place);
      if (next != (rank + 1) % members.size()) {
        return false;
      }
      rank = next;
    }
    return true;
  }

  private PhaseRings along(CollectivePlan plan, int dimension) {
    return fold == null
        ? PhaseRings.ofDimension(plan.ring(dimension), members)
        : PhaseRings.folded(fold.ringsAlong(dimension), members);
  }

  /** 0 for all ranks. */
  int id() {
    return id;
  }

  LogicalRing members() {
    return members;
  }

  /** Place of a member among all in ascending order. */
  int sortedPosition(int rank) {
    if (members.stride() > 0) {
      return members.position(rank);
    }
    int place = 0;
    for (int i = 0; i < members.size(); i++) {
      place += members.rank(0, 0, i) < rank ? 1 : 0;
    }
    return place;
  }

  /** The members that have issued a collective which is worked out when all have. */
  RingMembers gathering() {
    return gathering;
  }

  /** Chunks that a member has begun. */
  int begun(int position) {
    return begun[position];
  }

  /** Number of the next chunk of a member: ids and chunks of all groups fit 64 bits. */
  long nextStream(int position) {
    return (long) id * IDS_PER_GROUP + begun[position]++;
  }

  /** Counts a chunk of another group of the member. */
  void skipStream(int position) {
    begun[position]++;
  }

  /**
   * The tag of a chunk's messages. AstraSim keeps numbers in 32 bits, so that those of a group with
   * an id of 2,148 or more wrap; two groups whose ids differ modulo 500 have tags of their own as
   * long as a member begins fewer than 32,704 chunks.
   */
  static int tag(long stream) {
    return COLLECTIVE_TAGS + (int) stream % COLLECTIVE_TAGS;
  }

  /**
   * The plan for a collective, made once.
   *
   * @param dimensions bit d for each dimension d that takes part; of all ranks only
   */
  CollectivePlan plan(Collective collective, int dimensions, CollectivePlans maker) {
    int involved = id == 0 ? dimensions : ALL_DIMENSIONS;
    int key = (collective.chakraType() << INVOLVED_BITS) | involved;
    CollectivePlan plan = plans.get(key);
    if (plan == null) {
      plan = maker.make(id, members, collective, involved);
      plans.put(key, plan);
    }
    return plan;
  }
}
