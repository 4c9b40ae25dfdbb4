package io.heddle.runtime.aside;

import io.heddle.plan.Exact;
import io.heddle.plan.mesh.Collective;
import io.heddle.plan.mesh.Group;
import io.heddle.runtime.emit.RankEmitter;
import io.heddle.runtime.emit.TwoLevelSum;
import org.jspecify.annotations.Nullable;

/**
 * Groups of ranks whose gradients are added: first reduce-scattered over some axes, then the shards
 * all-reduced over the others. Names and kinds of groups are worked out once, not for each node.
 */
final class DataGroup {
  private final String scatter;
  private final String gather;
  private final String gatherEmbed;
  private final String gatherHead;
  private final String reduce;
  private final int overKind;
  private final long overRanks;
  private final int restKind;
  private final long restRanks;

  DataGroup(String over, int overKind, long overRanks, String rest, int restKind, long restRanks) {
    this.scatter = "scatter." + over;
    this.gather = "gather.weights." + over;
    this.gatherEmbed = "embed." + gather;
    this.gatherHead = "head." + gather;
    this.reduce = "reduce." + rest;
    this.overKind = overKind;
    this.overRanks = overRanks;
    this.restKind = restKind;
    this.restRanks = restRanks;
  }

  /** So many of {@code elements} that every shard has as many, at least one each. */
  long bucket(long elements) {
    return Math.max(overRanks, elements / overRanks * overRanks);
  }

  /** Whether gradients are split over ranks. */
  boolean isSharded() {
    return overRanks > 1;
  }

  /** Whether more than one rank has these gradients. */
  boolean isShared() {
    return overRanks > 1 || restRanks > 1;
  }

  /**
   * Adds gradients over {@link #isSharded several} ranks and keeps this rank's shard; returns the
   * node that does.
   */
  long scatter(RankEmitter rank, long elements, long elementBytes) {
    long part = Exact.ceilDiv(elements, overRanks);
    return rank.reduceScatter(scatter, overKind, Exact.product(part, overRanks, elementBytes));
  }

  /** Adds shards over the other ranks; returns the node that does, or the one before. */
  long reduce(RankEmitter rank, long scattered, long elements, long elementBytes) {
    long part = Exact.ceilDiv(elements, overRanks);
    return restRanks == 1
        ? scattered
        : rank.needs(scattered).allReduce(reduce, restKind, Exact.product(part, elementBytes));
  }

  /** For how long a collective holds a rank's lane. */
  interface Held {
    /** ns. */
    long nanos(Group group, Collective collective, long bytes);
  }

  /** For how long {@link #scatter} and, unless each micro-batch scatters, the rest hold a lane. */
  long holds(Held held, @Nullable Group[] groups, long elements, long elementBytes) {
    long part = Exact.ceilDiv(elements, overRanks);
    long nanos = 0;
    Group over = overRanks == 1 ? null : groups[overKind];
    if (over != null) {
      long bytes = Exact.product(part, overRanks, elementBytes);
      nanos += held.nanos(over, Collective.REDUCE_SCATTER, bytes);
    }
    Group rest = restRanks == 1 ? null : groups[restKind];
    if (rest != null) {
      nanos += sumHolds(held, rest, Exact.product(part, elementBytes));
    }
    return nanos;
  }

  private static long sumHolds(Held held, Group group, long bytes) {
    Group inside = group.inside();
    Group between = group.between();
    if (inside == null || between == null) {
      return held.nanos(group, Collective.ALL_REDUCE, bytes);
    }
    long part = TwoLevelSum.part(bytes, inside.size());
    return held.nanos(inside, Collective.REDUCE_SCATTER, Exact.product(part, inside.size()))
        + held.nanos(between, Collective.ALL_REDUCE, part)
        + held.nanos(inside, Collective.ALL_GATHER, part);
  }

  /** Gathers the weights of a unit from their shards. */
  long gather(RankEmitter rank, int unit, long elements, long elementBytes) {
    if (overRanks == 1 || elements == 0) {
      return RankEmitter.NONE;
    }
    String operation =
        unit == DataGroups.EMBED ? gatherEmbed : unit == DataGroups.HEAD ? gatherHead : gather;
    long part = Exact.ceilDiv(elements, overRanks);
    return rank.allGather(operation, overKind, Exact.product(part, elementBytes));
  }
}
