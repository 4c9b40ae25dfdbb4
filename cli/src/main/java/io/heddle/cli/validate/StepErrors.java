package io.heddle.cli.validate;

import io.heddle.cli.measure.ErrorSummary;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * The errors of the rows of one class.
 *
 * @param name of the class, or of the family
 * @param rows that count and state a time
 * @param errors of those that are predicted; empty where there are none
 * @param familyMean mean of the families' mean errors
 * @param rank mean over models and sizes of the rank correlation (Spearman) of their layouts
 * @param regret mean over models and sizes of how much slower the layout that is predicted to be
 *     the fastest is than the one that is
 */
public record StepErrors(
    String name,
    int rows,
    Optional<ErrorSummary> errors,
    double familyMean,
    OptionalDouble rank,
    OptionalDouble regret) {
  /** As few layouts make a correlation. */
  private static final int FEWEST = 3;

  /** The errors by class. */
  public static List<StepErrors> byClass(List<StepPrediction> rows) {
    return by(StepPrediction::sizeClass, rows);
  }

  /** The errors by family, those of one class together. */
  public static List<StepErrors> byFamily(List<StepPrediction> rows) {
    return by(row -> row.sizeClass() + " " + row.family(), rows);
  }

  /** The errors by a name of rows. */
  static List<StepErrors> by(Function<StepPrediction, String> name, List<StepPrediction> rows) {
    Map<String, List<StepPrediction>> groups =
        rows.stream()
            .filter(row -> row.isScored() && row.measuredSeconds().isPresent())
            .collect(Collectors.groupingBy(name, TreeMap::new, Collectors.toList()));
    List<StepErrors> all = new ArrayList<>();
    groups.forEach((group, members) -> all.add(of(group, members)));
    return all;
  }

  private static StepErrors of(String name, List<StepPrediction> members) {
    List<StepPrediction> predicted =
        members.stream().filter(row -> row.error().isPresent()).toList();
    Map<String, List<Double>> families = new LinkedHashMap<>();
    Map<String, List<StepPrediction>> sizes = new LinkedHashMap<>();
    for (StepPrediction row : predicted) {
      families
          .computeIfAbsent(row.family(), family -> new ArrayList<>())
          .add(row.error().getAsDouble());
      sizes.computeIfAbsent(row.size(), size -> new ArrayList<>()).add(row);
    }
    List<List<StepPrediction>> layouts =
        sizes.values().stream().filter(of -> of.size() >= FEWEST).toList();
    return new StepErrors(
        name,
        members.size(),
        predicted.isEmpty()
            ? Optional.empty()
            : Optional.of(
                ErrorSummary.of(predicted.stream().map(row -> row.error().getAsDouble()).toList())),
        families.values().stream()
            .mapToDouble(errors -> ErrorSummary.of(errors).mean())
            .average()
            .orElse(Double.NaN),
        layouts.stream().mapToDouble(StepErrors::correlation).average(),
        layouts.stream().mapToDouble(StepErrors::regret).average());
  }

  private static double correlation(List<StepPrediction> layouts) {
    double[] predicted = ranks(layouts, row -> row.predictedSeconds().getAsDouble());
    double[] measured = ranks(layouts, row -> row.measuredSeconds().getAsDouble());
    double middle = (layouts.size() - 1) / 2.0;
    double both = 0;
    double ofPredicted = 0;
    double ofMeasured = 0;
    for (int i = 0; i < predicted.length; i++) {
      double x = predicted[i] - middle;
      double y = measured[i] - middle;
      both += x * y;
      ofPredicted += x * x;
      ofMeasured += y * y;
    }
    return ofPredicted == 0 || ofMeasured == 0 ? 0 : both / Math.sqrt(ofPredicted * ofMeasured);
  }

  /** From 0; equal values share their places. */
  private static double[] ranks(
      List<StepPrediction> layouts, Function<StepPrediction, Double> value) {
    double[] ranks = new double[layouts.size()];
    for (int i = 0; i < ranks.length; i++) {
      double mine = value.apply(layouts.get(i));
      for (StepPrediction other : layouts) {
        int order = Double.compare(value.apply(other), mine);
        ranks[i] += order < 0 ? 1 : order == 0 ? 0.5 : 0;
      }
      ranks[i] -= 0.5;
    }
    return ranks;
  }

  private static double regret(List<StepPrediction> layouts) {
    StepPrediction chosen = layouts.get(0);
    double best = Double.POSITIVE_INFINITY;
    for (StepPrediction row : layouts) {
      best = Math.min(best, row.measuredSeconds().getAsDouble());
      if (row.predictedSeconds().getAsDouble() < chosen.predictedSeconds().getAsDouble()) {
        chosen = row;
      }
    }
    return chosen.measuredSeconds().getAsDouble() / best - 1;
  }
}
