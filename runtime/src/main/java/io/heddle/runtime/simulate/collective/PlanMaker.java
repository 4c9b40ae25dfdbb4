package io.heddle.runtime.simulate.collective;

import io.heddle.runtime.simulate.config.Implementation;
import io.heddle.runtime.simulate.config.Implementation.Algorithm;
import io.heddle.runtime.simulate.config.NetworkConfig;
import io.heddle.runtime.simulate.config.SystemConfig;
import io.heddle.runtime.simulate.kernel.SimulationFault;
import io.heddle.runtime.trace.Collective;
import java.util.ArrayList;
import java.util.List;

/** Decides which ranks talk in which dimension of a collective, and by which algorithm. */
final class PlanMaker {
  /** What AstraSim takes between the members of a smaller group, whatever the system file says. */
  private static final long SUBSET_ENDPOINT_DELAY = 10;

  private static final long DEFAULT_ENDPOINT_DELAY = 10;

  private final SystemConfig system;
  private final int[] dimensionSizes;
  private final int ranks;
  private final long endpointDelay;

  PlanMaker(SystemConfig system, NetworkConfig network, double injectionScale) {
    this.system = system;
    this.dimensionSizes =
        network.dimensions().stream().mapToInt(NetworkConfig.Dimension::ranks).toArray();
    this.ranks = network.ranks();
    this.endpointDelay =
        system.endpointDelay().isPresent()
            ? (int) (system.endpointDelay().getAsInt() * injectionScale)
            : DEFAULT_ENDPOINT_DELAY;
  }

  /**
   * @param involved bit d for each logical dimension d that takes part
   */
  Plan make(Communicator group, Collective collective, int involved) {
    List<Implementation> list = system.implementations().get(collective);
    if (list == null) {
      throw new SimulationFault(
          "the system file names no implementation of " + name(collective) + ": add one");
    }
    Plan plan =
        group.members().size() < ranks
            ? subset(group, collective, list)
            : global(collective, list, involved);
    if (plan.live() == 0) {
      throw new SimulationFault(
          name(collective)
              + " with nobody to talk to (group of one, or no dimension involved): AstraSim never"
              + " ends it; leave the node out");
    }
    return plan;
  }

  private Plan subset(Communicator group, Collective collective, List<Implementation> list) {
    Implementation one = list.size() > 1 ? Implementation.RING : list.get(0);
    if (one.algorithm() == Algorithm.DOUBLE_BINARY_TREE) {
      throw new SimulationFault(
          "group "
              + group.id()
              + " is smaller than the network, and doubleBinaryTree runs only over all ranks"
              + " (AstraSim crashes here): choose another algorithm");
    }
    check(one, collective, group.members().size());
    int[] dimensions = group.members().size() > 1 ? new int[] {0} : new int[0];
    return new Plan(
        List.of(group.members()), List.of(one), dimensions, true, SUBSET_ENDPOINT_DELAY);
  }

  private Plan global(Collective collective, List<Implementation> list, int involved) {
    if (list.size() > dimensionSizes.length) {
      throw new SimulationFault(
          "the system file names "
              + list.size()
              + " implementations of "
              + name(collective)
              + " for "
              + dimensionSizes.length
              + " network dimensions: leave out those too many");
    }
    List<LogicalRing> rings = new ArrayList<>();
    List<Implementation> used = new ArrayList<>();
    int stride = 1;
    for (int d = 0; d < list.size(); d++) {
      Implementation one = list.get(d);
      int size = one.overAllRanks() ? ranks : dimensionSizes[d];
      rings.add(LogicalRing.ofDimension(size, one.overAllRanks() ? 1 : stride));
      used.add(one);
      if (one.overAllRanks()) {
        break;
      }
      stride *= dimensionSizes[d];
    }
    int[] dimensions = new int[rings.size()];
    int live = 0;
    for (int d = 0; d < dimensions.length; d++) {
      if (((involved >> d) & 1) != 0) {
        check(used.get(d), collective, rings.get(d).size());
        dimensions[live++] = d;
      }
    }
    return new Plan(rings, used, java.util.Arrays.copyOf(dimensions, live), false, endpointDelay);
  }

  private static void check(Implementation implementation, Collective collective, int ranks) {
    boolean halving = implementation.algorithm() == Algorithm.HALVING_DOUBLING;
    boolean tree = implementation.algorithm() == Algorithm.DOUBLE_BINARY_TREE;
    if (ranks > 1 && (halving || tree) && Integer.bitCount(ranks) != 1) {
      throw new SimulationFault(
          name(collective)
              + " by "
              + implementation.astraSimName()
              + " over "
              + ranks
              + " ranks cannot end: it needs a power of two");
    }
    if (halving && collective == Collective.ALL_TO_ALL) {
      throw new SimulationFault("there is no all-to-all by halvingDoubling: choose direct or ring");
    }
  }

  static String name(Collective collective) {
    return switch (collective) {
      case ALL_REDUCE -> "all-reduce";
      case ALL_GATHER -> "all-gather";
      case ALL_TO_ALL -> "all-to-all";
      case REDUCE_SCATTER -> "reduce-scatter";
    };
  }
}
