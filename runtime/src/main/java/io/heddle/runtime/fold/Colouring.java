package io.heddle.runtime.fold;

import io.heddle.plan.mesh.Group;
import io.heddle.runtime.cost.MessageCost;
import io.heddle.runtime.trace.Flattener;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Colours ranks so that two of one colour do the same at the same time. Ranks begin with the colour
 * of their stage and their slowness; then each is told from others by what it sees: the colours and
 * hops of the rings that it is on, from its own place on, and of the stages before and behind it.
 * That is repeated until nothing is told apart any more (colour refinement).
 */
final class Colouring {
  private final Flattener flattener;
  private final List<List<Group>> kinds;
  private final int[][] hops;
  private final int[] toNextStage;
  private final Set<String> splitBy = new LinkedHashSet<>();
  private int[] colour;
  private int colours;
  // Of the round before: by kind and rank the number of the ring as it looks, and the place there.
  private final int[][] look;
  private final int[][] place;

  /**
   * @param pairwise kinds of groups whose members talk to others than their neighbours
   */
  Colouring(Flattener flattener, MessageCost messages, BitSet pairwise) {
    this.flattener = flattener;
    this.kinds = flattener.groups().byKind();
    int ranks = flattener.mesh().ranks();
    this.colour = new int[ranks];
    this.hops = new int[kinds.size()][];
    this.look = new int[kinds.size()][ranks];
    this.place = new int[kinds.size()][ranks];
    for (int kind = 0; kind < hops.length; kind++) {
      hops[kind] =
          pairwise.get(kind) ? ways(kinds.get(kind), messages) : hops(kinds.get(kind), messages);
      Arrays.fill(look[kind], -1);
    }
    this.toNextStage = toNextStage(messages);
  }

  /** Of each rank the way to the next on its ring. */
  private int[] hops(List<Group> groups, MessageCost messages) {
    int[] hop = new int[colour.length];
    for (Group group : groups) {
      int from = group.member(group.size() - 1);
      for (int i = 0; i < group.size(); i++) {
        int to = group.member(i);
        hop[from] = messages.way(from, to);
        from = to;
      }
    }
    return hop;
  }

  /** Of each rank a number for the ways to all others of its group. */
  private int[] ways(List<Group> groups, MessageCost messages) {
    Numbers numbers = new Numbers();
    int[] way = new int[colour.length];
    for (Group group : groups) {
      int size = group.size();
      for (int i = 0; i < size; i++) {
        int[] ways = new int[size - 1];
        for (int distance = 1; distance < size; distance++) {
          ways[distance - 1] = messages.way(group.member(i), group.member((i + distance) % size));
        }
        way[group.member(i)] = numbers.of(ways);
      }
    }
    return way;
  }

  /** Of each rank the way to the next stage, and from the last to the first. */
  private int[] toNextStage(MessageCost messages) {
    int[] way = new int[colour.length];
    int stages = flattener.stages();
    int stride = flattener.ranksToNextStage().orElseThrow();
    for (int rank = 0; rank < way.length && stages > 1; rank++) {
      int stage = flattener.stage(rank);
      int next = stage + 1 < stages ? rank + stride : rank - stage * stride;
      way[rank] = messages.way(rank, next);
    }
    return way;
  }

  /** Parts the ranks until they are told apart no further. */
  void refine() {
    begin();
    int before;
    do {
      before = colours;
      lookRound(before);
      int[] columns = columns();
      Numbers numbers = new Numbers();
      int[] next = new int[colour.length];
      for (int rank = 0; rank < next.length; rank++) {
        int[] seen = new int[2 + 2 * hops.length];
        seen[0] = colour[rank];
        seen[1] = columns[rank];
        for (int kind = 0; kind < hops.length; kind++) {
          seen[2 + 2 * kind] = look[kind][rank];
          seen[3 + 2 * kind] = place[kind][rank];
        }
        next[rank] = numbers.of(seen);
      }
      colour = next;
      colours = numbers.count();
    } while (colours > before);
    // The rings are seen once more, in the colours that they keep.
    lookRound(0);
  }

  private void begin() {
    Numbers byStage = new Numbers();
    Numbers numbers = new Numbers();
    for (int rank = 0; rank < colour.length; rank++) {
      int stage = flattener.stage(rank);
      long factor = flattener.stragglers().factor(rank, stage);
      byStage.of(stage);
      colour[rank] = numbers.of(stage, (int) (factor >>> 32), (int) factor);
    }
    colours = numbers.count();
    if (byStage.count() > 1) {
      splitBy.add("pipeline stage");
    }
    if (colours > byStage.count()) {
      splitBy.add("slow ranks");
    }
  }

  /** Every rank looks at its rings. */
  private void lookRound(int colourCount) {
    for (int kind = 0; kind < hops.length; kind++) {
      Numbers looks = new Numbers();
      for (Group group : kinds.get(kind)) {
        int[] ring = ring(kind, group);
        Necklace necklace = Necklace.of(ring);
        int number = looks.of(necklace.beads(ring));
        for (int i = 0; i < ring.length; i++) {
          int rank = group.member(i);
          look[kind][rank] = number;
          place[kind][rank] = Math.floorMod(i - necklace.start(), ring.length) % necklace.period();
        }
      }
      if (colourCount > 0 && tellsApart(kind, colourCount)) {
        List<String> axes = kinds.get(kind).get(0).axes();
        splitBy.add("place in groups along " + String.join(", ", axes));
      }
    }
  }

  /** A group as its members see it: colours and hops in turn, as one number each. */
  int[] ring(int kind, Group group) {
    int[] ring = new int[group.size()];
    for (int i = 0; i < ring.length; i++) {
      int rank = group.member(i);
      ring[i] = beads.of(colour[rank], hops[kind][rank]);
    }
    return ring;
  }

  private final Numbers beads = new Numbers();

  private boolean tellsApart(int kind, int colourCount) {
    int[] first = new int[colourCount];
    Arrays.fill(first, -1);
    for (int rank = 0; rank < colour.length; rank++) {
      int known = first[colour[rank]];
      if (known < 0) {
        first[colour[rank]] = rank;
      } else if (look[kind][known] != look[kind][rank] || place[kind][known] != place[kind][rank]) {
        return true;
      }
    }
    return false;
  }

  /** Of each rank a number for the stages that it passes messages with, as it sees them. */
  private int[] columns() {
    int[] column = new int[colour.length];
    int stages = flattener.stages();
    if (stages == 1) {
      return column;
    }
    int stride = flattener.ranksToNextStage().orElseThrow();
    Numbers numbers = new Numbers();
    for (int rank = 0; rank < column.length; rank++) {
      if (flattener.stage(rank) == 0) {
        int[] seen = new int[2 * stages];
        for (int stage = 0; stage < stages; stage++) {
          seen[2 * stage] = colour[rank + stage * stride];
          seen[2 * stage + 1] = toNextStage[rank + stage * stride];
        }
        int number = numbers.of(seen);
        for (int stage = 0; stage < stages; stage++) {
          column[rank + stage * stride] = number;
        }
      }
    }
    return column;
  }

  List<List<Group>> kinds() {
    return kinds;
  }

  int[] colour() {
    return colour;
  }

  int colours() {
    return colours;
  }

  /** The number of the ring of a kind that a rank is on: alike rings have one. */
  int look(int kind, int rank) {
    return look[kind][rank];
  }

  List<String> splitBy() {
    return new ArrayList<>(splitBy);
  }
}
