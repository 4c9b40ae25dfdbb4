package io.heddle.cli.sweep;

import io.heddle.cli.output.Json;
import io.heddle.cli.sweep.PointResult.Figures;
import io.heddle.cli.sweep.TableColumn.Kind;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * A figure of simulated points as tables and JSON objects have it: times in ns, memory in bytes.
 *
 * @param name of the column and the field
 * @param kind of its cells
 * @param text a number or truth value as JSON writes it, or a text as it is; empty where it is not
 *     known
 */
public record PointColumn(
    String name, TableColumn.Kind kind, Function<Figures, Optional<String>> text) {
  /** All, in the order of tables. */
  public static final List<PointColumn> ALL =
      List.of(
          whole("ranks", Figures::ranks),
          whole("iteration_time_ns", Figures::iterationNanos),
          real("tokens_per_second", Figures::tokensPerSecond),
          real("tokens_per_second_per_device", Figures::tokensPerSecondPerDevice),
          real("model_flops_per_second_per_device", Figures::modelFlopsPerDevice),
          real("mfu", Figures::mfu),
          real("hfu", Figures::hfu),
          real("bubble", Figures::bubble),
          real("compute_ns", Figures::compute),
          real("exposed_communication_ns", Figures::exposedCommunication),
          new PointColumn(
              "memory_peak_bytes",
              Kind.WHOLE,
              figures -> figures.memory().peak().stream().mapToObj(String::valueOf).findFirst()),
          whole("memory_bytes", figures -> figures.memory().capacity()),
          new PointColumn(
              "fits", Kind.TRUTH, figures -> Optional.of(String.valueOf(figures.memory().fits()))),
          new PointColumn(
              "basis",
              Kind.TEXT,
              figures -> Optional.of(figures.basis()).filter(of -> !of.isEmpty())));

  /** A column of the communication along these axes that nothing hides. */
  public static PointColumn exposedAlong(String axes) {
    return new PointColumn(
        "exposed_communication_%s_ns".formatted(axes.replace('.', '_')),
        Kind.REAL,
        figures ->
            Optional.ofNullable(figures.exposedByAxes().get(axes))
                .filter(Double::isFinite)
                .map(Json::plain));
  }

  private static PointColumn whole(String name, Function<Figures, Long> figure) {
    return new PointColumn(
        name, Kind.WHOLE, figures -> Optional.of(Long.toUnsignedString(figure.apply(figures))));
  }

  private static PointColumn real(String name, Function<Figures, Double> figure) {
    return new PointColumn(
        name,
        Kind.REAL,
        figures -> Optional.of(figure.apply(figures)).filter(Double::isFinite).map(Json::plain));
  }
}
