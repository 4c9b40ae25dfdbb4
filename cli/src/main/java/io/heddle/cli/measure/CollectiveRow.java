package io.heddle.cli.measure;

import io.heddle.plan.mesh.Collective;
import io.heddle.processor.diagnose.Spelling;
import io.heddle.runtime.cost.TransferTimes;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A collective among the ranks of a node that was measured.
 *
 * @param kind as the language names it
 * @param bytes as nccl-tests counts them: of an all-gather what each rank has in the end, else a
 *     rank's whole tensor
 */
public record CollectiveRow(
    String kind, Collective collective, String format, int ranks, long bytes, double measuredNanos)
    implements TransferRow {
  private static final String ONE_SHOT = "all_reduce_one_shot";
  private static final long LARGE = 1 << 20;
  private static final int NODE = 8;
  private static final long MOST_RANKS = 1 << 20;
  private static final List<String> TWO_BYTES = List.of("bf16", "fp16");

  private static final SortedMap<String, Collective> KINDS = kinds();

  private static SortedMap<String, Collective> kinds() {
    SortedMap<String, Collective> kinds = new TreeMap<>();
    for (Collective collective : Collective.values()) {
      kinds.put(collective.word(), collective);
    }
    kinds.put(ONE_SHOT, Collective.ALL_REDUCE);
    return kinds;
  }

  /** The rows of a table, in the columns op, dtype, ranks, bytes and latency_us. */
  public static List<TransferRow> of(MeasurementFile table, List<MeasurementFile.Row> rows) {
    table.require("op", "dtype", "ranks", "bytes", "latency_us");
    List<TransferRow> collectives = new ArrayList<>();
    for (MeasurementFile.Row row : rows) {
      Collective collective = KINDS.get(row.text("op"));
      if (collective == null) {
        throw row.wrong(
            "op",
            "`%s` is unknown; there are %s%s"
                .formatted(
                    row.text("op"),
                    String.join(", ", KINDS.keySet()),
                    Spelling.hint(row.text("op"), KINDS.keySet())));
      }
      long ranks = row.whole("ranks", 2);
      if (ranks > MOST_RANKS) {
        throw row.wrong("ranks", "%d is not a number from 2 to 2^20".formatted(ranks));
      }
      collectives.add(
          new CollectiveRow(
              row.text("op"),
              collective,
              row.text("dtype").toLowerCase(Locale.ROOT),
              (int) ranks,
              row.whole("bytes", 1),
              1000 * row.positive("latency_us")));
    }
    return collectives;
  }

  @Override
  public long size() {
    return bytes;
  }

  @Override
  public boolean isBetweenNodes() {
    return false;
  }

  /** Whether figures are fitted to it: training adds up in formats of two bytes or more. */
  @Override
  public boolean isFitted() {
    return TWO_BYTES.contains(format) || format.equals("fp32");
  }

  @Override
  public List<String> classes() {
    if (kind.equals(ONE_SHOT)) {
      return List.of("one-shot all-reduces");
    }
    return ranks == NODE && bytes >= LARGE
        ? List.of("all sizes", "1 MB or more, 8 ranks")
        : List.of("all sizes");
  }

  @Override
  public double sent() {
    return TransferTimes.sent(collective, carried(), ranks);
  }

  @Override
  public double nanos(TransferTimes times) {
    return kind.equals(ONE_SHOT)
        ? times.nanosOfOneShot(ranks, carried())
        : times.nanos(new int[] {ranks}, collective, carried());
  }

  private double carried() {
    return collective.givesPart() ? (double) bytes / ranks : (double) bytes;
  }
}
