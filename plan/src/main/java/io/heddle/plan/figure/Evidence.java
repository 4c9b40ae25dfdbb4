package io.heddle.plan.figure;

import io.heddle.plan.marker.Api;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What figures were tried on, so that who reads a prediction knows how far it may be off.
 *
 * @param rows of a table of measurements, at least 1
 * @param error mean size of the relative errors on rows that were held out, in (0, 1]
 */
@Api
public record Evidence(long rows, double error) {
  /** The figures of a line that say both; empty where one is missing. */
  public static <F extends Figure> Optional<Evidence> of(Map<F, Double> values, F rows, F error) {
    Double counted = values.get(rows);
    Double mean = values.get(error);
    return counted == null || mean == null
        ? Optional.empty()
        : Optional.of(new Evidence(Math.round(counted), mean));
  }

  /** All rows together, with the mean error of them; empty of nothing. */
  public static Optional<Evidence> pooled(List<Evidence> parts) {
    long rows = 0;
    double errors = 0;
    for (Evidence part : parts) {
      rows += part.rows();
      errors += part.rows() * part.error();
    }
    return rows == 0 ? Optional.empty() : Optional.of(new Evidence(rows, errors / rows));
  }
}
