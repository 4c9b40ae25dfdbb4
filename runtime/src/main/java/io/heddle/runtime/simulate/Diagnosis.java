package io.heddle.runtime.simulate;

import io.heddle.runtime.simulate.collective.Collectives;
import io.heddle.runtime.simulate.workload.NodeKind;
import io.heddle.runtime.simulate.workload.NodeTable;
import io.heddle.runtime.simulate.workload.RankWorkload;
import io.heddle.runtime.simulate.workload.UnreachableNodes;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Why ranks have not finished though nothing is left to happen: who waits for whom. */
final class Diagnosis {
  private static final int MOST_FINDINGS = 20;
  private static final int NOBODY = -1;

  /**
   * What keeps a rank.
   *
   * @param text what it waits for
   * @param on the rank that would have to act; {@link #NOBODY} if it is its own trace
   */
  private record Wait(String text, int on) {}

  /** The first of the members of a group that have begun the fewest chunks. */
  private record Laggard(int rank, int begun) {}

  private final Map<Integer, Laggard> laggards = new HashMap<>();
  private final RankWorkload[] ranks;
  private final Collectives collectives;

  Diagnosis(RankWorkload[] ranks, Collectives collectives) {
    this.ranks = ranks;
    this.collectives = collectives;
  }

  /** One finding a line, a circular wait first; none if all ranks finished. */
  List<String> findings() {
    @Nullable Wait[] waits = new @Nullable Wait[ranks.length];
    List<String> findings = new ArrayList<>();
    int stuck = 0;
    for (int r = 0; r < ranks.length; r++) {
      if (!ranks[r].finished()) {
        Wait wait = wait(ranks[r]);
        waits[r] = wait;
        stuck++;
        if (findings.size() < MOST_FINDINGS) {
          findings.add(wait.text() + end(wait.on()));
        }
      }
    }
    if (stuck > findings.size()) {
      findings.add("and " + (stuck - findings.size()) + " more of " + ranks.length + " ranks");
    }
    String circle = circle(waits);
    if (circle != null) {
      findings.add(0, circle);
    }
    return findings;
  }

  private String end(int on) {
    return on != NOBODY && ranks[on].finished() ? "; rank " + on + " has finished without it" : "";
  }

  /** The ranks that wait for each other, if some do: each waits for the next. */
  private static @Nullable String circle(@Nullable Wait[] waits) {
    int[] walk = new int[waits.length];
    for (int start = 0; start < waits.length; start++) {
      int at = start;
      while (at != NOBODY && walk[at] == 0) {
        walk[at] = start + 1;
        Wait wait = waits[at];
        at = wait == null ? NOBODY : wait.on();
      }
      if (at != NOBODY && waits[at] != null && walk[at] == start + 1) {
        return circle(waits, at);
      }
    }
    return null;
  }

  private static String circle(@Nullable Wait[] waits, int begin) {
    StringBuilder text = new StringBuilder("circular wait: ");
    int at = begin;
    int shown = 0;
    do {
      Wait wait = waits[at];
      if (wait == null) {
        break;
      }
      text.append(shown == 0 ? "" : "; ").append(wait.text());
      at = wait.on();
    } while (at != begin && ++shown < MOST_FINDINGS);
    return text.append(at == begin ? "" : "; and so on, back to rank " + begin).toString();
  }

  private Wait wait(RankWorkload rank) {
    if (rank.idle()) {
      return new Wait("rank " + rank.rank() + ": " + UnreachableNodes.describe(rank), NOBODY);
    }
    // What holds the communication lane keeps everything behind it.
    int slot = rank.communicating();
    if (slot >= 0) {
      return wait(rank, slot);
    }
    int[] receive = {NOBODY};
    rank.eachUnderWay(under -> receive[0] = receive[0] == NOBODY ? under : receive[0]);
    return wait(rank, receive[0]);
  }

  private Wait wait(RankWorkload rank, int slot) {
    NodeTable table = rank.nodes();
    String who = "rank " + rank.rank() + " ";
    long bytes = table.bytes(slot);
    String id = Long.toUnsignedString(table.id(slot));
    return switch (table.kind(slot)) {
      case RECEIVE -> {
        int from = table.peer(slot);
        yield new Wait(
            who
                + "waits in receive "
                + id
                + " for "
                + bytes
                + " bytes with tag "
                + Integer.toUnsignedString(table.tag(slot))
                + " from rank "
                + from
                + ", which has not sent them",
            from);
      }
      case SEND -> {
        int to = table.peer(slot);
        yield new Wait(
            who
                + "waits in send "
                + id
                + " until rank "
                + to
                + " asks for "
                + bytes
                + " bytes with tag "
                + Integer.toUnsignedString(table.tag(slot)),
            to);
      }
      case COLLECTIVE -> collective(rank, slot);
      default -> new Wait(who + "waits in " + table.kind(slot) + " " + id, NOBODY);
    };
  }

  private Wait collective(RankWorkload rank, int slot) {
    int group = rank.nodes().group(slot);
    String who = "rank " + rank.rank() + " issued " + name(rank.nodes(), slot);
    int own = collectives.begun(group, rank.rank());
    Laggard last = laggards.computeIfAbsent(group, this::laggard);
    int there = slotInGroup(ranks[last.rank()], group);
    if (last.begun() < own && there != NOBODY) {
      return apart(who, own, last.rank(), there, last.begun());
    }
    if (last.begun() < own) {
      return new Wait(who + ", which rank " + last.rank() + " has not issued", last.rank());
    }
    return disagreement(rank, slot, who);
  }

  /** Two members have issued it, but under different numbers. */
  private Wait apart(String who, int own, int member, int there, int others) {
    NodeTable table = ranks[member].nodes();
    return new Wait(
        who
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
                : ""),
        member);
  }

  private Wait disagreement(RankWorkload rank, int slot, String who) {
    int group = rank.nodes().group(slot);
    int own = collectives.begun(group, rank.rank());
    for (int member : collectives.members(group)) {
      int there = slotInGroup(ranks[member], group);
      int others = collectives.begun(group, member);
      if (there != NOBODY && others != own) {
        return apart(who, own, member, there, others);
      }
      if (member != rank.rank() && (there == NOBODY || differ(rank, slot, ranks[member], there))) {
        String what = there == NOBODY ? "something else" : name(ranks[member].nodes(), there);
        return new Wait(who + ", but rank " + member + " " + what, member);
      }
    }
    return new Wait(
        who
            + ", which does not end: its members run chunks in different directions or orders; use"
            + " one queue for each dimension, or one split",
        NOBODY);
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
    int slot = rank.communicating();
    NodeTable table = rank.nodes();
    return slot >= 0 && table.kind(slot) == NodeKind.COLLECTIVE && table.group(slot) == group
        ? slot
        : NOBODY;
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
