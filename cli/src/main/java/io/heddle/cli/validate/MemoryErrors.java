package io.heddle.cli.validate;

import io.heddle.cli.measure.ErrorSummary;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * How far predicted memory is from measured, of rows that measure it alike.
 *
 * @param kind what the rows measure: allocated or reserved
 * @param rows that count and state memory
 * @param errors of those that are predicted; empty where there are none
 * @param familyMean mean of the families' mean errors
 */
public record MemoryErrors(
    String kind, int rows, Optional<ErrorSummary> errors, double familyMean) {
  /** The errors by kind. */
  public static List<MemoryErrors> by(List<StepPrediction> rows) {
    Map<String, List<StepPrediction>> kinds =
        rows.stream()
            .filter(row -> row.isScored() && row.memoryGib().isPresent())
            .collect(
                Collectors.groupingBy(
                    StepPrediction::memoryKind, TreeMap::new, Collectors.toList()));
    return kinds.entrySet().stream().map(kind -> of(kind.getKey(), kind.getValue())).toList();
  }

  private static MemoryErrors of(String kind, List<StepPrediction> rows) {
    Map<String, List<Double>> families =
        rows.stream()
            .filter(row -> row.memoryError().isPresent())
            .collect(
                Collectors.groupingBy(
                    StepPrediction::family,
                    TreeMap::new,
                    Collectors.mapping(
                        row -> row.memoryError().orElseThrow(), Collectors.toList())));
    List<Double> errors = families.values().stream().flatMap(List::stream).toList();
    return new MemoryErrors(
        kind,
        rows.size(),
        errors.isEmpty() ? Optional.empty() : Optional.of(ErrorSummary.of(errors)),
        families.values().stream()
            .mapToDouble(each -> ErrorSummary.of(each).mean())
            .average()
            .orElse(Double.NaN));
  }
}
