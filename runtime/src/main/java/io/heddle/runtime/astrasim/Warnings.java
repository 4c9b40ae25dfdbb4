package io.heddle.runtime.astrasim;

import io.heddle.plan.Cluster;
import io.heddle.plan.PlanValues;
import io.heddle.plan.mesh.Axis;
import io.heddle.plan.mesh.Group;
import io.heddle.plan.mesh.PartedRanks;
import io.heddle.plan.mesh.RingOrder;
import io.heddle.runtime.cost.CarriedBytes;
import io.heddle.runtime.pipeline.PipelineFlattener;
import io.heddle.runtime.pool.PoolsFlattener;
import io.heddle.runtime.report.StepCounts;
import io.heddle.runtime.report.StepCounts.UsedGroups;
import io.heddle.runtime.trace.CountingSink;
import io.heddle.runtime.trace.Flattener;
import io.heddle.runtime.trace.ForwardingFlattener;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Supplier;
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
    BitSet ids = new BitSet();
    for (UsedGroups used : counts.usedGroups()) {
      used.ids().forEach(range -> ids.set(range.first(), range.last() + 1));
    }
    return of(flattener, (parted, group) -> ids.get(parted.id(group)));
  }

  /**
   * What is to be said of a plan of which some ranks were counted.
   *
   * @param counts of the nodes of one rank of each stage at least
   */
  public static List<String> ofSomeRanks(Flattener flattener, StepCounts counts) {
    Set<List<String>> axes =
        counts.usedGroups().stream().map(UsedGroups::axes).collect(Collectors.toSet());
    return of(flattener, (parted, group) -> axes.contains(parted.axes()));
  }

  /**
   * What is to be said of the groups of a plan.
   *
   * @param used ids of those that run a collective or send messages
   */
  static List<String> ofGroups(Flattener flattener, BitSet used) {
    return tally(flattener, (parted, group) -> used.get(parted.id(group))).warnings();
  }

  /** Which groups run a collective or send messages. */
  private interface Usage {
    boolean isUsed(PartedRanks parted, int group);
  }

  private static List<String> of(Flattener flattener, Usage usage) {
    List<String> warnings = tally(flattener, usage).warnings();
    Flattener innermost = ForwardingFlattener.innermost(flattener);
    if (innermost instanceof PipelineFlattener pipeline) {
      CarriedBytes carried = pipeline.pipeline().carriedBytes();
      if (carried != null) {
        carried.floors().forEach(floor -> warnings.add(sentence(floor, "")));
      }
    } else if (innermost instanceof PoolsFlattener pools) {
      pools
          .floors()
          .forEach(
              (plan, floors) ->
                  floors.forEach(floor -> warnings.add(sentence(floor, " of plan " + plan))));
    }
    return warnings;
  }

  private static Tally tally(Flattener flattener, Usage usage) {
    Cluster cluster = flattener.plan().cluster();
    Tally tally = new Tally(cluster, flattener.mesh().ranks());
    for (PartedRanks parted : flattener.groups().parted()) {
      for (int group = 0; group < parted.groups(); group++) {
        if (usage.isUsed(parted, group)) {
          int number = group;
          tally.see(parted.id(group), parted.ring(group), () -> parted.group(number).name());
        }
      }
    }
    return tally;
  }

  private static String sentence(CarriedBytes.Floor floor, String ofPlan) {
    return String.format(
        Locale.ROOT,
        "The %s over %s%s takes %,d ns by the latency of its hops alone, %,d ns by the figures of"
            + " its network, for %,d bytes; give the network a smaller latency.",
        floor.collective().astraSimName(),
        String.join(", ", floor.axes()),
        ofPlan,
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
    Tally tally = new Tally(cluster, ranks);
    groups.forEach(group -> tally.see(group.id(), group.ring(), group::name));
    return tally.warnings();
  }

  /** Counts groups that AstraSim takes other than meant. */
  private static final class Tally {
    private final Cluster cluster;
    private final int ranks;
    private final RingOrder order;
    private int overflowing;
    private int diagonal;
    private int firstDiagonal = Integer.MAX_VALUE;
    private Supplier<String> nameOfFirst = () -> "";

    Tally(Cluster cluster, int ranks) {
      this.cluster = cluster;
      this.ranks = ranks;
      this.order = cluster.ringOrder();
    }

    void see(int id, int[] ring, Supplier<String> name) {
      overflowing += id >= GROUP_ID_LIMIT ? 1 : 0;
      // A group of all ranks takes the network's own rings.
      if (ring.length < ranks && order.diagonalHops(ring) > 0) {
        diagonal++;
        if (id < firstDiagonal) {
          firstDiagonal = id;
          nameOfFirst = name;
        }
      }
    }

    List<String> warnings() {
      List<String> warnings = new ArrayList<>();
      if (cluster.liveDimensions().isEmpty()) {
        warnings.add("AstraSim runs no network of one rank.");
      }
      if (overflowing > 0) {
        warnings.add(
            "%s ids of %d or more, which overflow AstraSim's message tags."
                .formatted(
                    overflowing == 1 ? "A group has" : overflowing + " groups have",
                    GROUP_ID_LIMIT));
      }
      if (diagonal > 0) {
        warnings.add(
            "The rings of "
                + (diagonal == 1
                    ? "group " + nameOfFirst.get()
                    : "%d groups, %s the first,".formatted(diagonal, nameOfFirst.get()))
                + " have hops that change several digits of the network; AstraSim charges them in"
                + " the innermost of these dimensions only.");
      }
      return warnings;
    }
  }
}
