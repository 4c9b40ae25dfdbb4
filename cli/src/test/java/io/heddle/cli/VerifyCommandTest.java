package io.heddle.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VerifyCommandTest {
  private static final Path GOLDEN = Path.of("../runtime/src/test/resources/golden");

  @TempDir private Path folder;
  private Path traces = Path.of("");
  private Path prefix = Path.of("");

  @BeforeEach
  void emit() {
    traces = folder.resolve("traces");
    prefix = traces.resolve("Tiny");
    assertThat(Execution.of("emit", Execution.tiny(folder), "-o", traces).exit()).isZero();
  }

  private static Path golden(String name) {
    return GOLDEN.resolve(name).resolve("workload/w");
  }

  private static Object[] files(String name) {
    Path of = GOLDEN.resolve(name);
    return new Object[] {
      "verify",
      golden(name),
      "--system",
      of.resolve("system.json"),
      "--network",
      of.resolve("network.yml"),
      "--memory",
      of.resolve("memory.json")
    };
  }

  @Test
  void whatIsEmittedIsSound() {
    Execution verify = Execution.of("verify", prefix);
    assertThat(verify.err()).isEmpty();
    assertThat(verify.out())
        .matches(prefix + ": 8 ranks, [0-9,]+ nodes: every rank ends; 0 errors, 0 warnings\n");
    assertThat(verify.exit()).isZero();
    assertThat(Execution.of("verify", prefix, "--rendezvous-protocol", "--threads", 1).out())
        .isEqualTo(verify.out());
  }

  @Test
  void whatIsWrongIsNamedWithItsNodes() throws IOException {
    // Rank 1 plays another stage.
    Files.copy(
        traces.resolve("Tiny.7.et"),
        traces.resolve("Tiny.1.et"),
        java.nio.file.StandardCopyOption.REPLACE_EXISTING);
    Execution verify = Execution.of("verify", prefix);
    assertThat(verify.exit()).isEqualTo(1);
    assertThat(verify.out())
        .contains("error[collective]: rank 1: ", "of which rank 1 is no member\n  rank 1, node ")
        .contains("not every rank ends; ");
    JsonNode json = Execution.of("verify", prefix, "--json").json();
    assertThat(json.path("errors").asInt()).isPositive();
    JsonNode set = json.path("sets").path(0);
    assertThat(set.path("prefix").asText()).isEqualTo(prefix.toString());
    assertThat(set.path("ends").asBoolean()).isFalse();
    JsonNode finding = set.path("findings").path(0);
    assertThat(finding.path("severity").asText()).isEqualTo("error");
    assertThat(finding.path("rule").asText()).isEqualTo("node");
    assertThat(finding.path("nodes").path(0).path("rank").asInt()).isEqualTo(1);
    assertThat(finding.path("nodes").path(0).path("id").asInt()).isPositive();
    assertThat(finding.path("nodes").path(0).path("name").asText()).contains(".");
  }

  @Test
  void severalSetsAreVerified() {
    Execution verify = Execution.of("verify", prefix, prefix, "--json");
    assertThat(verify.exit()).isZero();
    assertThat(verify.json().path("sets")).hasSize(2);
    assertThat(verify.json().path("warnings").asInt()).isZero();
  }

  @Test
  void warningsAreNoFailure() {
    Execution verify = Execution.of(files("stage_r4_pp4_mb4"));
    assertThat(verify.exit()).isZero();
    assertThat(verify.out())
        .contains("warning[order]: 4 ranks leave the order")
        .contains("0 errors");
  }

  @Test
  void aSetThatStopsIsAnError() {
    Execution verify = Execution.of(files("edge_coll_only_some_ranks"));
    assertThat(verify.exit()).isEqualTo(1);
    assertThat(verify.out())
        .contains("error[sequence]: rank 2 has 0 collectives", "error[termination]: 2 of 4 ranks");
  }

  /** Without files one network of all ranks is taken for granted. */
  @Test
  void tracesAloneCanBeVerified() {
    Execution verify = Execution.of("verify", golden("pipe_gpipe_8x6_switch"));
    assertThat(verify.exit()).isZero();
    assertThat(verify.out()).contains("8 ranks, ").contains("every rank ends; 0 errors");
  }

  @Test
  void aMissingTraceIsAFinding() throws IOException {
    Files.delete(traces.resolve("Tiny.3.et"));
    Execution verify = Execution.of("verify", prefix);
    assertThat(verify.exit()).isEqualTo(1);
    assertThat(verify.out())
        .startsWith("error[ranks]: rank 3: " + traces.resolve("Tiny.3.et") + ": no such file");
    Files.delete(traces.resolve("Tiny.7.et"));
    Files.copy(traces.resolve("Tiny.2.et"), traces.resolve("Tiny.3.et"));
    assertThat(Execution.of("verify", prefix).out())
        .startsWith("error[ranks]: there are traces of 7 ranks, but the network has 8");
  }

  @Test
  void aWrongFileOfTheMachineIsAFinding() throws IOException {
    Files.writeString(traces.resolve("network.yml"), "topology: [Torus]");
    Execution verify = Execution.of("verify", prefix);
    assertThat(verify.exit()).isEqualTo(1);
    assertThat(verify.out()).startsWith("error[machine]: " + traces.resolve("network.yml"));
  }

  @Test
  void whatIsNoTraceIsAFinding() throws IOException {
    Files.writeString(traces.resolve("Tiny.5.et"), "no trace");
    Execution verify = Execution.of("verify", prefix);
    assertThat(verify.exit()).isEqualTo(1);
    assertThat(verify.out())
        .startsWith("error[trace]: rank 5: " + traces.resolve("Tiny.5.et") + ": byte ")
        .doesNotContain("Exception");
  }

  @Test
  void groupsAreSwitchedOffByAWordInTheirPath() {
    Path empty = folder.resolve("empty");
    Execution.of("emit", Execution.tiny(folder), "-o", empty);
    Execution verify = Execution.of("verify", empty.resolve("Tiny"));
    assertThat(verify.exit()).isZero();
    assertThat(verify.out())
        .startsWith(
            "warning[group]: "
                + empty.resolve("comm_group.json")
                + ": AstraSim switches groups off where the path contains \"empty\"");
  }

  @Test
  void whatIsNotThereIsNoFindingOfASet() {
    Execution verify = Execution.of("verify", folder.resolve("nothing"));
    assertThat(verify.exit()).isEqualTo(3);
    assertThat(verify.err()).contains("nothing.0.et: no such file");
    assertThat(Execution.of("verify", folder.resolve("no/such/folder")).exit()).isEqualTo(3);
  }

  @Test
  void theCommandLineNamesASet() {
    assertThat(Execution.of("verify").exit()).isEqualTo(2);
    assertThat(Execution.of("verify", "/").exit()).isEqualTo(2);
    assertThat(Execution.of("verify", "").exit()).isEqualTo(2);
    assertThat(Execution.of("verify", prefix, "--threads", 0).exit()).isEqualTo(2);
  }
}
