package io.heddle.runtime.pool;

import io.heddle.plan.mesh.Interval;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/** The ranks that have, or need, a tensor that a layer keeps, by their parts of it. */
final class CacheRanks {
  private final NavigableMap<Long, Map<CachePart, List<Integer>>> byFirst = new TreeMap<>();

  /** Adds a rank, if it has anything. */
  void add(CachePart part, int rank) {
    if (!part.isEmpty()) {
      byFirst
          .computeIfAbsent(part.sequences().begin(), unused -> new LinkedHashMap<>())
          .computeIfAbsent(part, unused -> new ArrayList<>())
          .add(rank);
    }
  }

  /** The parts in the order of their sequences, with the ranks that are copies of each other. */
  List<Map.Entry<CachePart, List<Integer>>> all() {
    return byFirst.values().stream().flatMap(parts -> parts.entrySet().stream()).toList();
  }

  /** Those that have some of these sequences. */
  List<Map.Entry<CachePart, List<Integer>>> with(Interval sequences) {
    Long first = byFirst.floorKey(sequences.begin());
    return byFirst
        .subMap(first == null ? sequences.begin() : first, true, sequences.end(), false)
        .values()
        .stream()
        .flatMap(parts -> parts.entrySet().stream())
        .toList();
  }
}
