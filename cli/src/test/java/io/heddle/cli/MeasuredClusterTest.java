package io.heddle.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Tables of collectives become networks with figures, and are compared with them. */
class MeasuredClusterTest {
  private static final Path MEASUREMENTS = Path.of("..", "measurements");
  private static final Path LIBRARY =
      Path.of("..", "processor/src/main/resources/io/heddle/std/measured");

  @TempDir private Path folder;

  /** An all-reduce that starts in 20 us, at 400 GB/s of which 8 MB get half. */
  private Path table() {
    StringBuilder text = new StringBuilder("op,dtype,ranks,bytes,latency_us\n");
    for (long bytes = 1 << 12; bytes <= 1 << 30; bytes *= 4) {
      double sent = 2.0 * bytes * 7 / 8;
      double micros = 20 + (sent + Math.sqrt(8e6 * sent)) / 400e3;
      text.append("all_reduce,bf16,8,").append(bytes).append(',').append(micros).append('\n');
    }
    return Execution.write(folder.resolve("nccl.csv"), text.toString());
  }

  private Execution calibrate(Object... more) {
    List<Object> arguments = new ArrayList<>();
    arguments.addAll(List.of("calibrate", "--of", "h100_sxm", "--units", "132"));
    arguments.addAll(List.of("-o", folder.resolve("mine.tfm")));
    arguments.addAll(List.of(more));
    return Execution.of(arguments.toArray());
  }

  @Test
  void findsTheFiguresThatATableWasMadeOf() throws IOException {
    Execution calibrated =
        calibrate("--nccl", table(), "--network", "switch 8 at 450 GB/s latency 100 ns");
    assertThat(calibrated.exit()).as(calibrated.err()).isZero();
    assertThat(Files.readString(folder.resolve("mine.tfm")))
        .contains("cluster mine_node(gpus = 8) {")
        .contains(
            "all_reduce (ranks = 8, reach = 400 GB/s, half = 8000 kB, start = 20000 ns, rows = 10, error = 0.1 %)");
    Execution compared =
        Execution.of(
            "validate",
            "--device",
            "mine",
            "--file",
            folder.resolve("mine.tfm"),
            "--nccl",
            table(),
            "--json");
    assertThat(compared.exit()).as(compared.err()).isZero();
    for (JsonNode errors : compared.json().get("errors")) {
      assertThat(errors.get("mean").asDouble()).as(errors.toString()).isLessThan(0.005);
    }
  }

  @ParameterizedTest
  @CsvSource({"h100_sxm, h100_sxm", "a100_sxm_80gb, a100_sxm_80", "h200, h200"})
  void clustersOfTheLibraryAreNearTheirTables(String device, String rows) {
    Execution compared =
        Execution.of(
            "validate",
            "--device",
            device + "_measured",
            "--file",
            LIBRARY.resolve(device + ".tfm"),
            "--rows",
            rows,
            "--nccl",
            MEASUREMENTS.resolve("nccl.csv"),
            "--json");
    assertThat(compared.exit()).as(compared.err()).isZero();
    for (JsonNode errors : compared.json().get("errors")) {
      double most =
          switch (errors.get("class").asText()) {
            case "all sizes" -> 6.5;
            case "one-shot all-reduces" -> 8;
            default -> 5;
          };
      assertThat(100 * errors.get("mean").asDouble()).as(errors.toString()).isLessThan(most);
    }
  }

  /** The command that made a cluster of the library makes its lines again, to the letter. */
  @Test
  void makesTheLibraryAgain() throws IOException {
    Execution calibrated =
        calibrate(
            "--rows",
            "h100_sxm",
            "--nccl",
            MEASUREMENTS.resolve("nccl.csv"),
            "--deepep",
            MEASUREMENTS.resolve("deepep.csv"),
            "--network",
            "switch 8 at 450 GB/s latency 100 ns");
    assertThat(calibrated.exit()).as(calibrated.err()).isZero();
    String made = Files.readString(folder.resolve("mine.tfm"));
    String lines = made.substring(made.indexOf("  network"), made.lastIndexOf("}"));
    assertThat(lines).contains("all_to_all (ranks = 4").contains("message (");
    assertThat(Files.readString(LIBRARY.resolve("h100_sxm.tfm"))).contains(lines);
  }

  /** Plans can use the clusters of the library. */
  @ParameterizedTest
  @CsvSource({
    "h100_sxm, hgx_h100_measured",
    "a100_sxm_80gb, dgx_a100_measured",
    "h200, hgx_h200_measured",
    "b200, hgx_b200_measured",
    "l40s, l40s_measured_node",
  })
  void aPlanRunsOnAMeasuredCluster(String device, String cluster) {
    String text =
        """
        tfm 1
        import "std/models/llama3.tfm"
        import "std/measured/%s.tfm"
        plan P of Llama3_8B(layers = 2) {
          mesh   dp = 2, tp = 8
          layout dp > tp
          shard  { b over dp   g f voc over tp }
          batch  8  micro_batch 1
          on     %s(nodes = dp)
        }
        """
            .formatted(device, cluster);
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

  @Test
  void refusesANetworkThatIsNone() {
    Execution refused = calibrate("--nccl", table(), "--network", "switch 8 at 450 GHz");
    assertThat(refused.exit()).isEqualTo(2);
    assertThat(refused.err()).contains("--network and --between").doesNotContain("Exception");
    assertThat(folder.resolve("mine.tfm")).doesNotExist();
    assertThat(calibrate("--nccl", table()).exit()).isEqualTo(2);
  }

  @Test
  void namesTheColumnOfAWrongRow() {
    Path wrong =
        Execution.write(
            folder.resolve("wrong.csv"), "op,dtype,ranks,bytes,latency_us\nbroadcast,bf16,8,9,1\n");
    Execution refused =
        calibrate("--nccl", wrong, "--network", "switch 8 at 450 GB/s latency 100 ns");
    assertThat(refused.exit()).isEqualTo(1);
    assertThat(refused.err()).contains("wrong.csv:2: column `op`: `broadcast` is unknown");
  }

  @Test
  void aDeviceWithoutSuchAClusterIsNotScored() {
    Execution none = Execution.of("validate", "--device", "h100_sxm", "--nccl", table());
    assertThat(none.exit()).isEqualTo(1);
    assertThat(none.err()).contains("no cluster of device h100_sxm has figures of a network");
  }
}
