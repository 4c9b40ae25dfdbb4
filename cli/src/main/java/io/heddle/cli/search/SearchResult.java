package io.heddle.cli.search;

import io.heddle.cli.sweep.PointResult.Figures;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a search found.
 *
 * @param points of the space
 * @param best the best plans, the best first
 * @param front plans than which none is better in time, memory and GPUs at once, the fastest first
 * @param why each line of the best plan changed alone
 * @param perToken whether times are those of a token of each sequence: some plan speculates
 */
public record SearchResult(
    long points,
    SearchCounts counts,
    List<Plan> best,
    List<Plan> front,
    List<Change> why,
    boolean perToken) {
  /**
   * A plan of the space.
   *
   * @param values that make it, by name
   * @param figures empty where it was not simulated: its time then is a bound
   */
  public record Plan(Map<String, String> values, Measures measures, Optional<Figures> figures) {}

  /**
   * The best plan with one line changed.
   *
   * @param name of what is changed
   * @param instead of its value
   * @param plan empty where there is no such plan
   * @param reason why there is none; empty where there is one
   */
  public record Change(String name, String instead, Optional<Plan> plan, String reason) {}
}
