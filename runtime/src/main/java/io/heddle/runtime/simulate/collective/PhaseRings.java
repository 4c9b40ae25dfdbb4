package io.heddle.runtime.simulate.collective;

import io.heddle.runtime.cost.LogicalRing;
import io.heddle.runtime.fold.Orbit;
import java.util.ArrayList;
import java.util.List;

/**
 * The rings that a phase of a collective goes round at the same time.
 *
 * @param rings that differ, each perhaps for others that are alike
 * @param places by ring, of each member that acts the place among those that issue the collective
 */
record PhaseRings(List<LogicalRing> rings, List<int[]> places) {
  /** One ring of all members, in their own order. */
  static PhaseRings single(LogicalRing ring) {
    int[] places = new int[ring.period()];
    for (int i = 0; i < places.length; i++) {
      places[i] = i;
    }
    return new PhaseRings(List.of(ring), List.of(places));
  }

  /** All ranks that differ in one digit of their number. */
  static PhaseRings ofDimension(LogicalRing dimension, LogicalRing members) {
    List<LogicalRing> rings = new ArrayList<>();
    for (int rank = 0; rank < members.size(); rank++) {
      if (dimension.position(rank) == 0) {
        int[] ring = new int[dimension.size()];
        for (int place = 0; place < ring.length; place++) {
          ring[place] = dimension.rank(rank, 0, place);
        }
        rings.add(LogicalRing.of(ring));
      }
    }
    return of(rings, members);
  }

  /** Those of them that differ. */
  static PhaseRings folded(List<Orbit> orbits, LogicalRing members) {
    return of(orbits.stream().map(Orbit::ring).toList(), members);
  }

  /** The same rings the other way round. */
  PhaseRings reversed() {
    return new PhaseRings(
        rings.stream().map(LogicalRing::reversed).toList(),
        places.stream().map(PhaseRings::reversed).toList());
  }

  private static int[] reversed(int[] places) {
    int[] reversed = new int[places.length];
    for (int i = 0; i < places.length; i++) {
      reversed[i] = places[places.length - 1 - i];
    }
    return reversed;
  }

  private static PhaseRings of(List<LogicalRing> rings, LogicalRing members) {
    List<int[]> places = new ArrayList<>();
    for (LogicalRing ring : rings) {
      int[] ofRing = new int[ring.period()];
      for (int i = 0; i < ofRing.length; i++) {
        ofRing[i] = members.position(ring.representative(i));
      }
      places.add(ofRing);
    }
    return new PhaseRings(rings, places);
  }
}
