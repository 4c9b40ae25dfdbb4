package io.heddle.cli.option;

import io.heddle.cli.failure.Failure;
import io.heddle.cli.measure.AttentionRow;
import io.heddle.cli.measure.MeasuredRow;
import io.heddle.cli.measure.MeasurementFile;
import io.heddle.cli.measure.ProductRow;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Tables of measured kernels. */
public final class TableOptions {
  private static final String DEVICE = "device";

  @Option(
      names = "--gemm",
      paramLabel = "CSV",
      description = "Measured matrix products, with the columns dtype, m, n, k and latency_us.")
  private @Nullable Path gemm;

  @Option(
      names = "--attention",
      paramLabel = "CSV",
      description =
          "Measured causal attention, forward, with the columns dtype, batch, seq, heads,"
              + " kv_heads, head_dim, window and latency_us.")
  private @Nullable Path attention;

  @Option(
      names = "--rows",
      paramLabel = "NAME",
      description = "Take only the rows with this name in the column `device`.")
  private @Nullable String rows;

  /** What a table is of. */
  public enum Kind {
    gemm,
    attention
  }

  /**
   * A table.
   *
   * @param file as the user named it
   */
  public record Table(Kind kind, Path file, List<MeasuredRow> rows) {
    /** Its rows by format. */
    public Map<String, List<MeasuredRow>> byFormat() {
      return rows.stream()
          .collect(
              Collectors.groupingBy(MeasuredRow::format, LinkedHashMap::new, Collectors.toList()));
    }
  }

  /** The files that are read. */
  public List<Path> files() {
    return Stream.of(Optional.ofNullable(gemm), Optional.ofNullable(attention))
        .flatMap(Optional::stream)
        .toList();
  }

  /** The device whose rows are taken; empty where all are. */
  public Optional<String> device() {
    return Optional.ofNullable(rows);
  }

  /**
   * Reads the tables.
   *
   * @throws Failure if none is given or one is not as it should be
   */
  public List<Table> read() {
    if (gemm == null && attention == null) {
      throw Failure.usage("name a table of measurements: --gemm CSV or --attention CSV");
    }
    Stream<Table> products = Stream.ofNullable(gemm).map(file -> read(Kind.gemm, file));
    Stream<Table> kernels = Stream.ofNullable(attention).map(file -> read(Kind.attention, file));
    return Stream.concat(products, kernels).toList();
  }

  private Table read(Kind kind, Path file) {
    MeasurementFile table = MeasurementFile.read(file);
    List<MeasurementFile.Row> chosen = chosen(table);
    return new Table(
        kind,
        file,
        switch (kind) {
          case gemm -> ProductRow.of(table, chosen);
          case attention -> AttentionRow.of(table, chosen);
        });
  }

  private List<MeasurementFile.Row> chosen(MeasurementFile table) {
    if (!table.has(DEVICE)) {
      if (rows != null) {
        table.require(DEVICE);
      }
      return table.rows();
    }
    List<String> devices = table.rows().stream().map(row -> row.text(DEVICE)).distinct().toList();
    String wanted = rows;
    if (wanted == null && devices.size() > 1) {
      throw Failure.usage(
          "%s has rows of several devices; choose one with --rows: %s"
              .formatted(table.file(), String.join(", ", devices)));
    }
    if (wanted != null && !devices.contains(wanted)) {
      throw Failure.usage(
          "--rows %s: %s has only rows of %s"
              .formatted(wanted, table.file(), String.join(", ", devices)));
    }
    return table.rows().stream()
        .filter(row -> wanted == null || row.text(DEVICE).equals(wanted))
        .toList();
  }
}
