package io.heddle.cli.interpret;

import io.heddle.runtime.emit.RankEmitter;
import java.util.List;

/** Places in a list. */
final class Places {
  private final int[] places;

  Places(List<Integer> places) {
    this.places = places.stream().mapToInt(Integer::intValue).toArray();
  }

  int size() {
    return places.length;
  }

  int at(int index) {
    return places[index];
  }

  /** The next node of the rank waits for the values with these places. */
  void need(RankEmitter rank, long[] made) {
    for (int place : places) {
      rank.needs(made[place]);
    }
  }
}
