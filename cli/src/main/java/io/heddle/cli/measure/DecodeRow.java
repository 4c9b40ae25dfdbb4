package io.heddle.cli.measure;

import io.heddle.plan.figure.MeasuredKernel;
import io.heddle.runtime.cost.KernelTimes;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Attention of one new token of each sequence to a cache that was measured.
 *
 * @param format of the cache
 * @param keys that a query sees, the new one included
 */
public record DecodeRow(
    String format,
    long batch,
    long keys,
    long heads,
    long keyHeads,
    long head,
    double measuredNanos)
    implements MeasuredRow {
  private static final double LONG = 50_000;
  private static final int BYTES = 2;
  private static final double MOST_PRODUCTS = 1e18;

  /**
   * The rows of a table, in the columns kv_dtype, batch, context, heads, kv_heads, head_dim, window
   * and latency_us; those that say in a column exclude why they do not count are left out.
   */
  public static List<MeasuredRow> of(MeasurementFile table, List<MeasurementFile.Row> rows) {
    table.require(
        "kv_dtype", "batch", "context", "heads", "kv_heads", "head_dim", "window", "latency_us");
    List<MeasuredRow> kernels = new ArrayList<>();
    for (MeasurementFile.Row row : rows) {
      long heads = row.whole("heads", 1);
      long keyHeads = row.whole("kv_heads", 1);
      if (heads % keyHeads != 0) {
        throw row.wrong("kv_heads", "%d heads are not a multiple of %d".formatted(heads, keyHeads));
      }
      long context = row.whole("context", 1);
      checkWork(row, heads, row.whole("head_dim", 1));
      long window = row.whole("window", 0);
      if (!table.has("exclude") || row.text("exclude").isEmpty()) {
        kernels.add(
            new DecodeRow(
                row.text("kv_dtype").toLowerCase(Locale.ROOT),
                row.whole("batch", 1),
                window == 0 ? context : Math.min(window, context),
                heads,
                keyHeads,
                row.whole("head_dim", 1),
                1000 * row.positive("latency_us")));
      }
    }
    return kernels;
  }

  @Override
  public double nanos(KernelTimes times) {
    long operations = 4 * batch * heads * keys * head;
    int ofCache = format.startsWith("fp8") ? 1 : BYTES;
    long bytes = 2 * batch * head * (keys * keyHeads * ofCache + heads * BYTES);
    return times.ofAttention(
            batch * keyHeads,
            heads / keyHeads,
            keys,
            head,
            head,
            false,
            operations,
            bytes,
            operations)
        * times.roofline(operations, bytes);
  }

  @Override
  public String family() {
    return batch + " " + heads + " " + keyHeads;
  }

  @Override
  public Optional<MeasuredKernel> line() {
    return Optional.of(MeasuredKernel.ATTEND_DECODE);
  }

  @Override
  public List<String> classes() {
    return classes(measuredNanos);
  }

  /** Refuses a row whose operations do not fit 63 bits. */
  static void checkWork(MeasurementFile.Row row, long heads, long width) {
    double products = (double) row.whole("batch", 1) * row.whole("context", 1);
    if (products * heads * width > MOST_PRODUCTS) {
      throw row.wrong("context", "more work than 63 bits count");
    }
  }

  /** The size classes of attention to a cache that took so long. */
  static List<String> classes(double nanos) {
    return nanos > LONG ? List.of("decode", "decode, longer than 50 us") : List.of("decode");
  }
}
