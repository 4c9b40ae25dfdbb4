package io.heddle.cli.measure;

import io.heddle.plan.KernelKind;
import io.heddle.runtime.cost.KernelTimes;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * The experts of one layer on one GPU, forward, that were measured: the product up, which is two
 * where a gate goes with it, the product down, and what moves tokens to experts and back.
 *
 * @param experts on the GPU
 * @param rows of one expert: tokens that were routed to it
 * @param width of one expert on the GPU
 */
public record ExpertsRow(
    String format,
    double bytesOfOperand,
    long experts,
    long rows,
    long hidden,
    long width,
    boolean gated,
    boolean balanced,
    double measuredNanos)
    implements MeasuredRow {
  /** From so many rows of an expert on, experts are those of training. */
  private static final long TRAINING = 64;

  /** Bytes of an element before it is quantised, and of results. */
  private static final int BYTES = 2;

  /**
   * The rows of a table, in the columns dtype, tokens, experts, top_k, hidden, inter, ep, tp,
   * gated, distribution and latency_us.
   */
  public static List<MeasuredRow> of(MeasurementFile table, List<MeasurementFile.Row> rows) {
    table.require(
        "dtype",
        "tokens",
        "experts",
        "top_k",
        "hidden",
        "inter",
        "ep",
        "tp",
        "gated",
        "distribution",
        "latency_us");
    List<MeasuredRow> kernels = new ArrayList<>();
    for (MeasurementFile.Row row : rows) {
      String format = row.text("dtype").toLowerCase(Locale.ROOT);
      long all = row.whole("experts", 1);
      long groups = row.whole("ep", 1);
      long experts = Math.max(1, all / groups);
      double assigned = (double) row.whole("tokens", 1) * row.whole("top_k", 1) / groups;
      kernels.add(
          new ExpertsRow(
              format,
              ProductRow.bytesOfOperand(row, format),
              experts,
              Math.max(1, Math.round(assigned / experts)),
              row.whole("hidden", 1),
              Math.max(1, row.whole("inter", 1) / row.whole("tp", 1)),
              row.text("gated").equals("yes"),
              row.text("distribution").equals("balanced"),
              1000 * row.positive("latency_us")));
    }
    return kernels;
  }

  @Override
  public double nanos(KernelTimes times) {
    long up = gated ? 2 * width : width;
    double moved = (double) experts * rows * (2 * hidden + up + width) * BYTES;
    long bytes = Math.round(moved);
    return product(times, hidden, up)
        + product(times, width, hidden)
        + times.of(KernelKind.COPY, bytes, bytes) * times.roofline(bytes, bytes);
  }

  private double product(KernelTimes times, long k, long n) {
    double operations = 2.0 * experts * rows * n * k;
    double bytes = experts * (bytesOfOperand * k * ((double) rows + n) + (double) BYTES * rows * n);
    long wholeOperations = Math.round(operations);
    long wholeBytes = Math.round(bytes);
    return times.ofProduct(true, experts, rows, k, n, wholeOperations, wholeBytes)
        * times.roofline(wholeOperations, wholeBytes);
  }

  @Override
  public String family() {
    return hidden + " " + width + " " + experts;
  }

  @Override
  public boolean isFitted() {
    return balanced && rows >= TRAINING;
  }

  @Override
  public List<String> classes() {
    if (rows < TRAINING) {
      return List.of("fewer than 64 rows an expert");
    }
    return balanced ? List.of("training shapes") : List.of("training shapes, skewed");
  }
}
