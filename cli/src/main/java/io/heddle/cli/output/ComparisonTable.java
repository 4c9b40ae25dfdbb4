package io.heddle.cli.output;

import io.heddle.runtime.compare.Comparison;
import io.heddle.runtime.compare.Difference;
import io.heddle.runtime.compare.ModeResult;
import io.heddle.runtime.mode.Mode;
import io.heddle.runtime.report.StepReport;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;

/** All modes on one step, for people. */
public final class ComparisonTable {
  private static final double NANOS_PER_SECOND = 1e9;
  private static final double TERA = 1e12;
  private static final String ABSENT = "-";

  private ComparisonTable() {}

  /** The text, ending with a line break. */
  public static String of(Comparison comparison, Optional<MemoryDemand> memory) {
    StepReport step = Objects.requireNonNull(comparison.modes().get(Mode.FLATTENED)).report();
    StringBuilder text = new StringBuilder(StepTable.head(step, Mode.FLATTENED)).append('\n');
    text.append(modes(comparison, step)).append('\n').append(StepTable.basis(step.plan(), memory));
    for (Difference difference : comparison.differences()) {
      text.append('\n').append(difference(difference, step));
    }
    return text.toString();
  }

  private static String modes(Comparison comparison, StepReport step) {
    double iteration = nanos(step);
    Collection<ModeResult> results = comparison.modes().values();
    List<String> head = new ArrayList<>(List.of(""));
    comparison.modes().keySet().forEach(mode -> head.add(mode.toString()));
    Table table = Table.firstToTheLeft().row(head);
    row(table, "iteration time", results, r -> Quantities.time(nanos(r), iteration));
    if (step.batchesInWork() > 1) {
      row(
          table,
          "step to step",
          results,
          r -> Quantities.time(r.periodSeconds() * NANOS_PER_SECOND, iteration));
    }
    row(table, "compute, mean", results, r -> Quantities.time(r.meanCompute(), iteration));
    Set<String> axes = new LinkedHashSet<>();
    results.forEach(result -> axes.addAll(result.report().exposedByAxes().keySet()));
    for (String name : axes) {
      row(
          table,
          "exposed " + name,
          results,
          r -> {
            Double time = r.exposedByAxes().get(name);
            return time == null ? ABSENT : Quantities.time(time, iteration);
          });
    }
    row(table, "bubble", results, r -> percent(r.bubble()));
    row(table, "tokens/s", results, r -> Quantities.count(Math.round(r.tokensPerSecond())));
    row(table, "tokens/s/GPU", results, r -> Quantities.rate(r.tokensPerSecondPerDevice()));
    row(table, "TFLOP/s/GPU", results, r -> Quantities.rate(r.modelFlopsPerDevice() / TERA));
    row(table, "MFU", results, r -> Quantities.percent(r.mfu()));
    List<String> wall = new ArrayList<>(List.of("took"));
    results.forEach(result -> wall.add(Quantities.time((double) result.wallNanos())));
    return table.row(wall).text();
  }

  private static void row(
      Table table, String name, Collection<ModeResult> results, Function<StepReport, String> cell) {
    List<String> row = new ArrayList<>(List.of(name));
    results.forEach(result -> row.add(cell.apply(result.report())));
    table.row(row);
  }

  private static String percent(OptionalDouble share) {
    return share.isPresent() ? Quantities.percent(share.getAsDouble()) : ABSENT;
  }

  private static String difference(Difference difference, StepReport step) {
    long largest =
        Stream.concat(Stream.of(difference.nanos()), difference.effects().values().stream())
            .mapToLong(Math::abs)
            .max()
            .orElseThrow();
    double iteration = nanos(step);
    Table table = Table.firstToTheLeft();
    String name = difference.from() + " - " + difference.to();
    table.row(row(name, difference.nanos(), largest, iteration));
    difference
        .effects()
        .forEach((effect, nanos) -> table.row(row("  " + effect, nanos, largest, iteration)));
    table.row(row("  not explained", difference.notExplained(), largest, iteration));
    return table.text();
  }

  private static List<String> row(String name, long nanos, long largest, double iteration) {
    double percent = 100 * nanos / iteration;
    return List.of(
        name,
        signed(Quantities.time((double) nanos, (double) largest)),
        signed(String.format(Locale.ROOT, "%.2f %%", percent)));
  }

  /** With its sign, unless it is shown as zero. */
  private static String signed(String number) {
    String bare = number.startsWith("-") ? number.substring(1) : number;
    boolean zero = bare.chars().noneMatch(digit -> digit >= '1' && digit <= '9');
    return zero ? bare : number.equals(bare) ? "+" + number : number;
  }

  private static double nanos(StepReport report) {
    return report.iterationSeconds() * NANOS_PER_SECOND;
  }
}
