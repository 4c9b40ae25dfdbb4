package io.heddle.runtime.verify;

import io.heddle.runtime.simulate.kernel.LongIntMap;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Compares the collectives that the ranks of a group issue, in order. */
final class Sequences {
  /** The collectives of one rank that the same ranks run. */
  private static final class Part {
    final Skeleton skeleton;
    int[] events = new int[4];
    int[] chunk = new int[4];
    int size;

    Part(Skeleton skeleton) {
      this.skeleton = skeleton;
    }

    void add(int event, int atChunk) {
      if (size == events.length) {
        events = Arrays.copyOf(events, 2 * size);
        chunk = Arrays.copyOf(chunk, 2 * size);
      }
      events[size] = event;
      chunk[size++] = atChunk;
    }
  }

  private final Meetings meetings;
  private final FindingCollector findings;
  private final LongIntMap meetingOf = new LongIntMap();
  private final List<List<Part>> byMeeting = new ArrayList<>();

  private Sequences(TraceSetting setting, FindingCollector findings) {
    this.meetings = new Meetings(setting);
    this.findings = findings;
  }

  /**
   * Reports the first difference of each rank to the first of its group.
   *
   * @param open by rank: whether the order is open, so that it cannot be compared
   */
  static void check(
      Skeleton[] skeletons, boolean[] open, TraceSetting setting, FindingCollector findings) {
    Sequences sequences = new Sequences(setting, findings);
    for (Skeleton skeleton : skeletons) {
      sequences.add(skeleton);
    }
    for (List<Part> parts : sequences.byMeeting) {
      sequences.compare(parts, open, skeletons);
    }
  }

  private void add(Skeleton skeleton) {
    int chunks = 0;
    for (int event = 0; event < skeleton.size; event++) {
      if (skeleton.kind[event] == Skeleton.COLLECTIVE) {
        boolean ofAll = skeleton.with[event] == 0;
        part(skeleton, event).add(event, ofAll ? chunks : 0);
        chunks += meetings.chunks(skeleton, event);
      }
    }
  }

  private Part part(Skeleton skeleton, int event) {
    long key = meetings.key(skeleton, event);
    int meeting = meetingOf.get(key);
    if (meeting == LongIntMap.ABSENT) {
      meeting = byMeeting.size();
      meetingOf.put(key, meeting);
      byMeeting.add(new ArrayList<>());
    }
    List<Part> parts = byMeeting.get(meeting);
    if (parts.isEmpty() || parts.get(parts.size() - 1).skeleton != skeleton) {
      parts.add(new Part(skeleton));
    }
    return parts.get(parts.size() - 1);
  }

  private void compare(List<Part> parts, boolean[] open, Skeleton[] skeletons) {
    Part first = parts.get(0);
    Map<Integer, Part> byRank = new HashMap<>();
    parts.forEach(part -> byRank.put(part.skeleton.rank, part));
    for (int member : meetings.ranks(first.skeleton, first.events[0])) {
      Part other = byRank.getOrDefault(member, new Part(skeletons[member]));
      if (other != first && !open[member] && !open[first.skeleton.rank]) {
        compare(first, other);
      }
    }
  }

  private void compare(Part one, Part two) {
    int both = Math.min(one.size, two.size);
    for (int i = 0; i < both; i++) {
      int a = one.events[i];
      int b = two.events[i];
      boolean alike =
          one.skeleton.type(a) == two.skeleton.type(b)
              && one.skeleton.bytes[a] == two.skeleton.bytes[b];
      if (!alike || one.chunk[i] != two.chunk[i]) {
        String text =
            "collective "
                + (i + 1)
                + " in "
                + Skeleton.group(one.skeleton.with[a])
                + " is "
                + text(one, i, !alike)
                + ", but "
                + text(two, i, !alike);
        findings.error(
            Rule.SEQUENCE,
            alike ? text + ": collectives in smaller groups are counted with these" : text,
            one.skeleton.node(a),
            two.skeleton.node(b));
        return;
      }
    }
    if (one.size != two.size) {
      Part longer = one.size > two.size ? one : two;
      Part shorter = longer == one ? two : one;
      int event = longer.events[both];
      findings.error(
          Rule.SEQUENCE,
          "rank "
              + shorter.skeleton.rank
              + " has "
              + shorter.size
              + " collectives in "
              + Skeleton.group(longer.skeleton.with[event])
              + ", rank "
              + longer.skeleton.rank
              + " has "
              + longer.size
              + ", the next of which is "
              + longer.skeleton.name(event)
              + " of "
              + longer.skeleton.bytes[event]
              + " bytes",
          longer.skeleton.node(event));
    }
  }

  private static String text(Part part, int index, boolean differs) {
    int event = part.events[index];
    return part.skeleton.name(event)
        + (differs
            ? " of " + part.skeleton.bytes[event] + " bytes"
            : " as chunk " + part.chunk[index])
        + " on rank "
        + part.skeleton.rank;
  }
}
