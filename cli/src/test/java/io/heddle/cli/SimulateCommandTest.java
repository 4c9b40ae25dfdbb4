package io.heddle.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SimulateCommandTest {
  private static final String PIPELINE = "pp=2,dp=1,tp=2,batch=2";
  private static final String ONE_GROUP = "pp=1,dp=1,tp=4,batch=2";

  @TempDir private Path folder;

  @BeforeEach
  void emitTwoStages() {
    emit(PIPELINE);
  }

  private void emit(String shape) {
    Path file =
        Execution.write(
            folder.resolve("tiny.tfm"),
            Execution.tinyText().replace("Desk8", "Desk4").replace("nodes = 4", "nodes = 2"));
    Execution emit = Execution.of("emit", file, "-o", folder, "--set", shape);
    assertThat(emit.exit()).as(emit.err()).isZero();
  }

  private Execution simulate(Object... more) {
    List<Object> arguments =
        new ArrayList<>(
            List.of(
                "simulate",
                "--workload",
                folder.resolve("Tiny"),
                "--system",
                folder.resolve("system.json"),
                "--network",
                folder.resolve("network.yml"),
                "--memory",
                folder.resolve("memory.json"),
                "--comm-group",
                folder.resolve("comm_group.json")));
    arguments.addAll(Arrays.asList(more));
    return Execution.of(arguments.toArray());
  }

  @Test
  void printsARowForEachRank() {
    Execution simulate = simulate();
    assertThat(simulate.err()).isEmpty();
    assertThat(simulate.exit()).isZero();
    assertThat(simulate.out().lines()).hasSize(5);
    assertThat(simulate.out()).startsWith("rank").contains("cycles", "exposed comm", "ops/byte");
  }

  @Test
  void jsonHasTheStatisticsOfAstraSim() {
    JsonNode json = simulate("--json").json();
    assertThat(json.path("status").asText()).isEqualTo("ok");
    assertThat(json.path("ranks")).hasSize(4);
    long most = 0;
    for (JsonNode rank : json.path("ranks")) {
      most = Math.max(most, rank.path("cycles").asLong());
      assertThat(rank.path("wall_time").asLong()).isEqualTo(rank.path("cycles").asLong());
      assertThat(rank.path("exposed_comm").asLong())
          .isEqualTo(rank.path("cycles").asLong() - rank.path("gpu_time").asLong());
      assertThat(rank.path("comm_time").asLong()).isPositive();
      assertThat(rank.path("avg_op_intensity").asDouble()).isPositive();
    }
    assertThat(json.path("max_cycles").asLong()).isEqualTo(most);
  }

  @Test
  void optionsReachTheSimulator() {
    long plain = cycles();
    assertThat(cycles("--backend", "congestion-aware")).isNotEqualTo(plain);
    assertThat(cycles("--backend", "congestion-unaware")).isEqualTo(plain);
    assertThat(cycles("--comm-scale", "7", "--compute-scale", "0.5")).isEqualTo(plain);
    assertThat(cycles("--num-queues-per-dim", "4")).isPositive();
    long rendezvous = cycles("--rendezvous-protocol");
    assertThat(rendezvous).isGreaterThan(plain);
    assertThat(cycles("--rendezvous-protocol", "false")).isEqualTo(plain);
    assertThat(cycles("--rendezvous-protocol=true")).isEqualTo(rendezvous);
  }

  @Test
  void injectionIsScaledForTheGroupOfAllRanks() {
    long several = cycles();
    assertThat(cycles("--injection-scale", "100")).isEqualTo(several);
    emit(ONE_GROUP);
    long plain = cycles();
    assertThat(cycles("--injection-scale", "100")).isGreaterThan(plain);
    assertThat(cycles("--injection-scale", "0")).isLessThan(plain);
  }

  private long cycles(Object... options) {
    List<Object> arguments = new ArrayList<>(List.of("--json"));
    arguments.addAll(Arrays.asList(options));
    Execution execution = simulate(arguments.toArray());
    assertThat(execution.exit()).as(execution.err()).isZero();
    return execution.json().path("max_cycles").asLong();
  }

  @Test
  void uselessOptionsAreUsageErrors() {
    assertThat(simulate("--num-queues-per-dim", "0").exit()).isEqualTo(2);
    assertThat(simulate("--injection-scale", "-1").exit()).isEqualTo(2);
    assertThat(simulate("--injection-scale", "NaN").exit()).isEqualTo(2);
    assertThat(simulate("--comm-scale", "x").exit()).isEqualTo(2);
    Execution backend = simulate("--backend", "fast");
    assertThat(backend.exit()).isEqualTo(2);
    assertThat(backend.err()).contains("congestion-unaware, congestion-aware");
    assertThat(Execution.of("simulate").err()).contains("--workload", "--system", "--network");
  }

  @Test
  void aRunThatCannotEndSaysWhoWaits() throws IOException {
    Files.copy(
        folder.resolve("Tiny.0.et"),
        folder.resolve("Tiny.2.et"),
        StandardCopyOption.REPLACE_EXISTING);
    Execution simulate = simulate("--json");
    assertThat(simulate.exit()).isEqualTo(1);
    JsonNode json = simulate.json();
    assertThat(json.path("status").asText()).isIn("stalled", "error");
    assertThat(json.path("diagnosis")).isNotEmpty();
    assertThat(simulate.err()).contains(json.path("diagnosis").get(0).asText());
  }

  @Test
  void filesThatAreMissingOrWrongAreNamed() throws IOException {
    Files.delete(folder.resolve("Tiny.3.et"));
    Execution missing = simulate("--json");
    assertThat(missing.exit()).isEqualTo(3);
    assertThat(missing.json().path("status").asText()).isEqualTo("error");
    assertThat(missing.err()).contains("Tiny.3.et", "no such file");

    Execution.write(folder.resolve("network.yml"), "topology: [Torus]\n");
    Execution wrong = simulate("--json");
    assertThat(wrong.exit()).isEqualTo(1);
    assertThat(wrong.json().path("status").asText()).isEqualTo("error");
    assertThat(wrong.err()).contains("network.yml");

    Files.delete(folder.resolve("system.json"));
    Execution none = simulate();
    assertThat(none.exit()).isEqualTo(3);
    assertThat(none.err()).contains("system.json: no such file");
    assertThat(none.out()).isEmpty();
  }

  @Test
  void moreTracesThanRanksAreRefusedByEveryBackend() throws IOException {
    Files.copy(folder.resolve("Tiny.3.et"), folder.resolve("Tiny.4.et"));
    Path astraSim = AstraSimStandIn.install(folder);
    for (List<Object> backend :
        List.<List<Object>>of(
            List.of("--json"), List.of("--backend", "astrasim", "--astrasim", astraSim))) {
      Execution simulate = simulate(backend.toArray());
      assertThat(simulate.exit()).isEqualTo(1);
      assertThat(simulate.err()).contains("Tiny.4.et", "the network has 4 ranks");
    }
  }

  @Test
  void aTraceWithoutNodesIsRefused() throws IOException {
    Files.write(folder.resolve("Tiny.2.et"), new byte[] {0});
    Path astraSim = AstraSimStandIn.install(folder);
    for (List<Object> backend :
        List.<List<Object>>of(
            List.of("--json"), List.of("--backend", "astrasim", "--astrasim", astraSim))) {
      Execution simulate = simulate(backend.toArray());
      assertThat(simulate.exit()).isEqualTo(1);
      assertThat(simulate.err()).contains("Tiny.2.et", "has no node");
    }
  }

  @Test
  void aBrokenTraceIsNamedWithItsPlace() throws IOException {
    byte[] trace = Files.readAllBytes(folder.resolve("Tiny.1.et"));
    Files.write(folder.resolve("Tiny.1.et"), Arrays.copyOf(trace, trace.length - 3));
    Execution simulate = simulate();
    assertThat(simulate.exit()).isEqualTo(1);
    assertThat(simulate.err()).contains("Tiny.1.et", "byte").doesNotContain("Exception");
  }

  @Test
  void theTimelineHasEveryNode() throws IOException {
    Path timeline = folder.resolve("timeline.json");
    Execution simulate = simulate("--json", "--timeline", timeline);
    assertThat(simulate.exit()).isZero();
    JsonNode events = new ObjectMapper().readTree(timeline.toFile()).path("traceEvents");
    Set<String> complete = new HashSet<>();
    for (JsonNode event : events) {
      if (event.path("ph").asText().matches("[Xb]")) {
        complete.add(event.path("pid").asText() + ":" + event.path("args").path("node").asText());
      }
    }
    long nodes =
        new ObjectMapper()
            .readTree(folder.resolve("manifest.json").toFile())
            .path("counts")
            .path("nodes")
            .asLong();
    assertThat(complete).hasSize((int) nodes);
    assertThat(simulate.json().path("status").asText()).isEqualTo("ok");
    Path other = Files.writeString(folder.resolve("other"), "");
    assertThat(Files.getPosixFilePermissions(timeline))
        .isEqualTo(Files.getPosixFilePermissions(other));
    try (Stream<Path> files = Files.list(folder)) {
      assertThat(files.map(file -> file.getFileName().toString()))
          .noneMatch(name -> name.startsWith("."));
    }
  }

  @Test
  void aTimelineThatCannotBeIsRefusedBeforeTheRun() throws IOException {
    Execution nowhere = simulate("--timeline", folder.resolve("none/timeline.json"));
    assertThat(nowhere.exit()).isEqualTo(3);
    assertThat(nowhere.err()).contains("none/timeline.json: no such folder");
    assertThat(nowhere.out()).isEmpty();
    Execution directory = simulate("--timeline", folder);
    assertThat(directory.exit()).isEqualTo(3);
    assertThat(directory.err()).contains(folder + ": is a folder");
    assertThat(directory.out()).isEmpty();
    assertThat(simulate("--timeline", "").exit()).isEqualTo(2);
    for (String input :
        List.of("system.json", "network.yml", "memory.json", "comm_group.json", "Tiny.0.et")) {
      byte[] before = Files.readAllBytes(folder.resolve(input));
      Execution same =
          simulate(
              "--timeline", folder.resolve("../").resolve(folder.getFileName()).resolve(input));
      assertThat(same.exit()).as(input).isEqualTo(2);
      assertThat(same.err()).contains("--timeline", input);
      assertThat(folder.resolve(input)).hasBinaryContent(before);
    }
  }

  @Test
  void aTimelineGoesWhereALinkLeads() throws IOException {
    Path file = Files.writeString(folder.resolve("file.json"), "");
    Path link = Files.createSymbolicLink(folder.resolve("link.json"), file);
    assertThat(simulate("--timeline", link).exit()).isZero();
    assertThat(link).isSymbolicLink();
    assertThat(file).isNotEmptyFile();
  }

  @Test
  void aTimelineThatCannotBeWrittenDoesNotLoseTheResult() {
    Path full = Path.of("/dev/full");
    assumeThat(full).exists();
    Execution simulate = simulate("--json", "--timeline", full);
    assertThat(simulate.exit()).isEqualTo(3);
    assertThat(simulate.json().path("status").asText()).isEqualTo("ok");
    assertThat(simulate.err()).contains("cannot write the timeline /dev/full: No space");
    assertThat(Files.isRegularFile(full)).isFalse();
  }
}
