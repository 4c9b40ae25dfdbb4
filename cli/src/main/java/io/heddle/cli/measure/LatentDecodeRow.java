package io.heddle.cli.measure;

import io.heddle.plan.figure.MeasuredKernel;
import io.heddle.runtime.cost.KernelTimes;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Multi-head latent attention of one new token of each sequence to a cache that was measured, with
 * the up-projections absorbed (DeepSeek-AI 2024): all heads have one head of keys in common, 576
 * wide, the first 512 of which are its values.
 *
 * @param format of the cache
 * @param keys that a query sees, the new one included
 */
public record LatentDecodeRow(
    String format, long batch, long keys, long heads, double measuredNanos) implements MeasuredRow {
  private static final long KEY = 576;
  private static final long VALUE = 512;
  private static final int BYTES = 2;

  /** The rows of a table, in the columns kv_dtype, batch, context, heads and latency_us. */
  public static List<MeasuredRow> of(MeasurementFile table, List<MeasurementFile.Row> rows) {
    table.require("kv_dtype", "batch", "context", "heads", "latency_us");
    List<MeasuredRow> kernels = new ArrayList<>();
    for (MeasurementFile.Row row : rows) {
      DecodeRow.checkWork(row, row.whole("heads", 1), KEY + VALUE);
      kernels.add(
          new LatentDecodeRow(
              row.text("kv_dtype").toLowerCase(Locale.ROOT),
              row.whole("batch", 1),
              row.whole("context", 1),
              row.whole("heads", 1),
              1000 * row.positive("latency_us")));
    }
    return kernels;
  }

  /** The head size of its line: the mean of keys and values. */
  public static long head() {
    return (KEY + VALUE) / 2;
  }

  @Override
  public double nanos(KernelTimes times) {
    long operations = 2 * batch * heads * keys * (KEY + VALUE);
    int ofCache = format.startsWith("fp8") ? 1 : BYTES;
    long bytes = batch * (keys * KEY * ofCache + heads * (KEY + VALUE) * BYTES);
    return times.ofAttention(batch, heads, keys, KEY, VALUE, false, operations, bytes, operations)
        * times.roofline(operations, bytes);
  }

  @Override
  public String family() {
    return batch + " " + heads;
  }

  @Override
  public Optional<MeasuredKernel> line() {
    return Optional.of(MeasuredKernel.ATTEND_DECODE);
  }

  @Override
  public List<String> classes() {
    return DecodeRow.classes(measuredNanos);
  }
}
