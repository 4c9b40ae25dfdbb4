package io.heddle.runtime.report;

import io.heddle.plan.marker.Api;
import io.heddle.plan.mesh.Group;
import io.heddle.runtime.trace.CountingSink;
import io.heddle.runtime.trace.Traffic;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * The nodes of all ranks of a step, counted: the numbers of a {@link CountingSink}, as data that
 * can be kept.
 *
 * @param modelMatmulOperations operations of the model's matrix products, each counted once
 * @param recomputedMatmulOperations those of forward passes that are run again for the backward
 * @param pointwiseOperations operations of kernels without matrix products
 * @param rescoreOperations what kernels with matrix products compute besides those of the model
 * @param memoryBytes that kernels read and write in device memory
 * @param sentBytes of all messages between ranks, counted at the sender
 * @param sentInGroupsBytes of those messages that go from rank to rank of a group
 * @param traffic collectives by the axes of their groups, then by kind
 * @param usedGroups that ran a collective or sent messages from member to member
 */
@Api
public record StepCounts(
    long computeNodes,
    long collectiveNodes,
    long sendNodes,
    long receiveNodes,
    BigInteger modelMatmulOperations,
    BigInteger recomputedMatmulOperations,
    BigInteger pointwiseOperations,
    BigInteger rescoreOperations,
    BigInteger memoryBytes,
    BigInteger sentBytes,
    BigInteger sentInGroupsBytes,
    List<Traffic> traffic,
    List<UsedGroups> usedGroups) {

  /**
   * Groups along the same axes.
   *
   * @param ids as in the traces, ascending; where only one rank of each stage was counted, its own
   *     numbers
   */
  public record UsedGroups(List<String> axes, List<IdRange> ids) {
    public UsedGroups {
      axes = List.copyOf(axes);
      ids = List.copyOf(ids);
    }

    /** Groups with these ids, which rise. */
    public static UsedGroups of(List<String> axes, int[] ids) {
      List<IdRange> ranges = new ArrayList<>();
      int from = 0;
      for (int i = 1; i <= ids.length; i++) {
        if (i == ids.length || ids[i] != ids[i - 1] + 1) {
          ranges.add(new IdRange(ids[from], ids[i - 1]));
          from = i;
        }
      }
      return new UsedGroups(axes, ranges);
    }
  }

  /**
   * Ids that follow each other: there are many groups, but few gaps between their ids.
   *
   * @param first the least
   * @param last the largest
   */
  public record IdRange(int first, int last) {}

  public StepCounts {
    traffic = List.copyOf(traffic);
    usedGroups = List.copyOf(usedGroups);
  }

  /** What a sink has counted. */
  public static StepCounts of(CountingSink counted) {
    return of(counted, used(counted));
  }

  /** The groups that a sink has seen. */
  public static List<UsedGroups> used(CountingSink counted) {
    Map<List<String>, IntStream.Builder> ids = new LinkedHashMap<>();
    for (Group group : counted.usedGroups()) {
      ids.computeIfAbsent(group.axes(), unused -> IntStream.builder()).add(group.id());
    }
    List<UsedGroups> used = new ArrayList<>();
    ids.forEach((axes, all) -> used.add(UsedGroups.of(axes, all.build().toArray())));
    return used;
  }

  /** What a sink has counted that did not see all groups that are used. */
  static StepCounts of(CountingSink counted, List<UsedGroups> used) {
    return new StepCounts(
        counted.computeNodes(),
        counted.collectiveNodes(),
        counted.sendNodes(),
        counted.receiveNodes(),
        counted.modelMatmulOperations(),
        counted.recomputedMatmulOperations(),
        counted.pointwiseOperations(),
        counted.rescoreOperations(),
        counted.memoryBytes(),
        counted.sentBytes(),
        counted.sentInGroupsBytes(),
        counted.traffic(),
        used);
  }

  /** All nodes. */
  public long nodes() {
    return computeNodes + collectiveNodes + sendNodes + receiveNodes;
  }

  /** Operations of all kernels. */
  public BigInteger operations() {
    return modelMatmulOperations
        .add(recomputedMatmulOperations)
        .add(pointwiseOperations)
        .add(rescoreOperations);
  }

  /** Bytes that ranks hand to collectives, as {@link Traffic} counts. */
  public BigInteger collectiveBytes() {
    return traffic.stream().map(Traffic::bytes).reduce(BigInteger.ZERO, BigInteger::add);
  }
}
