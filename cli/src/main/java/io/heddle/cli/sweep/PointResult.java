package io.heddle.cli.sweep;

import io.heddle.cli.output.PredictionBasis;
import io.heddle.processor.TfmCompiler.Compiled;
import io.heddle.runtime.report.StepReport;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What became of a point.
 *
 * @param number of the point in its sweep, from 0
 * @param key of what the point changes
 * @param values that make the point, as text, in the order of the sweep
 * @param figures empty if the point was dropped
 * @param reason why it was dropped, one line; empty if it was not
 */
public record PointResult(
    long number,
    PointKey key,
    Map<String, String> values,
    Optional<Figures> figures,
    String reason) {
  /** What the reason of a point begins with that Heddle failed at. */
  static final String FAULT = "a fault of Heddle: ";

  /** What it begins with where the process that ran the point was lost each time. */
  private static final String LOST = "its process was lost: ";

  public PointResult {
    values = Collections.unmodifiableMap(new LinkedHashMap<>(values));
  }

  /**
   * Whether it may be run again: it was dropped because it took too long, or because of a fault of
   * Heddle, which may be another process's alone, such as too small a stack, or with its process.
   */
  public boolean mayRunAgain() {
    return figures.isEmpty()
        && (PointLimit.isReason(reason) || reason.startsWith(FAULT) || reason.startsWith(LOST));
  }

  /**
   * The result of a point each of whose processes was lost, such as for want of memory.
   *
   * @param how it was lost, one line of which the first thousand characters are kept
   */
  public static PointResult lost(
      long number, PointKey key, Map<String, String> values, String how) {
    return new PointResult(
        number,
        key,
        values,
        Optional.empty(),
        LOST + how.substring(0, Math.min(how.length(), 1000)));
  }

  /** The same with the number that it has in another sweep. */
  PointResult numbered(long other) {
    return new PointResult(other, key, values, figures, reason);
  }

  /**
   * The figures of a simulated step; times in ns.
   *
   * @param ranks of the plan
   * @param tokensPerSecondPerDevice of all replicas, for each device
   * @param modelFlopsPerDevice operations a second of the model's own matrix products
   * @param bubble share of the iteration in which a rank is idle, mean over all ranks, 0 to 1
   * @param compute mean over all ranks
   * @param exposedCommunication mean over all ranks
   * @param exposedByAxes the same by the axes of who communicates; their sum may differ in the last
   *     digit
   * @param memory of the stage that holds most
   * @param basis what the times rest on, in a line
   */
  public record Figures(
      long ranks,
      long iterationNanos,
      double tokensPerSecond,
      double tokensPerSecondPerDevice,
      double modelFlopsPerDevice,
      double mfu,
      double hfu,
      double bubble,
      double compute,
      double exposedCommunication,
      Map<String, Double> exposedByAxes,
      Memory memory,
      String basis) {
    public Figures {
      exposedByAxes = Collections.unmodifiableMap(new LinkedHashMap<>(exposedByAxes));
    }

    /** The figures of a report. */
    public static Figures of(StepReport report, Memory memory) {
      return of(report, memory, new PredictionBasis(report.plan().cluster()).text());
    }

    /** The same of somebody who knows what the times rest on. */
    static Figures of(StepReport report, Memory memory, String basis) {
      return new Figures(
          report.plan().mesh().ranks(),
          report.iterationNanos(),
          report.tokensPerSecond(),
          report.tokensPerSecondPerDevice(),
          report.modelFlopsPerDevice(),
          report.mfu(),
          report.hfu(),
          report.bubble().orElseThrow(),
          report.meanCompute(),
          report.meanExposedCommunication().orElseThrow(),
          report.exposedByAxes(),
          memory,
          basis);
    }
  }

  /**
   * What a rank holds at most, in bytes.
   *
   * @param peak empty where the schedule has too many passes to be replayed
   * @param capacity of its device
   */
  public record Memory(OptionalLong peak, long capacity) {
    /** What the plan says that its ranks hold. */
    public static Memory of(Compiled compiled) {
      long capacity = compiled.numbers().values().cluster().device().memoryBytes();
      return new Memory(compiled.memory().peak(), capacity);
    }

    /** Whether the device has so much; what is not known is taken to fit. */
    public boolean fits() {
      return peak.isEmpty() || peak.getAsLong() <= capacity;
    }
  }
}
