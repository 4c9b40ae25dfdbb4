package io.heddle.cli.validate;

import io.heddle.runtime.mode.Mode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.Stream;

/** A table of points of serving benchmarks: what each comes to, and what it measured. */
final class ServingTable {
  /** The column by which such a table is known. */
  static final String TIME = "tpot_ms";

  /** The columns that every table has. */
  static final String[] REQUIRED = {
    "row_id",
    "family",
    "class",
    "model",
    "gpu",
    "framework",
    "gemm",
    "mode",
    "isl",
    "osl",
    "concurrency",
    "gpus",
    "tp",
    "pp",
    "dp",
    "ttft_ms",
    TIME,
    "source",
    "needs",
    "exclude"
  };

  private static final double MILLIS = 1e3;
  private static final String QUEUES = "waits_longer_than_it_runs";

  private final RowMapping mapping;
  private final PlannedRowCompiler compiler = new PlannedRowCompiler();

  ServingTable(RowMapping mapping) {
    this.mapping = mapping;
  }

  /** The engine that the mapping gives a row. */
  String engine(PublishedRow row) {
    return RowPlanner.engine(row, mapping);
  }

  /**
   * Compiles a row.
   *
   * @throws CannotSayException if it is no pair of plans
   */
  ServedTimes compile(PublishedRow row) throws CannotSayException {
    ServingPlanner planner = new ServingPlanner(row, mapping);
    PredictableRow decode = compiler.compile(planner.decode(), planner.assumed());
    PredictableRow prefill = compiler.compile(planner.prefill(), planner.assumed());
    return planner.isApart()
        ? new ServedPools(
            decode,
            prefill,
            compiler.compile(planner.prefill(planner.prompts()), planner.assumed()),
            planner.transfer(prefill.compiled(), decode.compiled()),
            planner.speculation().expectedTokens(),
            planner.prompts(),
            planner.requests(),
            planner.prefills(),
            planner.outputs(),
            planner.atOnce(),
            planner.assumed())
        : new ServedRow(
            decode,
            prefill,
            planner.speculation().expectedTokens(),
            planner.concurrency(),
            planner.outputs(),
            planner.atOnce(),
            planner.held(),
            planner.assumed());
  }

  /** Seconds of an output token that a row measured; empty where it states none. */
  static OptionalDouble perToken(PublishedRow row) {
    return seconds(row, TIME);
  }

  private static OptionalDouble seconds(PublishedRow row, String column) {
    OptionalDouble millis = row.positive(column);
    return millis.isPresent()
        ? OptionalDouble.of(millis.getAsDouble() / MILLIS)
        : OptionalDouble.empty();
  }

  /**
   * What is predicted of a row: the time of an output token, that until the first one where the row
   * does not queue, and the seconds of a GPU for each token.
   */
  List<StepPrediction> predict(PublishedRow row, Mode mode) {
    Optional<ServedTimes.Times> predicted = Optional.empty();
    List<String> assumed = List.of();
    String reason = row.exclusion().orElse("");
    if (reason.isEmpty()) {
      try {
        ServedTimes served = compile(row);
        assumed = served.assumed();
        predicted = Optional.of(served.times(served.engine(), mode));
      } catch (CannotSayException cannot) {
        reason = cannot.why();
      }
    }
    OptionalDouble perToken = perToken(row);
    OptionalDouble toFirst = seconds(row, "ttft_ms");
    Point point = new Point(row, assumed, reason);
    List<StepPrediction> all = new ArrayList<>();
    all.add(point.of("TPOT", perToken, predicted.map(ServedTimes.Times::perToken)));
    if (row.exclusion().isPresent()) {
      return all;
    }
    if (!row.words("needs").contains(QUEUES)) {
      all.add(point.of("TTFT", toFirst, predicted.map(ServedTimes.Times::toFirst)));
    }
    boolean hasRate = Stream.of("concurrency", "osl", "gpus").allMatch(row::isStated);
    if (perToken.isPresent() && toFirst.isPresent() && hasRate) {
      double concurrency = row.decimal("concurrency");
      double outputs = row.decimal("osl");
      double gpus = row.decimal("gpus");
      ServedTimes.Times measured =
          new ServedTimes.Times(toFirst.getAsDouble(), perToken.getAsDouble());
      all.add(
          point.of(
              "GPU seconds a token",
              OptionalDouble.of(measured.perOutput(concurrency, outputs, gpus)),
              predicted.map(times -> times.perOutput(concurrency, outputs, gpus))));
    }
    return all;
  }

  private record Point(PublishedRow row, List<String> assumed, String reason) {
    /** What of a row is not known on which all its times depend: such rows are classes apart. */
    private String apart() {
      if (row.words("needs").stream().anyMatch(need -> need.contains("unstated"))) {
        return ", speculation unstated";
      }
      return row.words("needs").contains(QUEUES) ? ", queued" : "";
    }

    StepPrediction of(String what, OptionalDouble measured, Optional<Double> predicted) {
      return new StepPrediction(
          row.text("row_id"),
          what + " " + row.text("class") + apart(),
          row.text("family"),
          String.join(" ", row.text("family"), row.text("gpu"), row.text("isl"), row.text("osl")),
          measured,
          predicted.map(OptionalDouble::of).orElse(OptionalDouble.empty()),
          OptionalDouble.empty(),
          Optional.empty(),
          "",
          "ok",
          row.exclusion().isEmpty(),
          assumed,
          reason);
    }
  }
}
