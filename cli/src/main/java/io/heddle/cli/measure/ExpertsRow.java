package io.heddle.cli.measure;

import io.heddle.plan.KernelKind;
import io.heddle.plan.figure.MeasuredKernel;
import io.heddle.runtime.cost.KernelTimes;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The experts of one layer on one GPU, forward, that were measured: the product up, which is two
 * where a gate goes with it, the product down, and what moves tokens to experts and back.
 *
 * @param experts on the GPU that get a token: weights of the others are not read
 * @param rows of one of these: tokens that were routed to it, in the mean
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
  private static final long MOST_EXPERTS = 1 << 16;

  /** How loads are skewed, and by what exponent. */
  private static final double STEEPEST = 100;

  private static final Pattern POWER_LAW = Pattern.compile("power_law_(\\d+(?:\\.\\d+)?)");

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
      SkewedExperts busiest = busiest(row);
      long experts = Math.max(1, Math.round(busiest.hit()));
      kernels.add(
          new ExpertsRow(
              format,
              ProductRow.bytesOfOperand(row, format),
              experts,
              Math.max(1, Math.round(busiest.assigned() / experts)),
              row.whole("hidden", 1),
              Math.max(1, row.whole("inter", 1) / row.whole("tp", 1)),
              row.text("gated").equals("yes"),
              row.text("distribution").equals("balanced"),
              1000 * row.positive("latency_us")));
    }
    return kernels;
  }

  /** What the busiest GPU has to do. */
  private static SkewedExperts busiest(MeasurementFile.Row row) {
    long tokens = row.whole("tokens", 1);
    long experts = row.whole("experts", 1);
    long each = row.whole("top_k", 1);
    long ranks = row.whole("ep", 1);
    if (experts > MOST_EXPERTS || ranks > experts) {
      throw row.wrong(
          ranks > experts ? "ep" : "experts",
          "%d experts on %d GPUs; at least one on each, and 65,536 in all"
              .formatted(experts, ranks));
    }
    String distribution = row.text("distribution");
    Matcher law = POWER_LAW.matcher(distribution);
    if (law.matches()) {
      double alpha = Double.parseDouble(law.group(1));
      if (!(alpha <= STEEPEST)) {
        throw row.wrong("distribution", "a power law is no steeper than " + (int) STEEPEST);
      }
      // At 1 the power law has another integral; next to it, the same loads.
      return SkewedExperts.of(
          tokens, (int) experts, each, (int) ranks, alpha == 1 ? 1 + 1e-6 : alpha);
    }
    double assigned = Math.max(1, (double) tokens * each / ranks);
    return new SkewedExperts(Math.min((double) Math.max(1, experts / ranks), assigned), assigned);
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
  public Optional<MeasuredKernel> line() {
    if (rows <= MeasuredKernel.FEW_ROWS_OF_AN_EXPERT) {
      return Optional.of(MeasuredKernel.GROUPED_SKINNY);
    }
    return Optional.of(MeasuredKernel.GROUPED)
        .filter(line -> balanced && rows >= MeasuredKernel.MANY_ROWS_OF_AN_EXPERT);
  }

  @Override
  public List<String> classes() {
    String which = balanced ? "" : ", skewed";
    if (rows < MeasuredKernel.MANY_ROWS_OF_AN_EXPERT) {
      return List.of(
          "fewer than %d rows an expert%s".formatted(MeasuredKernel.MANY_ROWS_OF_AN_EXPERT, which));
    }
    return List.of("training shapes" + which);
  }
}
