package io.heddle.runtime.verify;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Collects findings, of each kind so many that a person can read them. */
final class FindingCollector {
  private static final int MOST_OF_A_KIND = 20;

  private record Kind(FindingSeverity severity, Rule rule) {}

  private final List<Finding> all = new ArrayList<>();
  private final Map<Kind, Integer> counts = new HashMap<>();

  void error(Rule rule, String message, Finding.Node... nodes) {
    add(new Finding(FindingSeverity.ERROR, rule, List.of(nodes), message));
  }

  void warning(Rule rule, String message, Finding.Node... nodes) {
    add(new Finding(FindingSeverity.WARNING, rule, List.of(nodes), message));
  }

  void add(Finding finding) {
    Kind kind = new Kind(finding.severity(), finding.rule());
    if (counts.merge(kind, 1, Integer::sum) <= MOST_OF_A_KIND) {
      all.add(finding);
    }
  }

  /** Adds those of another, after these. */
  void addAll(FindingCollector others) {
    others.all.forEach(this::add);
    others.counts.forEach(
        (kind, count) -> counts.merge(kind, Math.max(0, count - MOST_OF_A_KIND), Integer::sum));
  }

  /** All, errors first, then rule by rule; where some were left out it says how many. */
  List<Finding> list() {
    List<Finding> list = new ArrayList<>(all);
    counts.forEach(
        (kind, count) -> {
          if (count > MOST_OF_A_KIND) {
            String more = "and " + (count - MOST_OF_A_KIND) + " more of this kind";
            list.add(new Finding(kind.severity(), kind.rule(), List.of(), more));
          }
        });
    list.sort(Comparator.comparing(Finding::severity).thenComparing(Finding::rule));
    return list;
  }
}
