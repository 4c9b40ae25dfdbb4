package io.heddle.runtime.astrasim.process;

import io.heddle.runtime.simulate.RankResult;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/** Ranks as text, such as {@code 0-3, 7}. */
final class RankList {
  private static final int MOST_RANGES = 8;

  private RankList() {}

  /** The ranks that have no result. */
  static String missing(List<RankResult> results, int ranks) {
    BitSet missing = new BitSet(ranks);
    missing.set(0, ranks);
    results.forEach(result -> missing.clear(result.rank()));
    return text(missing);
  }

  private static String text(BitSet ranks) {
    List<String> ranges = new ArrayList<>();
    int from = ranks.nextSetBit(0);
    while (from >= 0 && ranges.size() < MOST_RANGES) {
      int to = ranks.nextClearBit(from) - 1;
      ranges.add(from == to ? String.valueOf(from) : from + "-" + to);
      from = ranks.nextSetBit(to + 1);
    }
    return String.join(", ", ranges) + (from < 0 ? "" : ", …");
  }
}
