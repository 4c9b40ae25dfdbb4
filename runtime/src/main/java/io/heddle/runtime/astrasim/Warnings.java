package io.heddle.runtime.astrasim;

import io.heddle.plan.Cluster;
import io.heddle.plan.PlanValues;
import io.heddle.plan.mesh.Axis;
import io.heddle.plan.mesh.Group;
import io.heddle.plan.mesh.RingOrder;
import io.heddle.runtime.cost.CarriedBytes;
import io.heddle.runtime.report.StepCounts;
import io.heddle.runtime.report.StepCounts.UsedGroups;
import io.heddle.runtime.trace.CountingSink;
import io.heddle.runtime.trace.Flattener;
import io.heddle.runtime.trace.ForwardingFlattener;
import io.heddle.runtime.trace.PipelineFlattener;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/** What AstraSim would compute other than meant. */
public final class Warnings {
  /** AstraSim multiplies ids by 10^6 in 32 bits. */
  private static final int GROUP_ID_LIMIT = 2148;

  private Warnings() {}

  /**
   * What is to be said of a plan.
   *
   * @param counts of the nodes of all its ranks
   */
  public static List<String> of(PlanValues plan, CountingSink counts) {
    int ranks = plan.axes().stream().mapToInt(Axis::size).reduce(1, Math::multiplyExact);
    return of(plan.cluster(), ranks, counts.usedGroups());
  }

  /**
   * What is to be said of a plan.
   *
   * @param counts of the nodes of all its ranks
   */
  public static List<String> of(Flattener flattener, StepCounts counts) {
    Set<Integer> ids =
        counts.usedGroups().stream()
            .flatMap(used -> used.ids().stream())
            .collect(Collectors.toSet());
    return of(
        flattener,
        flattener.groups().all().stream()
            .filter(group -> ids.contains(group.id()))
            .sorted(Comparator.comparingInt(Group::id))
            .toList());
  }

  /**
   * What is to be said of a plan of which some ranks were counted.
   *
   * @param counts of the nodes of one rank of each stage at least
   */
  public static List<String> ofSomeRanks(Flattener flattener, StepCounts counts) {
    Set<List<String>> axes =
        counts.usedGroups().stream().map(UsedGroups::axes).collect(Collectors.toSet());
    return of(
        flattener,
        flattener.groups().all().stream().filter(group -> axes.contains(group.axes())).toList());
  }

  private static List<String> of(Flattener flattener, List<Group> used) {
    List<String> warnings = of(flattener.plan().cluster(), flattener.mesh().ranks(), used);
    if (ForwardingFlattener.innermost(flattener) instanceof PipelineFlattener pipeline) {
      CarriedBytes carried = pipeline.carriedBytes();
      if (carried != null) {
        carried.floors().forEach(floor -> warnings.add(sentence(floor)));
      }
    }
    return warnings;
  }

  private static String sentence(CarriedBytes.Floor floor) {
    return String.format(
        Locale.ROOT,
        "The %s over %s takes %,d ns by the latency of its hops alone, %,d ns by the figures of its"
            + " network, for %,d bytes; give the network a smaller latency.",
        floor.collective().astraSimName(),
        String.join(", ", floor.axes()),
        floor.floorNanos(),
        floor.nanos(),
        floor.bytes());
  }

  /**
   * Whole sentences, none where all is well.
   *
   * @param ranks of the plan
   * @param groups that run a collective or send messages
   */
  static List<String> of(Cluster cluster, int ranks, List<Group> groups) {
    List<String> warnings = new ArrayList<>();
    if (cluster.liveDimensions().isEmpty()) {
      warnings.add("AstraSim runs no network of one rank.");
    }
    List<Group> overflowing = groups.stream().filter(g -> g.id() >= GROUP_ID_LIMIT).toList();
    if (!overflowing.isEmpty()) {
      warnings.add(
          "%d groups have ids of %d or more, which overflow AstraSim's message tags."
              .formatted(overflowing.size(), GROUP_ID_LIMIT));
    }
    RingOrder order = cluster.ringOrder();
    // A group of all ranks takes the network's own rings.
    List<Group> diagonal =
        groups.stream()
            .filter(group -> group.size() < ranks && order.diagonalHops(group.ring()) > 0)
            .toList();
    if (!diagonal.isEmpty()) {
      warnings.add(
          "The rings of %d groups, %s the first, have hops that change several digits of the"
                  .formatted(diagonal.size(), diagonal.get(0).name())
              + " network; AstraSim charges them in the innermost of these dimensions only.");
    }
    return warnings;
  }
}
