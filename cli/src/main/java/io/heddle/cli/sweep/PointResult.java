package io.heddle.cli.sweep;

import io.heddle.runtime.report.StepReport;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What became of a point.
 *
 * @param number of the point in its sweep, from 0
 * @param values that make the point, as text, in the order of the sweep
 * @param figures empty if the point was dropped
 * @param reason why it was dropped, one line; empty if it was not
 */
public record PointResult(
    long number, Map<String, String> values, Optional<Figures> figures, String reason) {
  public PointResult {
    values = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(values));
  }

  /**
   * The figures of a simulated step; times in ns.
   *
   * @param bubble share of the iteration in which a rank is idle, mean over all ranks, 0 to 1
   * @param compute mean over all ranks
   * @param exposedCommunication mean over all ranks
   */
  public record Figures(
      long iterationNanos,
      double tokensPerSecond,
      double mfu,
      double hfu,
      double bubble,
      double compute,
      double exposedCommunication) {
    static Figures of(StepReport report) {
      return new Figures(
          report.iterationNanos(),
          report.tokensPerSecond(),
          report.mfu(),
          report.hfu(),
          report.bubble().orElseThrow(),
          report.meanCompute(),
          report.meanExposedCommunication().orElseThrow());
    }
  }
}
