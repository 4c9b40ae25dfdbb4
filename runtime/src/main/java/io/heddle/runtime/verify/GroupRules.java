package io.heddle.runtime.verify;

import io.heddle.runtime.mesh.RingOrder;
import io.heddle.runtime.simulate.collective.Collectives;
import io.heddle.runtime.simulate.config.CommunicatorGroups;
import io.heddle.runtime.simulate.config.Implementation;
import io.heddle.runtime.simulate.config.NetworkConfig.Dimension;
import io.heddle.runtime.simulate.kernel.LongIntMap;
import io.heddle.runtime.trace.Collective;
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
  private static final String SWITCHED_OFF = "empty";

  private final Setting setting;
  private final CommunicatorGroups groups;
  private final int ranks;
  private final Findings findings;
  // By id: bit t for each type t of collective that runs there; without the group of all ranks.
  private final SortedMap<Integer, Integer> used = new TreeMap<>();

  private GroupRules(List<Skeleton> skeletons, Setting setting, Findings findings) {
    this.setting = setting;
    this.groups = setting.machine().groups();
    this.ranks = setting.machine().network().ranks();
    this.findings = findings;
    for (Skeleton skeleton : skeletons) {
      collect(skeleton);
    }
  }

  static void check(List<Skeleton> skeletons, Setting setting, Findings findings) {
    GroupRules rules = new GroupRules(skeletons, setting, findings);
    rules.path();
    rules.ids();
    rules.hops();
    rules.rings();
    rules.algorithms();
  }

  private void collect(Skeleton skeleton) {
    LongIntMap types = new LongIntMap();
    for (int event = 0; event < skeleton.size; event++) {
      int group = skeleton.with[event];
      if (skeleton.kind[event] == Skeleton.COLLECTIVE && groups.members(group) != null) {
        int known = Math.max(0, types.get(group));
        int type = 1 << skeleton.type(event);
        if ((known & type) == 0) {
          types.put(group, known | type);
          used.merge(group, type, (a, b) -> a | b);
        }
      }
    }
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
          overflowing.length
              + " groups have ids of "
              + OVERFLOWING_ID
              + " or more, "
              + overflowing[0]
              + " the first: they overflow AstraSim's message tags");
    }
  }

  /** Groups whose messages AstraSim takes for each other's. */
  private void hops() {
    LongIntMap groupOf = new LongIntMap();
    for (int id : used.keySet()) {
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
        used.keySet().stream()
            .mapToInt(id -> id)
            .filter(id -> ring(id).length < ranks)
            .filter(id -> order.diagonalHops(ring(id)) > order.diagonalHops(reordered(order, id)))
            .toArray();
    if (poor.length > 0) {
      findings.warning(
          Rule.MEANING,
          "the rings of "
              + poor.length
              + " groups, "
              + poor[0]
              + " the first, have hops that change several digits of the network, which AstraSim"
              + " charges in the innermost of these dimensions only: list them as "
              + Arrays.toString(reordered(order, poor[0])));
    }
  }

  private int[] reordered(RingOrder order, int id) {
    return order.order(Arrays.stream(ring(id)).boxed().sorted().toList());
  }

  /** Algorithms that AstraSim replaces. */
  private void algorithms() {
    Map<Collective, List<Implementation>> named = setting.machine().system().implementations();
    for (Collective collective : Collective.values()) {
      List<Implementation> list = named.getOrDefault(collective, List.of());
      boolean ring = list.stream().allMatch(i -> i.algorithm() == Implementation.Algorithm.RING);
      int[] replaced =
          used.entrySet().stream()
              .filter(entry -> (entry.getValue() >> collective.chakraType() & 1) != 0)
              .mapToInt(Map.Entry::getKey)
              .filter(id -> ring(id).length < ranks)
              .toArray();
      if (list.size() > 1 && !ring && replaced.length > 0) {
        findings.warning(
            Rule.MEANING,
            Collectives.name(collective.chakraType())
                + " in "
                + replaced.length
                + " groups, "
                + replaced[0]
                + " the first, runs as a ring and not as the system file says: it names several"
                + " algorithms, and the groups are smaller than the network");
      }
    }
  }
}
