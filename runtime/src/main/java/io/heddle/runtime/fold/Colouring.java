package io.heddle.runtime.fold;

import io.heddle.runtime.trace.Flattener;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.IntUnaryOperator;

/**
 * Colours ranks so that two of one colour do the same at the same time. Ranks begin with the colour
 * of their stage, their slowness and their part of experts with different loads; then each is told
 * from others by what it sees: the colours and hops of the rings that it is on, from its own place
 * on, and of the stages before and behind it. That is repeated until nothing is told apart any more
 * (colour refinement). A round costs a few steps a rank and makes no object for it.
 */
final class Colouring {
  /** What a rank sees of rings on which it is not. */
  private static final int NOTHING = -1;

  private final Flattener flattener;
  private final List<Rings> kinds;
  private final BitSet unseen;
  private final int[][] hops;
  private final int[] toNextStage;
  private final Set<String> splitBy = new LinkedHashSet<>();
  private int[] colour;
  private int colours;
  // Of the round before: by kind and rank what the rank sees of its ring, a number for the ring as
  // it looks and the place there; by kind and group the number of the ring.
  private final int[][] seen;
  private final int[][] look;

  /**
   * @param kinds of rings on which ranks see each other: those of all groups, perhaps others
   * @param pairwise kinds of groups whose members talk to others than their neighbours
   * @param unseen kinds of groups whose members talk to nobody on their rings
   */
  Colouring(Flattener flattener, Ways ways, List<Rings> kinds, BitSet pairwise, BitSet unseen) {
    this.flattener = flattener;
    this.kinds = kinds;
    this.unseen = unseen;
    int ranks = flattener.mesh().ranks();
    this.colour = new int[ranks];
    this.hops = new int[kinds.size()][];
    this.seen = new int[kinds.size()][ranks];
    this.look = new int[kinds.size()][];
    for (int kind = 0; kind < hops.length; kind++) {
      hops[kind] =
          pairwise.get(kind) ? toAll(kinds.get(kind), ways) : toNext(kinds.get(kind), ways);
      look[kind] = new int[kinds.get(kind).count()];
      Arrays.fill(seen[kind], NOTHING);
    }
    this.toNextStage = toNextStage(ways);
  }

  /** Of each rank the way to the next on its ring. */
  private int[] toNext(Rings groups, Ways ways) {
    Numbers numbers = new Numbers();
    int[] extents = ways.extents(groups);
    int[] hop = new int[colour.length];
    for (int group = 0; group < groups.count(); group++) {
      int from = groups.member(group, groups.size() - 1);
      for (int i = 0; i < groups.size(); i++) {
        int to = groups.member(group, i);
        hop[from] = numbers.of(ways.of(from, to), extents[group]);
        from = to;
      }
    }
    return hop;
  }

  /** Of each rank a number for the ways to all others of its group. */
  private int[] toAll(Rings groups, Ways ways) {
    Numbers numbers = new Numbers();
    int[] way = new int[colour.length];
    int size = groups.size();
    int[] extents = ways.extents(groups);
    int[] toOthers = new int[size];
    for (int group = 0; group < groups.count(); group++) {
      toOthers[0] = extents[group];
      for (int i = 0; i < size; i++) {
        int from = groups.member(group, i);
        for (int distance = 1; distance < size; distance++) {
          toOthers[distance] = ways.of(from, groups.member(group, (i + distance) % size));
        }
        way[from] = numbers.of(toOthers, toOthers.length);
      }
    }
    return way;
  }

  /** Of each rank the way to the next stage, and from the last to the first. */
  private int[] toNextStage(Ways ways) {
    int[] way = new int[colour.length];
    int stages = flattener.stages();
    int stride = flattener.ranksToNextStage().orElseThrow();
    for (int rank = 0; rank < way.length && stages > 1; rank++) {
      int stage = flattener.stage(rank);
      int next = stage + 1 < stages ? rank + stride : rank - stage * stride;
      way[rank] = ways.of(rank, next);
    }
    return way;
  }

  /** Parts the ranks until they are told apart no further, or all are. */
  void refine() {
    begin();
    int before;
    do {
      before = colours;
      lookRound(before);
      int[] next = columns();
      part(next, colour);
      for (int[] ofKind : seen) {
        part(next, ofKind);
      }
      colour = next;
      colours = ordered(colour);
    } while (colours > before && colours < colour.length);
    // The rings are seen once more, in the colours that they keep.
    lookRound(0);
  }

  /** Parts ranks that are told apart by more. */
  private static void part(int[] parts, int[] by) {
    Numbers numbers = new Numbers();
    for (int rank = 0; rank < parts.length; rank++) {
      parts[rank] = numbers.of(parts[rank], by[rank]);
    }
  }

  /** Numbers colours in the order of their first ranks, as parting leaves them. */
  private static int ordered(int[] colours) {
    int count = 0;
    for (int colour : colours) {
      count = Math.max(count, colour + 1);
    }
    return count;
  }

  private void begin() {
    Numbers byStage = new Numbers();
    Numbers byFactor = new Numbers();
    Numbers numbers = new Numbers();
    List<IntUnaryOperator> parts = flattener.expertParts();
    int[] slowed = new int[3];
    int[] own = new int[1 + parts.size()];
    for (int rank = 0; rank < colour.length; rank++) {
      int stage = flattener.stage(rank);
      long factor = flattener.stragglers().factor(rank, stage);
      slowed[0] = byStage.of(stage, 0);
      slowed[1] = (int) (factor >>> 32);
      slowed[2] = (int) factor;
      own[0] = byFactor.of(slowed, slowed.length);
      for (int i = 0; i < parts.size(); i++) {
        own[1 + i] = parts.get(i).applyAsInt(rank);
      }
      colour[rank] = numbers.of(own, own.length);
    }
    colours = numbers.count();
    if (byStage.count() > 1) {
      splitBy.add(Symmetry.BY_STAGE);
    }
    if (byFactor.count() > byStage.count()) {
      splitBy.add("slow ranks");
    }
    if (colours > byFactor.count()) {
      splitBy.add("loads of experts");
    }
  }

  /** Every rank looks at its rings. */
  private void lookRound(int colourCount) {
    for (int kind = unseen.nextClearBit(0);
        kind < hops.length;
        kind = unseen.nextClearBit(kind + 1)) {
      lookAt(kind);
      if (colourCount > 0 && tellsApart(kind, colourCount)) {
        splitBy.add(kinds.get(kind).places());
      }
    }
  }

  private void lookAt(int kind) {
    Rings groups = kinds.get(kind);
    int size = groups.size();
    Numbers beads = new Numbers();
    Numbers rings = new Numbers();
    Numbers looks = new Numbers();
    List<Necklace> necklaces = new ArrayList<>();
    List<Integer> lookOfRing = new ArrayList<>();
    List<Integer> firstPlace = new ArrayList<>();
    int places = 0;
    int[] ring = new int[size];
    for (int group = 0; group < groups.count(); group++) {
      fill(ring, beads, kind, group);
      int number = rings.of(ring, size);
      if (number == necklaces.size()) {
        Necklace necklace = Necklace.of(ring);
        int[] once = necklace.beads(ring);
        int of = looks.of(once, once.length);
        if (of == firstPlace.size()) {
          firstPlace.add(places);
          places += once.length;
        }
        necklaces.add(necklace);
        lookOfRing.add(of);
      }
      Necklace necklace = necklaces.get(number);
      look[kind][group] = lookOfRing.get(number);
      int first = firstPlace.get(look[kind][group]);
      int place = Math.floorMod(-necklace.start(), size) % necklace.period();
      for (int i = 0; i < size; i++) {
        seen[kind][groups.member(group, i)] = first + place;
        place = place + 1 == necklace.period() ? 0 : place + 1;
      }
    }
  }

  /** A group as its members see it: colours and hops in turn, as one number each. */
  private void fill(int[] ring, Numbers beads, int kind, int group) {
    for (int i = 0; i < ring.length; i++) {
      int rank = kinds.get(kind).member(group, i);
      ring[i] = beads.of(colour[rank], hops[kind][rank]);
    }
  }

  /** How a group's ring repeats itself. */
  Necklace necklace(int kind, int group) {
    int[] ring = new int[kinds.get(kind).size()];
    fill(ring, new Numbers(), kind, group);
    return Necklace.of(ring);
  }

  private boolean tellsApart(int kind, int colourCount) {
    int[] first = new int[colourCount];
    Arrays.fill(first, -1);
    for (int rank = 0; rank < colour.length; rank++) {
      int known = first[colour[rank]];
      if (known < 0) {
        first[colour[rank]] = rank;
      } else if (seen[kind][known] != seen[kind][rank]) {
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
    int[] ofStages = new int[2 * stages];
    for (int rank = 0; rank < column.length; rank++) {
      if (flattener.stage(rank) == 0) {
        for (int stage = 0; stage < stages; stage++) {
          ofStages[2 * stage] = colour[rank + stage * stride];
          ofStages[2 * stage + 1] = toNextStage[rank + stage * stride];
        }
        int number = numbers.of(ofStages, ofStages.length);
        for (int stage = 0; stage < stages; stage++) {
          column[rank + stage * stride] = number;
        }
      }
    }
    return column;
  }

  /** The colour of each rank; colours are numbered in the order of their lowest ranks. */
  int[] colour() {
    return colour;
  }

  int colours() {
    return colours;
  }

  /** By group of a kind the number of its ring as it looks: alike rings have one. */
  int[] look(int kind) {
    return look[kind];
  }

  List<String> splitBy() {
    return new ArrayList<>(splitBy);
  }
}
