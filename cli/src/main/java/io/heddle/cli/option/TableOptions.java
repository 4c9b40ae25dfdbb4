package io.heddle.cli.option;

import io.heddle.cli.failure.Failure;
import io.heddle.cli.measure.AttentionRow;
import io.heddle.cli.measure.CollectiveRow;
import io.heddle.cli.measure.DecodeRow;
import io.heddle.cli.measure.ExpertsRow;
import io.heddle.cli.measure.LatentDecodeRow;
import io.heddle.cli.measure.MeasuredRow;
import io.heddle.cli.measure.MeasurementFile;
import io.heddle.cli.measure.ProductRow;
import io.heddle.cli.measure.TokenRow;
import io.heddle.cli.measure.TransferRow;
import io.heddle.processor.diagnose.Spelling;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.BiFunction;
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
              + " kv_heads, head_dim, window and latency_us, and value_dim if values have"
              + " another size.")
  private @Nullable Path attention;

  @Option(
      names = "--decode",
      paramLabel = "CSV",
      description =
          "Measured decode attention, of single new tokens to a cache, with the columns"
              + " kv_dtype, batch, context, heads, kv_heads, head_dim, window and latency_us.")
  private @Nullable Path decode;

  @Option(
      names = "--mla",
      paramLabel = "CSV",
      description =
          "Measured latent decode attention, 512 + 64 wide, with the columns kv_dtype, batch,"
              + " context, heads and latency_us.")
  private @Nullable Path mla;

  @Option(
      names = "--moe",
      paramLabel = "CSV",
      description =
          "Measured experts of a layer on one GPU, forward, with the columns dtype, tokens,"
              + " experts, top_k, hidden, inter, ep, tp, gated, distribution and latency_us.")
  private @Nullable Path moe;

  @Option(
      names = "--nccl",
      paramLabel = "CSV",
      description =
          "Measured collectives of nccl-tests in one node, with the columns op, dtype, ranks,"
              + " bytes and latency_us.")
  private @Nullable Path nccl;

  @Option(
      names = "--deepep",
      paramLabel = "CSV",
      description =
          "Measured exchanges of tokens with experts by DeepEP's kernels, with the columns mode,"
              + " nodes, tokens_per_rank, hidden, top_k, experts, dispatch_us and combine_us.")
  private @Nullable Path deepep;

  @Option(
      names = "--rows",
      paramLabel = "NAME",
      description = "Use only rows with this name in the column `device`.")
  private @Nullable String rows;

  /** What a table is of. */
  public enum Kind {
    gemm,
    attention,
    decode,
    mla,
    moe
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

  /**
   * A table of transfers through a network.
   *
   * @param name of what was measured
   * @param file as the user named it
   */
  public record Transfers(String name, Path file, List<TransferRow> rows) {
    public Transfers {
      rows = List.copyOf(rows);
    }
  }

  /** The files that are read. */
  public List<Path> files() {
    return Stream.of(gemm, attention, decode, mla, moe, nccl, deepep)
        .filter(Objects::nonNull)
        .toList();
  }

  /** The device whose rows are taken; empty where all are. */
  public Optional<String> device() {
    return Optional.ofNullable(rows);
  }

  /**
   * Reads the tables of transfers.
   *
   * @throws Failure if one is not as it should be
   */
  public List<Transfers> transfers() {
    return Stream.concat(
            Stream.ofNullable(nccl).map(file -> transfers("nccl", file, CollectiveRow::of)),
            Stream.ofNullable(deepep).map(file -> transfers("deepep", file, TokenRow::of)))
        .toList();
  }

  private Transfers transfers(
      String name,
      Path file,
      BiFunction<MeasurementFile, List<MeasurementFile.Row>, List<TransferRow>> read) {
    MeasurementFile table = MeasurementFile.read(file);
    return new Transfers(name, file, read.apply(table, chosen(table)));
  }

  /**
   * Reads the tables of kernels.
   *
   * @throws Failure if no table is given or one is not as it should be
   */
  public List<Table> read() {
    if (files().isEmpty()) {
      throw Failure.usage(
          "name a table of measurements: --gemm CSV, --attention CSV, --decode CSV, --mla CSV,"
              + " --moe CSV, --nccl CSV or --deepep CSV");
    }
    Stream<Table> products = Stream.ofNullable(gemm).map(file -> read(Kind.gemm, file));
    Stream<Table> kernels = Stream.ofNullable(attention).map(file -> read(Kind.attention, file));
    Stream<Table> caches = Stream.ofNullable(decode).map(file -> read(Kind.decode, file));
    Stream<Table> latent = Stream.ofNullable(mla).map(file -> read(Kind.mla, file));
    Stream<Table> experts = Stream.ofNullable(moe).map(file -> read(Kind.moe, file));
    return Stream.of(products, kernels, caches, latent, experts).flatMap(tables -> tables).toList();
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
          case decode -> DecodeRow.of(table, chosen);
          case mla -> LatentDecodeRow.of(table, chosen);
          case moe -> ExpertsRow.of(table, chosen);
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
          "--rows %s: %s has only rows of %s%s"
              .formatted(
                  wanted,
                  table.file(),
                  String.join(", ", devices),
                  Spelling.hint(wanted, devices)));
    }
    return table.rows().stream()
        .filter(row -> wanted == null || row.text(DEVICE).equals(wanted))
        .toList();
  }
}
