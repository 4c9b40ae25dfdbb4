package io.heddle.cli.measure;

import io.heddle.plan.figure.MeasuredKernel;
import io.heddle.runtime.cost.KernelTimes;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * A causal forward pass of fused attention that was measured.
 *
 * @param head elements of a query and of a key
 * @param values elements of a value: in latent attention with its up-projections made, fewer
 * @param window keys that a query sees; 0 for all before it
 */
public record AttentionRow(
    String format,
    long batch,
    long length,
    long heads,
    long keyHeads,
    long head,
    long values,
    long window,
    double measuredNanos)
    implements MeasuredRow {
  private static final long TRAINING = 1024;
  private static final int BYTES = 2;

  /**
   * The rows of a table, in the columns dtype, batch, seq, heads, kv_heads, head_dim, window and
   * latency_us; with a column value_dim where values are of another size.
   */
  public static List<MeasuredRow> of(MeasurementFile table, List<MeasurementFile.Row> rows) {
    table.require("dtype", "batch", "seq", "heads", "kv_heads", "head_dim", "window", "latency_us");
    List<MeasuredRow> kernels = new ArrayList<>();
    for (MeasurementFile.Row row : rows) {
      long heads = row.whole("heads", 1);
      long keyHeads = row.whole("kv_heads", 1);
      if (heads % keyHeads != 0) {
        throw row.wrong("kv_heads", "%d heads are not a multiple of %d".formatted(heads, keyHeads));
      }
      kernels.add(
          new AttentionRow(
              row.text("dtype").toLowerCase(Locale.ROOT),
              row.whole("batch", 1),
              row.whole("seq", 1),
              heads,
              keyHeads,
              row.whole("head_dim", 1),
              valuesOf(row),
              row.whole("window", 0),
              1000 * row.positive("latency_us")));
    }
    return kernels;
  }

  private static long valuesOf(MeasurementFile.Row row) {
    boolean isStated = row.has("value_dim") && !row.text("value_dim").isEmpty();
    return row.whole(isStated ? "value_dim" : "head_dim", 1);
  }

  /** The head size whose line times it: the mean of those of keys and values. */
  public long lineHead() {
    return (head + values) / 2;
  }

  @Override
  public double nanos(KernelTimes times) {
    double seen = window == 0 ? length : Math.min(window, length);
    double pairs = (double) batch * heads * (length * seen - seen * seen / 2);
    long operations = Math.max(1, Math.round(2 * pairs * (head + values)));
    long bytes = batch * length * (head + values) * (heads + keyHeads) * BYTES;
    return times.ofAttention(
            batch * keyHeads,
            length * (heads / keyHeads),
            length,
            head,
            values,
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
    return Optional.of(MeasuredKernel.ATTEND).filter(line -> window == 0);
  }

  @Override
  public List<String> classes() {
    String which = window == 0 ? "" : ", windowed";
    return length >= TRAINING
        ? List.of("all lengths" + which, "1,024 tokens or more" + which)
        : List.of("all lengths" + which);
  }
}
