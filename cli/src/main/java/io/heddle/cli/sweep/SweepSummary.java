package io.heddle.cli.sweep;

import io.heddle.cli.sweep.PointResult.Figures;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;

/**
 * What many points came to, in bounded memory: the best of them, and why others were dropped.
 * Points may come in any order.
 */
public final class SweepSummary {
  /** Reasons may name numbers: there may be as many as points. */
  private static final int MOST_REASONS = 1000;

  private static final String OTHER = "for other reasons";

  private final int most;
  private final Comparator<PointResult> order;
  private final PriorityQueue<PointResult> best;
  private final Map<String, Reason> reasons = new HashMap<>();
  private final Set<String> ofNumbers = new HashSet<>();
  private long excluded;
  private long points;
  private long kept;
  private long fit;

  /**
   * Points that were dropped for one reason.
   *
   * @param first in the order of the sweep
   */
  public record Reason(String text, long count, PointResult first) {}

  /**
   * An empty summary.
   *
   * @param most points that are kept as the best
   * @param order of those that fit, the best first
   */
  public SweepSummary(int most, Comparator<Figures> order) {
    this.most = most;
    this.order =
        Comparator.comparing((PointResult point) -> !point.figures().orElseThrow().memory().fits())
            .thenComparing(point -> point.figures().orElseThrow(), order)
            .thenComparing(PointResult::number)
            .thenComparing(point -> point.key().toString());
    this.best = new PriorityQueue<>(this.order.reversed());
  }

  /** Adds a point. */
  public void add(PointResult point) {
    points++;
    if (point.figures().isEmpty()) {
      String text = point.reason();
      if (reasons.size() >= MOST_REASONS && !reasons.containsKey(text)) {
        text = OTHER;
      }
      reasons.merge(text, new Reason(text, 1, point), SweepSummary::both);
      return;
    }
    kept++;
    fit += point.figures().get().memory().fits() ? 1 : 0;
    best.add(point);
    if (best.size() > most) {
      best.remove();
    }
  }

  /** Adds points that have no results because the numbers alone rule them out. */
  public void exclude(PointWalk.Excluded block) {
    points += block.count();
    excluded += block.count();
    String text = block.first().reason();
    reasons.merge(text, new Reason(text, block.count(), block.first()), SweepSummary::both);
    ofNumbers.add(text);
  }

  private static Reason both(Reason one, Reason other) {
    boolean isFirst = one.first().number() <= other.first().number();
    return new Reason(
        one.text(), one.count() + other.count(), isFirst ? one.first() : other.first());
  }

  /** How many points there were. */
  public long points() {
    return points;
  }

  /** How many the numbers alone rule out. */
  public long excluded() {
    return excluded;
  }

  /** Why the numbers alone rule out points, in the order of the sweep. */
  public List<Reason> exclusions() {
    return reasons().stream().filter(reason -> ofNumbers.contains(reason.text())).toList();
  }

  /** How many were simulated. */
  public long kept() {
    return kept;
  }

  /** How many of those fit into memory. */
  public long fit() {
    return fit;
  }

  /** Those that fit first. */
  public List<PointResult> best() {
    List<PointResult> sorted = new ArrayList<>(best);
    sorted.sort(order);
    return sorted;
  }

  /** Why points were dropped, in the order of the sweep. */
  public List<Reason> reasons() {
    return reasons.values().stream()
        .sorted(
            Comparator.comparing((Reason reason) -> reason.text().equals(OTHER))
                .thenComparing(reason -> reason.first().number())
                .thenComparing(Reason::text))
        .toList();
  }
}
