package io.heddle.runtime.cost;

import io.heddle.plan.NetworkDimension;
import io.heddle.plan.mesh.Collective;
import io.heddle.runtime.cost.Implementation.Algorithm;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Decides which ranks talk in which dimension of a collective, and by which algorithm. */
public final class CollectivePlans {
  private final Machine machine;
  private final int ranks;

  /** The plans of a machine. */
  public CollectivePlans(Machine machine) {
    this.machine = machine;
    this.ranks = machine.ranks();
  }

  /**
   * The plan of a group.
   *
   * @param id of the group, to be named in what is wrong
   * @param involved bit d for each logical dimension d that takes part; of all ranks only
   * @throws CannotRunException if the machine cannot run it
   */
  public CollectivePlan make(int id, LogicalRing members, Collective collective, int involved) {
    List<Implementation> list = machine.implementations().get(collective);
    if (list == null) {
      throw new CannotRunException(
          "the system file names no implementation of " + collective.astraSimName() + ": add one");
    }
    CollectivePlan plan =
        members.size() < ranks
            ? subset(id, members, collective, list)
            : global(collective, list, involved);
    if (plan.phases() == 0) {
      throw new CannotRunException(
          collective.astraSimName()
              + " with nobody to talk to (group of one, or no dimension involved): AstraSim never"
              + " ends it; leave the node out");
    }
    return plan;
  }

  private CollectivePlan subset(
      int id, LogicalRing members, Collective collective, List<Implementation> list) {
    Implementation one = list.size() > 1 ? Implementation.RING : list.get(0);
    if (one.algorithm() == Algorithm.DOUBLE_BINARY_TREE) {
      throw new CannotRunException(
          "group "
              + id
              + " is smaller than the network, and doubleBinaryTree runs only over all ranks"
              + " (AstraSim crashes here): choose another algorithm");
    }
    check(one, collective, members.size());
    return new CollectivePlan(
        collective,
        List.of(members),
        List.of(one),
        members.size() > 1 ? new int[] {0} : new int[0],
        machine.optimization(),
        true,
        Machine.DEFAULT_ENDPOINT_DELAY);
  }

  private CollectivePlan global(Collective collective, List<Implementation> list, int involved) {
    List<NetworkDimension> network = machine.network();
    if (list.size() > network.size()) {
      throw new CannotRunException(
          "the system file names "
              + list.size()
              + " implementations of "
              + collective.astraSimName()
              + " for "
              + network.size()
              + " network dimensions: leave out those too many");
    }
    List<LogicalRing> rings = new ArrayList<>();
    List<Implementation> used = new ArrayList<>();
    int stride = 1;
    for (int d = 0; d < list.size(); d++) {
      Implementation one = list.get(d);
      int size = one.overAllRanks() ? ranks : network.get(d).size();
      rings.add(LogicalRing.ofDimension(size, one.overAllRanks() ? 1 : stride));
      used.add(one);
      if (one.overAllRanks()) {
        break;
      }
      stride *= network.get(d).size();
    }
    int[] dimensions = new int[rings.size()];
    int live = 0;
    for (int d = 0; d < dimensions.length; d++) {
      if (((involved >> d) & 1) != 0) {
        check(used.get(d), collective, rings.get(d).size());
        dimensions[live++] = d;
      }
    }
    return new CollectivePlan(
        collective,
        rings,
        used,
        Arrays.copyOf(dimensions, live),
        machine.optimization(),
        false,
        machine.endpointDelay());
  }

  private static void check(Implementation implementation, Collective collective, int ranks) {
    boolean halving = implementation.algorithm() == Algorithm.HALVING_DOUBLING;
    boolean tree = implementation.algorithm() == Algorithm.DOUBLE_BINARY_TREE;
    if (ranks > 1 && (halving || tree) && Integer.bitCount(ranks) != 1) {
      throw new CannotRunException(
          collective.astraSimName()
              + " by "
              + implementation.astraSimName()
              + " over "
              + ranks
              + " ranks cannot end: it needs a power of two");
    }
    if (halving && collective.isExchange()) {
      throw new CannotRunException(
          "there is no "
              + collective.astraSimName()
              + " by halvingDoubling: choose direct or ring");
    }
  }
}
