package io.heddle.cli.measure;

import io.heddle.plan.figure.MeasuredKernel;
import io.heddle.processor.diagnose.Spelling;
import io.heddle.runtime.cost.KernelTimes;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * A matrix product of M x K by K x N that was measured. Its result has two bytes an element.
 *
 * @param bytesOfOperand bytes of an element of an operand, with its share of scales
 */
public record ProductRow(
    String format, double bytesOfOperand, long m, long n, long k, double measuredNanos)
    implements MeasuredRow {
  private static final double LONG = 500e3;

  private static final Map<String, Double> BYTES =
      Map.of(
          "fp32", 4.0,
          "tf32", 4.0,
          "bf16", 2.0,
          "fp16", 2.0,
          "fp8", 1.0,
          "fp8_block", 1.0,
          "mxfp8", 1.0 + 1.0 / 32,
          "nvfp4", 0.5 + 1.0 / 16);

  /** The rows of a table, in the columns dtype, m, n, k and latency_us. */
  public static List<MeasuredRow> of(MeasurementFile table, List<MeasurementFile.Row> rows) {
    table.require("dtype", "m", "n", "k", "latency_us");
    List<MeasuredRow> products = new ArrayList<>();
    for (MeasurementFile.Row row : rows) {
      String format = row.text("dtype").toLowerCase(Locale.ROOT);
      products.add(
          new ProductRow(
              format,
              bytesOfOperand(row, format),
              row.whole("m", 1),
              row.whole("n", 1),
              row.whole("k", 1),
              1000 * row.positive("latency_us")));
    }
    return products;
  }

  /**
   * Bytes of an element of an operand, with its share of scales.
   *
   * @throws io.heddle.cli.failure.Failure if there is no such format
   */
  static double bytesOfOperand(MeasurementFile.Row row, String format) {
    Double bytes = BYTES.get(format);
    if (bytes == null) {
      throw row.wrong(
          "dtype",
          "`%s` is unknown; there are %s%s"
              .formatted(
                  format,
                  String.join(", ", BYTES.keySet().stream().sorted().toList()),
                  Spelling.hint(format, BYTES.keySet())));
    }
    return bytes;
  }

  @Override
  public double nanos(KernelTimes times) {
    double operations = 2.0 * m * n * k;
    double bytes = bytesOfOperand * k * ((double) m + n) + 2.0 * m * n;
    long wholeOperations = Math.round(operations);
    long wholeBytes = Math.round(bytes);
    return times.ofProduct(1, m, k, n, wholeOperations, wholeBytes)
        * times.roofline(wholeOperations, wholeBytes);
  }

  @Override
  public String family() {
    return n + " " + k;
  }

  @Override
  public Optional<MeasuredKernel> line() {
    return m >= MeasuredKernel.MANY_ROWS
        ? Optional.of(MeasuredKernel.MATMUL)
        : Optional.of(MeasuredKernel.MATMUL_SKINNY).filter(line -> m <= MeasuredKernel.FEW_ROWS);
  }

  @Override
  public List<String> classes() {
    if (m < MeasuredKernel.MANY_ROWS) {
      return List.of(
          m <= MeasuredKernel.FEW_ROWS
              ? MeasuredKernel.FEW_ROWS + " rows or fewer"
              : "%d to %d rows"
                  .formatted(MeasuredKernel.FEW_ROWS + 1, MeasuredKernel.MANY_ROWS - 1));
    }
    return measuredNanos > LONG
        ? List.of("training shapes", "over 0.5 ms")
        : List.of("training shapes");
  }
}
