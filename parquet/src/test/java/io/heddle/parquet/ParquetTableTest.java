package io.heddle.parquet;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.cli.Heddle;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** What is written is what DuckDB reads: the rows of the CSV, with types. */
class ParquetTableTest {
  private static final String SWEEP =
      """
      tfm 1
      import "std/models/llama3.tfm"
      import "std/clusters.tfm"

      plan Node of Llama3_8B {
        mesh  pp = 1, dp = 1, tp = 8
        shard { b over dp  g f voc over tp  layers over pp  stream: s over tp }
        batch 16  micro_batch 1
        schedule one_f_one_b
        on    hgx_h100(nodes = 1)
      }

      sweep Few of Node {
        tp in 2, 4, 8
        pp in 1, 2
        dp = 8 / (tp * pp)
        schedule in gpipe, interleaved(chunks = 2)
        overlap in (), (tp chunks 2)
      }
      """;

  @TempDir private Path folder;

  private static void run(Object... words) {
    StringWriter err = new StringWriter();
    int exit =
        new CommandLine(new Heddle())
            .setOut(new PrintWriter(new StringWriter()))
            .setErr(new PrintWriter(err))
            .execute(Arrays.stream(words).map(Object::toString).toArray(String[]::new));
    assertThat(exit).as(err.toString()).isZero();
  }

  private static List<String> rows(Statement sql, String query) throws SQLException {
    List<String> rows = new ArrayList<>();
    try (ResultSet found = sql.executeQuery(query)) {
      while (found.next()) {
        List<String> cells = new ArrayList<>();
        for (int c = 1; c <= found.getMetaData().getColumnCount(); c++) {
          cells.add(String.valueOf(found.getObject(c)));
        }
        rows.add(String.join("|", cells));
      }
    }
    return rows;
  }

  @Test
  void duckDbReadsWhatCsvHas() throws IOException, SQLException {
    Path file = Files.writeString(folder.resolve("few.tfm"), SWEEP, StandardCharsets.UTF_8);
    Path results = folder.resolve("results");
    Path parquet = folder.resolve("few.parquet");
    Path csv = folder.resolve("few.csv");
    run("sweep", file, "--mode", "analytical", "--output", results);
    run("results", "export", results, "--output", parquet, "--format", "parquet");
    run("results", "export", results, "--output", csv);
    try (Connection connection = DriverManager.getConnection("jdbc:duckdb:");
        Statement sql = connection.createStatement()) {
      assertThat(
              rows(sql, "select column_name, column_type from (describe from '" + parquet + "')"))
          .contains(
              "point|BIGINT",
              "key|VARCHAR",
              "tp|BIGINT",
              "schedule|VARCHAR",
              "overlap|VARCHAR",
              "iteration_time_ns|BIGINT",
              "mfu|DOUBLE",
              "memory_peak_bytes|BIGINT",
              "fits|BOOLEAN",
              "basis|VARCHAR",
              "exposed_communication_tp_ns|DOUBLE");
      String columns =
          "point, key, tp, pp, dp, schedule, coalesce(overlap, ''), status, coalesce(reason, ''),"
              + " iteration_time_ns, tokens_per_second, mfu, bubble, memory_peak_bytes, fits,"
              + " exposed_communication_tp_ns";
      List<String> read = rows(sql, "select " + columns + " from '" + parquet + "' order by point");
      assertThat(read).hasSizeGreaterThan(10);
      assertThat(read)
          .isEqualTo(
              rows(
                  sql,
                  "select "
                      + columns
                      + " from read_csv('"
                      + csv
                      + "', types = {'overlap': 'VARCHAR', 'reason': 'VARCHAR'}) order by point"));
    }
    Path again = folder.resolve("again.parquet");
    run("results", "export", results, "--output", again, "--format", "parquet");
    assertThat(Files.readAllBytes(again)).isEqualTo(Files.readAllBytes(parquet));
  }
}
