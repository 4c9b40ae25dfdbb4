package io.heddle.runtime.path;

import java.util.ArrayList;
import java.util.List;

/**
 * Stretches of the {@link CriticalPath} that repeat, micro-batch after micro-batch, or a single
 * one.
 *
 * @param stretches all of them in order of time
 * @param period after how many the first one comes again; the number of stretches is a multiple
 */
public record PathSection(List<PathStretch> stretches, int period) {
  private static final int LONGEST_PERIOD = 32;

  public PathSection {
    stretches = List.copyOf(stretches);
    if (period < 1 || stretches.isEmpty() || stretches.size() % period != 0) {
      throw new IllegalArgumentException(stretches.size() + " stretches, every " + period);
    }
  }

  /** How often the pattern comes. */
  public int times() {
    return stretches.size() / period;
  }

  /** Those that stand at a place of the pattern, one for each time. */
  public List<PathStretch> at(int place) {
    List<PathStretch> same = new ArrayList<>();
    for (int i = place; i < stretches.size(); i += period) {
      same.add(stretches.get(i));
    }
    return same;
  }

  /** Folds what repeats: at each place the pattern that covers most, of these the shortest. */
  static List<PathSection> fold(List<PathStretch> stretches) {
    List<PathSection> sections = new ArrayList<>();
    int from = 0;
    while (from < stretches.size()) {
      int period = 1;
      int covered = 1;
      for (int each = 1; each <= LONGEST_PERIOD; each++) {
        int times = times(stretches, from, each);
        if (times > 1 && times * each > covered) {
          period = each;
          covered = times * each;
        }
      }
      sections.add(new PathSection(stretches.subList(from, from + covered), period));
      from += covered;
    }
    return sections;
  }

  private static int times(List<PathStretch> stretches, int from, int period) {
    int end = from + period;
    while (end < stretches.size() && stretches.get(end).isLike(stretches.get(end - period))) {
      end++;
    }
    return (end - from) / period;
  }
}
