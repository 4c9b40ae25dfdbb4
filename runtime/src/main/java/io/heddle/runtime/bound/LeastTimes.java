package io.heddle.runtime.bound;

import io.heddle.plan.NetworkDimension;
import io.heddle.plan.NetworkDimension.Topology;
import io.heddle.plan.mesh.Axis;
import io.heddle.plan.mesh.Collective;
import io.heddle.plan.mesh.Group;
import io.heddle.plan.mesh.Groups;
import io.heddle.runtime.cost.CollectiveCost;
import io.heddle.runtime.cost.KernelCost;
import io.heddle.runtime.cost.Machine;
import io.heddle.runtime.cost.MessageCost;
import io.heddle.runtime.pipeline.PipelineFlattener;
import io.heddle.runtime.simulate.Backend;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The least that a node takes on whichever rank of a stage is last to begin it. Where every border
 * of the mesh lies on one of the network or divides it evenly, groups of a kind lie alike in the
 * network, and the one at hand stands for all; elsewhere all groups of the stage are looked at.
 */
final class LeastTimes {
  private final PipelineFlattener flattener;
  private final KernelCost kernels;
  private final CollectiveCost collectives;
  private final MessageCost messages;
  private final List<NetworkDimension> network;

  /** ns that a message may take less than its closed form says. */
  private final long slack;

  private final boolean alike;

  /** Whether communication carries its bytes, however far it goes. */
  private final boolean isNominal;

  private final Map<Of, Long> known = new HashMap<>();
  private final Map<List<Integer>, List<Group>> groupsOfStage = new HashMap<>();

  private record Of(int stage, Group group, Collective collective, long bytes) {}

  LeastTimes(PipelineFlattener flattener, Backend backend) {
    Machine machine = Machine.of(flattener.plan().cluster());
    this.flattener = flattener;
    this.kernels = new KernelCost(machine);
    this.collectives = new CollectiveCost(machine);
    this.messages = new MessageCost(machine);
    this.network = machine.network();
    this.slack = backend == Backend.CONGESTION_UNAWARE ? 0 : mostHops(network);
    this.isNominal = flattener.pipeline().carriedBytes() == null;
    this.alike = liesEvenly(flattener.plan().axes(), network);
  }

  private static long mostHops(List<NetworkDimension> network) {
    long hops = 0;
    for (NetworkDimension dimension : network) {
      hops += dimension.topology() == Topology.RING ? dimension.size() : 2;
    }
    return hops;
  }

  /** Whether of any two borders one divides the other. */
  private static boolean liesEvenly(List<Axis> axes, List<NetworkDimension> network) {
    long axisEnd = 1;
    for (int a = axes.size() - 1; a >= 0; a--) {
      axisEnd *= axes.get(a).size();
      long end = 1;
      for (NetworkDimension dimension : network) {
        end *= dimension.size();
        if (end % axisEnd != 0 && axisEnd % end != 0) {
          return false;
        }
      }
    }
    return true;
  }

  /** Whether groups of a kind lie alike in the network. */
  boolean liesEvenly() {
    return alike;
  }

  /** A number for the way that a message takes. */
  int way(int from, int to) {
    return messages.way(from, to);
  }

  KernelCost kernels() {
    return kernels;
  }

  /** ns from when the last member begins until some member can be done. */
  long collective(int stage, Group group, Collective collective, long bytes) {
    Of key = new Of(stage, group, collective, bytes);
    Long time = known.get(key);
    if (time == null) {
      time = least(stage, group, collective, bytes);
      known.put(key, time);
    }
    return time;
  }

  private long least(int stage, Group group, Collective collective, long bytes) {
    long least = collectives.leastNanos(group, collective, bytes);
    if (!liesAsAll(group)) {
      // What others carry depends on how they lie.
      for (Group other : isNominal ? others(stage, group) : List.<Group>of()) {
        least = Math.min(least, collectives.leastNanos(other, collective, bytes));
      }
      least = isNominal ? least : 0;
    }
    return Math.max(0, least - slack * 2 * group.size());
  }

  private boolean liesAsAll(Group group) {
    return alike
        && flattener.plan().axes().stream().map(Axis::name).toList().containsAll(group.axes());
  }

  /** The groups of that kind whose members belong to the stage. */
  private List<Group> others(int stage, Group group) {
    return groupsOfStage.computeIfAbsent(
        List.of(stage, group.id()),
        key -> {
          Map<Integer, Group> byFirst = new LinkedHashMap<>();
          for (int rank = 0; rank < flattener.mesh().ranks(); rank++) {
            if (flattener.stage(rank) == stage) {
              Group of = Groups.like(group, flattener.pipeline().groupsAround(rank));
              if (of != null) {
                byFirst.put(of.member(0), of);
              }
            }
          }
          return List.copyOf(byFirst.values());
        });
  }

  /** ns of a message between stages, whichever rank of the sender's stage sends it. */
  long message(int from, int to, long bytes) {
    return alike ? Math.max(0, messages.nanos(from, to, bytes) - slack) : cheapest(bytes);
  }

  /**
   * ns of a message to another member of a group, wherever round the ring as far is sent.
   *
   * @param bytes that it carries from this member
   */
  long message(Group group, int from, int to, long bytes) {
    if (!liesAsAll(group)) {
      return cheapest(bytes);
    }
    int distance = group.position(to) - group.position(from);
    boolean allCarryTheSame = true;
    long least = Long.MAX_VALUE;
    for (int i = 0; i < group.size(); i++) {
      int sender = group.member(i);
      int receiver = group.member(Math.floorMod(i + distance, group.size()));
      allCarryTheSame &= messages.way(sender, receiver) == messages.way(from, to);
      least = Math.min(least, messages.nanos(sender, receiver, bytes));
    }
    return isNominal || allCarryTheSame ? Math.max(0, least - slack) : 0;
  }

  /** ns of a message that goes the cheapest way of the network. */
  private long cheapest(long bytes) {
    if (!isNominal) {
      return 0;
    }
    double least = Double.POSITIVE_INFINITY;
    for (NetworkDimension dimension : network) {
      double hops = dimension.topology() == Topology.SWITCH ? 2 : 1;
      double nanos = hops * dimension.latencyNanos() + bytes / (dimension.bandwidth() / 1e9);
      least = Math.min(least, nanos);
    }
    return Math.max(0, (long) least - slack);
  }
}
