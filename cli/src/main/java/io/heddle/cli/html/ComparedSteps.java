package io.heddle.cli.html;

import io.heddle.cli.output.MemoryDemand;
import io.heddle.cli.output.Quantities;
import io.heddle.runtime.report.StepReport;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.function.DoubleFunction;
import java.util.function.Function;

/** Two steps beside each other: what they come to, and what of their plans differs. */
public final class ComparedSteps {
  private static final double NANOS_PER_SECOND = 1e9;

  private final Side left;
  private final Side right;

  /**
   * A side.
   *
   * @param name of it
   * @param content of its step
   * @param lines of its plan
   */
  public record Side(String name, ReportContent content, List<String> lines) {
    public Side {
      lines = List.copyOf(lines);
    }

    StepReport report() {
      return content.report();
    }
  }

  private ComparedSteps(Side left, Side right) {
    this.left = left;
    this.right = right;
  }

  /** Both tables, as HTML. */
  public static String of(Side left, Side right) {
    return new ComparedSteps(left, right).html();
  }

  private String html() {
    Html html = new Html();
    html.table("numbers", List.of("", left.name(), right.name(), "change"), figures());
    html.element("h2", "What differs");
    List<List<String>> rows = new ArrayList<>();
    List<List<String>> first = PlanRows.of(left.content());
    List<List<String>> second = PlanRows.of(right.content());
    for (List<String> row : first) {
      String other =
          second.stream()
              .filter(one -> one.get(0).equals(row.get(0)))
              .map(one -> one.get(1))
              .findFirst()
              .orElse("");
      if (!row.get(1).equals(other)) {
        rows.add(List.of(row.get(0), row.get(1), other));
      }
    }
    lines(rows);
    if (rows.isEmpty()) {
      html.element("p", "Nothing.", "class", "quiet");
    } else {
      html.table("text", List.of("", left.name(), right.name()), rows);
    }
    return html.toString();
  }

  /** Lines of one plan that the other does not have. */
  private void lines(List<List<String>> rows) {
    List<String> only = new ArrayList<>(left.lines());
    only.removeAll(right.lines());
    List<String> others = new ArrayList<>(right.lines());
    others.removeAll(left.lines());
    if (!only.isEmpty() || !others.isEmpty()) {
      rows.add(List.of("lines of the plan", String.join("; ", only), String.join("; ", others)));
    }
  }

  private List<List<String>> figures() {
    List<List<String>> rows = new ArrayList<>();
    add(rows, "iteration time", StepReport::iterationSeconds, ComparedSteps::seconds);
    if (left.report().batchesInWork() > 1 || right.report().batchesInWork() > 1) {
      add(rows, "step to step", StepReport::periodSeconds, ComparedSteps::seconds);
    }
    add(rows, "tokens/s", StepReport::tokensPerSecond, "%,.0f"::formatted);
    add(rows, "tokens/s/GPU", StepReport::tokensPerSecondPerDevice, Quantities::rate);
    add(rows, "GPUs", report -> (double) report.ranks().size(), "%,.0f"::formatted);
    share(rows, "MFU", report -> OptionalDouble.of(report.mfu()));
    share(rows, "HFU", report -> OptionalDouble.of(report.hfu()));
    share(rows, "pipeline bubble", StepReport::bubble);
    add(rows, "compute, mean", StepReport::meanCompute, Quantities::time);
    Set<String> axes = new LinkedHashSet<>(left.report().exposedByAxes().keySet());
    axes.addAll(right.report().exposedByAxes().keySet());
    for (String name : axes) {
      add(
          rows,
          "exposed " + name + ", mean",
          report -> report.exposedByAxes().getOrDefault(name, 0.0),
          Quantities::time);
    }
    add(
        rows,
        "into collectives",
        report -> report.collectiveBytes().doubleValue(),
        Unit.BYTES::text);
    memory(rows);
    return rows;
  }

  private static String seconds(double seconds) {
    return Quantities.time(seconds * NANOS_PER_SECOND);
  }

  private void add(
      List<List<String>> rows,
      String name,
      Function<StepReport, Double> value,
      DoubleFunction<String> text) {
    double before = value.apply(left.report());
    double after = value.apply(right.report());
    rows.add(List.of(name, text.apply(before), text.apply(after), change(before, after)));
  }

  private static String change(double before, double after) {
    if (before == after) {
      return "=";
    }
    return before == 0
        ? ""
        : String.format(Locale.ROOT, "%+.1f %%", 100 * (after - before) / Math.abs(before));
  }

  private void share(
      List<List<String>> rows, String name, Function<StepReport, OptionalDouble> value) {
    OptionalDouble before = value.apply(left.report());
    OptionalDouble after = value.apply(right.report());
    boolean areBoth = before.isPresent() && after.isPresent();
    double points = areBoth ? 100 * (after.getAsDouble() - before.getAsDouble()) : 0;
    rows.add(
        List.of(
            name,
            before.isPresent() ? Quantities.percent(before.getAsDouble()) : "",
            after.isPresent() ? Quantities.percent(after.getAsDouble()) : "",
            !areBoth
                ? ""
                : Math.abs(points) < 0.05
                    ? "="
                    : String.format(Locale.ROOT, "%+.1f points", points)));
  }

  private void memory(List<List<String>> rows) {
    if (left.content().memory().isEmpty() || right.content().memory().isEmpty()) {
      return;
    }
    MemoryDemand before = left.content().memory().get();
    MemoryDemand after = right.content().memory().get();
    rows.add(
        List.of(
            "peak memory",
            peak(before),
            peak(after),
            change((double) before.most().peak(), (double) after.most().peak())));
  }

  private static String peak(MemoryDemand demand) {
    return Quantities.bytes(BigInteger.valueOf(demand.most().peak()))
        + (demand.fits() ? "" : ", does not fit");
  }
}
