package io.heddle.runtime.simulate.collective;

import io.heddle.plan.mesh.Collective;
import io.heddle.runtime.cost.LogicalRing;
import io.heddle.runtime.fold.Fold;
import io.heddle.runtime.fold.Orbit;
import io.heddle.runtime.simulate.config.CommunicatorGroups;
import io.heddle.runtime.simulate.kernel.LongIntMap;
import io.heddle.runtime.simulate.kernel.SimulationFault;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The groups that collectives name, made when they are first named. */
final class Communicators {
  private final CommunicatorGroups groups;
  private final int ranks;
  private final @Nullable Fold fold;
  private final Communicator all;
  private final LongIntMap byId = new LongIntMap();
  private final List<Communicator> made = new ArrayList<>();

  Communicators(CommunicatorGroups groups, int ranks) {
    this(groups, ranks, null);
  }

  /**
   * @param fold by which groups are alike; null where each runs by itself
   */
  Communicators(CommunicatorGroups groups, int ranks, @Nullable Fold fold) {
    this.groups = groups;
    this.ranks = ranks;
    this.fold = fold;
    this.all = new Communicator(0, LogicalRing.ofDimension(ranks, 1));
  }

  /** All ranks. */
  Communicator all() {
    return all;
  }

  /** The group in which a rank is to run a collective. */
  Communicator get(int id, int rank, Collective collective) {
    Communicator communicator = get(id);
    if (communicator.members().position(rank) < 0) {
      throw new SimulationFault(
          collective.astraSimName()
              + " in group "
              + id
              + ", of which rank "
              + rank
              + " is no member");
    }
    return communicator;
  }

  private Communicator get(int id) {
    if (id == 0) {
      return all;
    }
    int index = byId.get(id);
    if (index != LongIntMap.ABSENT) {
      return made.get(index);
    }
    return fold == null ? make(id) : make(id, fold.orbit(id), fold);
  }

  /** One communicator stands for all groups that are alike. */
  private Communicator make(int id, Orbit orbit, Fold alike) {
    int index = byId.get(orbit.id());
    if (index == LongIntMap.ABSENT) {
      index = made.size();
      byId.put(orbit.id(), index);
      made.add(new Communicator(orbit, alike));
    }
    if (id != orbit.id()) {
      byId.put(id, index);
    }
    return made.get(index);
  }

  private Communicator make(int id) {
    int[] members = groups.members(id);
    if (members == null) {
      throw new SimulationFault(
          "group " + id + " is not in the file of groups: was the right one given?");
    }
    check(id, members);
    Communicator communicator = new Communicator(id, LogicalRing.of(members));
    byId.put(id, made.size());
    made.add(communicator);
    return communicator;
  }

  private void check(int id, int[] members) {
    int[] sorted = members.clone();
    Arrays.sort(sorted);
    for (int i = 0; i < sorted.length; i++) {
      if (sorted[i] < 0 || sorted[i] >= ranks) {
        throw new SimulationFault(
            "group " + id + " names rank " + sorted[i] + ", but there are only " + ranks);
      }
      if (i > 0 && sorted[i] == sorted[i - 1]) {
        throw new SimulationFault("group " + id + " names rank " + sorted[i] + " twice");
      }
    }
  }

  List<Integer> members(int id) {
    LogicalRing ring = get(id).members();
    List<Integer> members = new ArrayList<>();
    for (int place = 0; place < ring.size(); place++) {
      members.add(ring.rank(0, 0, place));
    }
    return members;
  }

  int begun(int id, int rank) {
    Communicator communicator = get(id);
    int position = communicator.members().position(rank);
    return position < 0 ? 0 : communicator.begun(position);
  }
}
