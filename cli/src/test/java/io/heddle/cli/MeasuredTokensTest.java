package io.heddle.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Tables of exchanges of tokens with experts become figures, and are compared with them. */
class MeasuredTokensTest {
  private static final String HEAD =
      "mode,nodes,gpus_per_node,tokens_per_rank,hidden,top_k,experts,sms,dispatch_us,combine_us\n";
  private static final Path MEASUREMENTS = Path.of("..", "measurements", "deepep.csv");
  private static final Path LIBRARY =
      Path.of("..", "processor/src/main/resources/io/heddle/std/measured");

  @TempDir private Path folder;

  private Path table(String text) {
    return Execution.write(folder.resolve("deepep.csv"), text);
  }

  private Execution calibrate(Path table) {
    return Execution.of(
        "calibrate",
        "--of",
        "h100_sxm",
        "--units",
        "132",
        "-o",
        folder.resolve("mine.tfm"),
        "--deepep",
        table,
        "--network",
        "switch 8 at 450 GB/s latency 100 ns",
        "--between",
        "switch nodes at 400 Gb/s latency 500 ns { all_reduce (reach = 47 GB/s) }");
  }

  /**
   * Each token has one expert: an eighth of them goes to each of eight ranks, a half to each of two
   * nodes. A token is 1024 bytes and eight scales on its way there, and 2048 bytes back.
   */
  private static String exact() {
    StringBuilder text = new StringBuilder(HEAD);
    for (long tokens = 64; tokens <= 1 << 17; tokens *= 2) {
      double leaving = tokens * 7 / 8.0;
      text.append("normal,1,8,%d,1024,1,64,20,".formatted(tokens))
          .append(20 + leaving * (1024 + 32) / 300e3 + ",")
          .append(30 + leaving * 2048 / 200e3 + "\n");
      // Slower with fewer processors: not what DeepEP chooses.
      text.append("normal,1,8,%d,1024,1,64,8,1e6,1e6\n".formatted(tokens));
      text.append("normal,2,8,%d,1024,1,64,,".formatted(tokens))
          .append(90 + tokens / 2.0 * (1024 + 32) / 45e3 + ",")
          .append(120 + tokens / 2.0 * 2048 / 40e3 + "\n");
      // Of four rows of a token, seven of eight leave their rank.
      text.append("low_latency,1,8,%d,1024,4,64,,".formatted(tokens))
          .append(9 + 4 * leaving * (1024 + 32) / 250e3 + ",")
          .append(9 + 4 * leaving * 2048 / 250e3 + "\n");
    }
    return text.toString();
  }

  @Test
  void findsTheFiguresThatATableWasMadeOf() throws IOException {
    Path table = table(exact());
    Execution calibrated = calibrate(table);
    assertThat(calibrated.exit()).as(calibrated.err()).isZero();
    assertThat(Files.readString(folder.resolve("mine.tfm")))
        .containsPattern(
            "all_to_all_one_shot \\(ranks = 8, reach = 2[45]\\d GB/s, .*start = 9\\d\\d\\d ns")
        .containsPattern("combine \\(ranks = 8, reach = 20\\d GB/s, .*start = (29|30)\\d00 ns")
        .containsPattern("dispatch \\(ranks = 8, reach = 30\\d GB/s, .*start = (19|20)\\d00 ns")
        .containsPattern(
            "all_reduce \\(reach = 47 GB/s\\)\\s+combine \\(ranks = 2, .*\\s+dispatch \\(ranks = 2, reach = 4");
    Execution compared =
        Execution.of(
            "validate",
            "--device",
            "mine",
            "--file",
            folder.resolve("mine.tfm"),
            "--deepep",
            table,
            "--json");
    assertThat(compared.exit()).as(compared.err()).isZero();
    assertThat(compared.json().get("errors")).isNotEmpty();
    for (JsonNode errors : compared.json().get("errors")) {
      boolean between = errors.get("class").asText().endsWith("nodes");
      assertThat(errors.get("mean").asDouble())
          .as(errors.toString())
          .isLessThan(between ? 0.05 : 0.01);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "h100_sxm, 11, 5",
    "h200, 11, 5",
    "b200, 13, 0",
    "b300, 13, 0",
    "gb200, 17, 0",
    "gb300, 18, 0"
  })
  void clustersOfTheLibraryAreNearTheirTables(String device, double inNode, double direct) {
    Execution compared =
        Execution.of(
            "validate",
            "--device",
            device + "_measured",
            "--file",
            LIBRARY.resolve(device + ".tfm"),
            "--rows",
            device,
            "--deepep",
            MEASUREMENTS,
            "--json");
    assertThat(compared.exit()).as(compared.err()).isZero();
    for (JsonNode errors : compared.json().get("errors")) {
      if (errors.get("format").asText().equals("all")) {
        String sizeClass = errors.get("class").asText();
        boolean far = sizeClass.startsWith("low-latency") && sizeClass.endsWith("between nodes");
        assertThat(100 * errors.get("mean").asDouble())
            .as(errors.toString())
            .isLessThan(far ? direct : inNode);
      }
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "quick,1,8,64,1024,1,64,20,5,5 | column `mode`: `quick` is unknown; there are normal",
        "normal,1,1,64,1024,1,64,20,5,5 | column `nodes`: one rank exchanges nothing",
        "normal,1,8,64,1024,1,63,20,5,5 | column `experts`: 63 do not divide among 8 ranks",
        "normal,1,8,64,1024,65,64,20,5,5 | column `top_k`: 65 is not a number from 1 to 64",
        "normal,0,8,64,1024,1,64,20,5,5 | column `nodes`: 0 is not a number from 1 to 2^40",
        "normal,1,8,64,1024,1,64,20,5,-5 | column `combine_us`: -5 is not above 0",
      })
  void namesTheColumnOfAWrongRow(String row, String wrong) {
    Execution refused = calibrate(table(HEAD + row + "\n"));
    assertThat(refused.exit()).isEqualTo(1);
    assertThat(refused.err()).contains("deepep.csv:2: " + wrong);
    assertThat(folder.resolve("mine.tfm")).doesNotExist();
  }

  /** AstraSim's times of the emitted traces are those of the run, figures and all. */
  @Test
  void aPlanRunsOnMeasuredExchanges() {
    String text =
        """
        tfm 1
        import "std/models/mixtral.tfm"
        import "std/measured/h100_sxm.tfm"
        plan P of Mixtral_8x7B(layers = 2) {
          mesh    dp = 16
          view    moe: (dp) = (edp ep) where ep = 8
          shard   { b over dp  e over ep }
          experts exchange = by_node
          batch   16  micro_batch 1
          on      hgx_h100_measured(nodes = 2)
        }
        """;
    Path spec = Execution.write(folder.resolve("p.tfm"), text);
    Execution flattened = Execution.of("run", spec, "--plan", "P", "--no-cache", "--json");
    assertThat(flattened.exit()).as(flattened.err()).isZero();
    Path traces = folder.resolve("traces");
    assertThat(Execution.of("emit", spec, "--plan", "P", "-o", traces).exit()).isZero();
    Execution simulated = Execution.of("simulate", traces, "--json");
    assertThat(simulated.exit()).as(simulated.err()).isZero();
    assertThat(simulated.json().get("max_cycles").asLong())
        .isPositive()
        .isEqualTo(flattened.json().get("iteration_time_ns").asLong());
  }
}
