package io.heddle.runtime.simulate;

import io.heddle.runtime.simulate.collective.Collectives;
import io.heddle.runtime.simulate.workload.NodeKind;
import io.heddle.runtime.simulate.workload.NodeTable;
import io.heddle.runtime.simulate.workload.RankWorkload;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What collectives under way wait for. */
final class CollectiveWaits {
  private static final int NOBODY = -1;

  /** The first of the members of a group that have begun the fewest chunks. */
  private record Laggard(int rank, int begun) {}

  /** The collectives of one rank in one group. */
  private record Part(int rank, int group) {}

  private final Map<Integer, Laggard> laggards = new HashMap<>();
  private final RankWorkload[] ranks;
  private final Collectives collectives;

  CollectiveWaits(RankWorkload[] ranks, @Nullable RankWaits[] waits, Collectives collectives) {
    this.ranks = ranks;
    this.collectives = collectives;
    Map<Part, Integer> next = new HashMap<>();
    for (int r = 0; r < ranks.length; r++) {
      int slot = collective(ranks[r]);
      if (waits[r] != null && slot != NOBODY) {
        int group = ranks[r].nodes().group(slot);
        Laggard last = laggards.computeIfAbsent(group, this::laggard);
        if (last.begun() < collectives.begun(group, r)) {
          next.put(new Part(last.rank(), group), NOBODY);
        }
      }
    }
    for (int r = 0; r < ranks.length && !next.isEmpty(); r++) {
      RankWaits of = waits[r];
      int rank = r;
      if (of != null) {
        NodeTable table = ranks[r].nodes();
        of.eachUnissued(
            slot -> {
              if (table.kind(slot) == NodeKind.COLLECTIVE && !table.broadcast(slot)) {
                next.computeIfPresent(
                    new Part(rank, table.group(slot)), (p, other) -> first(table, slot, other));
              }
            });
      }
    }
    for (int r = 0; r < ranks.length; r++) {
      int slot = collective(ranks[r]);
      RankWaits of = waits[r];
      if (of != null && slot != NOBODY) {
        int group = ranks[r].nodes().group(slot);
        Laggard last = laggards.computeIfAbsent(group, this::laggard);
        int needed = next.getOrDefault(new Part(last.rank(), group), NOBODY);
        // A member that is in another chunk of the group does not meet this one, now or later.
        if (last.begun() < collectives.begun(group, r)
            && needed != NOBODY
            && slotInGroup(ranks[last.rank()], group) == NOBODY) {
          of.needs(slot, WaitGraph.node(last.rank(), needed));
        }
      }
    }
  }

  private static int first(NodeTable table, int slot, int other) {
    return other == NOBODY || Long.compareUnsigned(table.id(slot), table.id(other)) < 0
        ? slot
        : other;
  }

  private static int collective(RankWorkload rank) {
    int slot = rank.finished() ? NOBODY : rank.communicating();
    return slot >= 0 && rank.nodes().kind(slot) == NodeKind.COLLECTIVE ? slot : NOBODY;
  }

  /** Says of a collective under way what it waits for. */
  String text(RankWaits of, RankWorkload rank, int slot) {
    int group = rank.nodes().group(slot);
    String who = "rank " + rank.rank() + " issued " + name(rank.nodes(), slot);
    Optional<String> custom = collectives.customWait(rank.rank());
    if (custom.isPresent()) {
      return who + ", which waits in " + custom.get();
    }
    int own = collectives.begun(group, rank.rank());
    Laggard last = laggards.computeIfAbsent(group, this::laggard);
    RankWorkload member = ranks[last.rank()];
    if (last.begun() >= own) {
      return disagreement(rank, slot, who);
    }
    int there = slotInGroup(member, group);
    if (there != NOBODY) {
      return apart(who, own, last.rank(), there, last.begun());
    }
    String missing = who + ", which rank " + last.rank() + " has not issued";
    if (member.finished()) {
      return missing + "; rank " + last.rank() + " has finished without it";
    }
    return of.need(slot) == WaitGraph.NOTHING && member.holdsAll()
        ? missing + ": its trace has no collective of this group left"
        : missing;
  }

  /** Two members have issued it, but under different numbers. */
  private String apart(String who, int own, int member, int there, int others) {
    NodeTable table = ranks[member].nodes();
    return who
        + " as chunk "
        + own
        + ", rank "
        + member
        + " "
        + name(table, there)
        + " as chunk "
        + others
        + ": they do not meet"
        + (table.group(there) == 0
            ? " (a rank's collectives in smaller groups are counted with these)"
            : "");
  }

  private String disagreement(RankWorkload rank, int slot, String who) {
    int group = rank.nodes().group(slot);
    int own = collectives.begun(group, rank.rank());
    for (int member : collectives.members(group)) {
      int there = slotInGroup(ranks[member], group);
      int others = collectives.begun(group, member);
      if (there != NOBODY && others != own) {
        return apart(who, own, member, there, others);
      }
      if (there == NOBODY) {
        return who
            + ", but rank "
            + member
            + " has ended what it issued as the same chunk: the members' collectives are unequal";
      }
      if (differ(rank, slot, ranks[member], there)) {
        return who + ", but rank " + member + " issued " + name(ranks[member].nodes(), there);
      }
    }
    return who
        + ", which does not end: its members run chunks in different directions or orders; use"
        + " one queue for each dimension, or one split";
  }

  private Laggard laggard(int group) {
    int least = Integer.MAX_VALUE;
    int who = NOBODY;
    for (int member : collectives.members(group)) {
      int begun = collectives.begun(group, member);
      if (begun < least) {
        least = begun;
        who = member;
      }
    }
    return new Laggard(who, least);
  }

  private static boolean differ(RankWorkload a, int slotA, RankWorkload b, int slotB) {
    return a.nodes().collective(slotA) != b.nodes().collective(slotB)
        || a.nodes().bytes(slotA) != b.nodes().bytes(slotB)
        || a.nodes().involved(slotA) != b.nodes().involved(slotB);
  }

  /** Slot of the collective that the rank runs in the group, if it runs one. */
  private static int slotInGroup(RankWorkload rank, int group) {
    int slot = collective(rank);
    return slot != NOBODY && rank.nodes().group(slot) == group ? slot : NOBODY;
  }

  private static String name(NodeTable table, int slot) {
    int group = table.group(slot);
    return Collectives.name(table.collective(slot))
        + " "
        + Long.toUnsignedString(table.id(slot))
        + " of "
        + table.bytes(slot)
        + " bytes in "
        + (group == 0 ? "the group of all ranks" : "group " + group);
  }
}
