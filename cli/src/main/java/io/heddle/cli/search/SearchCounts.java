package io.heddle.cli.search;

import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** How many points of a search were excluded by what. Used by several threads. */
public final class SearchCounts {
  /** Reasons that are told apart: a reason may name numbers. */
  private static final int MOST_REASONS = 10_000;

  private static final String OTHER = "other reasons";

  private final Map<String, Long> reasons = new HashMap<>();
  private long structure;
  private long memory;
  private long limit;
  private long bound;
  private long simulated;

  /** A reason with the number of points. */
  public record Reason(String text, long points) {}

  synchronized void structure(String reason, long points) {
    structure += points;
    boolean isTold = reasons.size() < MOST_REASONS || reasons.containsKey(reason);
    reasons.merge(isTold ? reason : OTHER, points, Long::sum);
  }

  synchronized void memory() {
    memory++;
  }

  synchronized void limit() {
    limit++;
  }

  synchronized void bound(long points) {
    bound += points;
  }

  synchronized void simulated() {
    simulated++;
  }

  /** Points that are no plans. */
  public synchronized long byStructure() {
    return structure;
  }

  /** Plans that do not fit into memory. */
  public synchronized long byMemory() {
    return memory;
  }

  /** Plans that fit, but cannot keep to the limit. */
  public synchronized long byLimit() {
    return limit;
  }

  /** Plans that cannot be as good as those found. */
  public synchronized long byBound() {
    return bound;
  }

  /** Plans that were simulated. */
  public synchronized long ofSimulated() {
    return simulated;
  }

  /** Why points are no plans, the most frequent reasons first. */
  public synchronized List<Reason> reasons(int most) {
    return reasons.entrySet().stream()
        .map(entry -> new Reason(entry.getKey(), entry.getValue()))
        .sorted(Comparator.comparingLong(Reason::points).reversed().thenComparing(Reason::text))
        .limit(most)
        .toList();
  }
}
