package io.heddle.runtime.verify;

import io.heddle.plan.mesh.Collective;
import io.heddle.plan.mesh.RingOrder;
import io.heddle.runtime.cost.Implementation;
import io.heddle.runtime.simulate.collective.Collectives;
import io.heddle.runtime.simulate.config.CommunicatorGroups;
import io.heddle.runtime.simulate.config.CustomAlgorithms;
import io.heddle.runtime.simulate.config.NetworkConfig.Dimension;
import io.heddle.runtime.simulate.config.SystemConfig;
import io.heddle.runtime.simulate.kernel.LongIntMap;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** What AstraSim asks of the groups that run collectives, beyond having their members. */
final class GroupRules {
  /** Ids that differ by a multiple of this share AstraSim's message tags. */
  private static final int TAG_PERIOD = 500;

  /** AstraSim multiplies ids by 10^6 in 32 bits. */
  private static final int OVERFLOWING_ID = 2148;

  private static final int RANK_BITS = 24;
  private static final int SUBSET_ENDPOINT_DELAY = 10;
  private static final String SWITCHED_OFF = "empty";

  private final TraceSetting setting;
  private final CommunicatorGroups groups;
  private final int ranks;
  private final FindingCollector findings;
  private final List<Skeleton> skeletons;
  private final CustomAlgorithms custom;
  // By id: bit t for each type t of collective that runs there.
  private final SortedMap<Integer, Integer> used = new TreeMap<>();
  // The same of those that run by an algorithm of AstraSim's own, not by a trace.
  private final SortedMap<Integer, Integer> byAlgorithm = new TreeMap<>();
  // The same for the group of all ranks, which has no members in the file.
  private final int typesOfAll;

  private GroupRules(List<Skeleton> skeletons, TraceSetting setting, FindingCollector findings) {
    this.setting = setting;
    this.groups = setting.machine().groups();
    this.ranks = setting.machine().network().ranks();
    this.findings = findings;
    this.custom = setting.machine().system().custom();
    for (Skeleton skeleton : skeletons) {
      collect(skeleton);
    }
    this.skeletons = skeletons;
    used.remove(0);
    Integer ofAll = byAlgorithm.remove(0);
    this.typesOfAll = ofAll == null ? 0 : ofAll;
  }

  static void check(List<Skeleton> skeletons, TraceSetting setting, FindingCollector findings) {
    GroupRules rules = new GroupRules(skeletons, setting, findings);
    rules.path();
    rules.ids();
    rules.hops();
    rules.rings();
    rules.algorithms();
    rules.freedTwice();
  }

  private void collect(Skeleton skeleton) {
    LongIntMap types = new LongIntMap();
    LongIntMap nativeTypes = new LongIntMap();
    for (int event = 0; event < skeleton.size; event++) {
      if (skeleton.kind[event] == Skeleton.COLLECTIVE) {
        int group = skeleton.with[event];
        int type = 1 << skeleton.type(event);
        note(group, type, types, used);
        if (!isCustom(skeleton, event)) {
          note(group, type, nativeTypes, byAlgorithm);
        }
      }
    }
  }

  private static void note(
      int group, int type, LongIntMap known, SortedMap<Integer, Integer> types) {
    int before = Math.max(0, known.get(group));
    if ((before & type) == 0) {
      known.put(group, before | type);
      types.merge(group, type, (a, b) -> a | b);
    }
  }

  /**
   * Whether it may run by a trace, with tags and times of its own. A group keeps the algorithm of
   * its first collective, so that others of the node's id may run as they are named.
   */
  private boolean isCustom(Skeleton skeleton, int event) {
    return !custom.isEmpty()
        && (custom.byNode().containsKey(skeleton.id[event])
            || custom.byCollective().keySet().stream()
                .anyMatch(kind -> kind.chakraType() == skeleton.type(event)));
  }

  private int[] ring(int id) {
    int[] members = groups.members(id);
    return members == null ? new int[0] : members;
  }

  private void path() {
    String file = setting.groupFile().map(Path::toString).orElse("");
    if (file.contains(SWITCHED_OFF) && !used.isEmpty()) {
      findings.warning(
          Rule.GROUP,
          file
              + ": AstraSim switches groups off where the path contains \""
              + SWITCHED_OFF
              + "\": run it inside the folder, with a name that does not");
    }
  }

  private void ids() {
    int[] overflowing = used.keySet().stream().mapToInt(id -> id).toArray();
    overflowing = Arrays.stream(overflowing).filter(id -> id >= OVERFLOWING_ID).toArray();
    if (overflowing.length > 0) {
      findings.warning(
          Rule.GROUP,
          named(overflowing)
              + (overflowing.length == 1 ? " overflows" : " overflow")
              + " AstraSim's message tags, as ids of "
              + OVERFLOWING_ID
              + " and more do");
    }
  }

  /** Groups whose messages AstraSim takes for each other's. */
  private void hops() {
    LongIntMap groupOf = new LongIntMap();
    for (int id : byAlgorithm.keySet()) {
      int[] ring = ring(id);
      int other = LongIntMap.ABSENT;
      for (int i = 0; i < ring.length && ring.length > 1; i++) {
        long hop = ((long) ring[i] << RANK_BITS) | ring[(i + 1) % ring.length];
        long key = hop * TAG_PERIOD + id % TAG_PERIOD;
        if (groupOf.get(key) == LongIntMap.ABSENT) {
          groupOf.put(key, id);
        } else if (other == LongIntMap.ABSENT) {
          other = groupOf.get(key);
          findings.error(
              Rule.GROUP,
              "groups "
                  + other
                  + " and "
                  + id
                  + " both send from rank "
                  + ring[i]
                  + " to rank "
                  + ring[(i + 1) % ring.length]
                  + ", and their ids are equal modulo "
                  + TAG_PERIOD
                  + ": AstraSim takes their messages for each other's");
        }
      }
    }
  }

  /** Rings that cross several dimensions in one hop where another order would not. */
  private void rings() {
    int[] sizes =
        setting.machine().network().dimensions().stream().mapToInt(Dimension::ranks).toArray();
    if (sizes.length < 2) {
      return;
    }
    RingOrder order = new RingOrder(sizes);
    int[] poor =
        byAlgorithm.keySet().stream()
            .mapToInt(id -> id)
            .filter(id -> ring(id).length < ranks)
            .filter(id -> order.diagonalHops(ring(id)) > order.diagonalHops(reordered(order, id)))
            .toArray();
    if (poor.length > 0) {
      findings.warning(
          Rule.MEANING,
          "the rings of "
              + named(poor)
              + " have hops that change several digits of the network, which AstraSim"
              + " charges in the innermost of these dimensions only: list them as "
              + Arrays.toString(reordered(order, poor[0])));
    }
  }

  private int[] reordered(RingOrder order, int id) {
    return order.order(Arrays.stream(ring(id)).boxed().sorted().toList());
  }

  /** What AstraSim runs otherwise than the system file says. */
  private void algorithms() {
    SystemConfig system = setting.machine().system();
    int dimensions = setting.machine().network().dimensions().size();
    for (Collective collective : Collective.values()) {
      List<Implementation> named = system.implementations().getOrDefault(collective, List.of());
      int[] smaller = smallerGroups(1 << collective.chakraType());
      if (named.size() > 1 && !named.stream().allMatch(GroupRules::isRing) && smaller.length > 0) {
        findings.warning(
            Rule.MEANING,
            Collectives.name(collective.chakraType())
                + " in "
                + named(smaller)
                + " runs as a ring and not as the system file says: it names several"
                + " algorithms, and the groups are smaller than the network");
      }
      boolean ofAll = (typesOfAll >> collective.chakraType() & 1) != 0;
      if (ofAll
          && named.size() < dimensions
          && named.stream().noneMatch(Implementation::overAllRanks)) {
        findings.warning(
            Rule.MEANING,
            Collectives.name(collective.chakraType())
                + " of all ranks runs only in the first "
                + named.size()
                + " of "
                + dimensions
                + " dimensions of the network: the system file names no algorithm for the others");
      }
    }
    int delay = system.endpointDelay().orElse(SUBSET_ENDPOINT_DELAY);
    if (delay != SUBSET_ENDPOINT_DELAY && smallerGroups(-1).length > 0) {
      findings.warning(
          Rule.MEANING,
          "endpoint-delay is "
              + delay
              + ", but in groups smaller than the network AstraSim takes "
              + SUBSET_ENDPOINT_DELAY);
    }
  }

  /**
   * AstraSim gives all groups that are smaller than the network the one custom algorithm of their
   * kind, and each frees it. With a list of one native algorithm it does the same, but runs of
   * AstraSim are followed, and repeated where the crash cut them.
   */
  private void freedTwice() {
    SystemConfig system = setting.machine().system();
    for (Collective collective : Collective.values()) {
      boolean shared = system.custom().byCollective().containsKey(collective);
      long concerned =
          shared ? skeletons.stream().filter(rank -> runsInTwoGroups(rank, collective)).count() : 0;
      if (concerned > 0) {
        findings.warning(
            Rule.GROUP,
            "on "
                + concerned
                + (concerned == 1 ? " rank " : " ranks ")
                + Collectives.name(collective.chakraType())
                + " runs in several groups smaller than the network, by one custom"
                + " algorithm: AstraSim frees it twice when it ends, and the crash may cut"
                + " its log; the times are right");
      }
    }
  }

  private boolean runsInTwoGroups(Skeleton skeleton, Collective collective) {
    int one = 0;
    for (int event = 0; event < skeleton.size; event++) {
      int group = skeleton.with[event];
      if (skeleton.kind[event] == Skeleton.COLLECTIVE
          && skeleton.type(event) == collective.chakraType()
          && group != 0
          && group != one
          && ring(group).length < ranks) {
        if (one != 0) {
          return true;
        }
        one = group;
      }
    }
    return false;
  }

  /** One group by its id, of many the first. */
  private static String named(int[] ids) {
    return ids.length == 1 ? "group " + ids[0] : ids.length + " groups, " + ids[0] + " the first,";
  }

  private static boolean isRing(Implementation implementation) {
    return implementation.algorithm() == Implementation.Algorithm.RING;
  }

  /** Groups smaller than the network that run a collective of one of the types. */
  private int[] smallerGroups(int types) {
    return byAlgorithm.entrySet().stream()
        .filter(entry -> (entry.getValue() & types) != 0)
        .mapToInt(Map.Entry::getKey)
        .filter(id -> ring(id).length < ranks)
        .toArray();
  }
}
