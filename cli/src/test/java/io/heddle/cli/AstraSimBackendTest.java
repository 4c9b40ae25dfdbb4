package io.heddle.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

@DisabledOnOs(OS.WINDOWS)
@Tag("slow")
class AstraSimBackendTest {
  @TempDir private Path folder;

  private Execution run(Path binary, Object... more) {
    List<Object> arguments =
        new ArrayList<>(
            List.of("run", Execution.tiny(folder), "--backend", "astrasim", "--astrasim", binary));
    arguments.addAll(Arrays.asList(more));
    return Execution.of(arguments.toArray());
  }

  private Path traces() {
    Path traces = folder.resolve("an empty folder");
    assertThat(Execution.of("emit", Execution.tiny(folder), "-o", traces).exit()).isZero();
    return traces;
  }

  private static Execution simulate(Path traces, Object... more) {
    List<Object> arguments =
        new ArrayList<>(
            List.of(
                "simulate",
                "--workload",
                traces.resolve("Tiny"),
                "--system",
                traces.resolve("system.json"),
                "--network",
                traces.resolve("network.yml"),
                "--comm-group",
                traces.resolve("comm_group.json"),
                "--json"));
    arguments.addAll(Arrays.asList(more));
    return Execution.of(arguments.toArray());
  }

  private static Set<Path> temporaryFolders() throws IOException {
    try (Stream<Path> all = Files.list(Path.of(System.getProperty("java.io.tmpdir")))) {
      return all.filter(path -> path.getFileName().toString().startsWith("heddle-astrasim-"))
          .collect(Collectors.toSet());
    }
  }

  @Test
  void runSaysWhatTheLogSaysAndNoMore() throws IOException {
    Set<Path> before = temporaryFolders();
    Execution run = run(AstraSimStandIn.install(folder), "--json");
    assertThat(run.exit()).as(run.err()).isZero();
    assertThat(run.err()).isEmpty();
    assertThat(temporaryFolders()).isEqualTo(before);
    JsonNode json = run.json();
    JsonNode embedded = Execution.of("run", folder.resolve("tiny.tfm"), "--json").json();
    assertThat(json.path("backend").asText()).isEqualTo("astrasim");
    assertThat(embedded.path("backend").asText()).isEqualTo("congestion-unaware");
    for (String same :
        List.of("iteration_time_ns", "tokens_per_second", "mfu", "hfu", "nodes", "bytes")) {
      assertThat(json.path(same)).as(same).isNotNull().isEqualTo(embedded.path(same));
    }
    for (String absent : List.of("bubble", "exposed_communication_by_axes")) {
      assertThat(json.path(absent).isNull()).as(absent).isTrue();
    }
    assertThat(json.path("stages").get(0).path("compute"))
        .isEqualTo(embedded.path("stages").get(0).path("compute"));
    assertThat(json.path("ranks")).hasSize(8);
    for (Map.Entry<String, JsonNode> entry : json.path("ranks").properties()) {
      JsonNode rank = entry.getValue();
      JsonNode other = embedded.path("ranks").path(entry.getKey());
      assertThat(rank.path("cycles")).isEqualTo(other.path("cycles"));
      assertThat(rank.path("compute")).isEqualTo(other.path("compute"));
      assertThat(rank.path("stage")).isEqualTo(other.path("stage"));
      for (String absent : List.of("communication", "exposed_communication", "idle")) {
        assertThat(rank.path(absent).isNull()).as(absent).isTrue();
      }
      JsonNode log = json.path("astrasim").path(entry.getKey());
      assertThat(log.path("cycles")).isEqualTo(other.path("cycles"));
      assertThat(log.path("exposed_comm").asLong())
          .isEqualTo(other.path("cycles").asLong() - other.path("compute").asLong());
      assertThat(log.path("comm_time").asLong()).isPositive();
    }
    assertThat(embedded.has("astrasim")).isFalse();
  }

  @Test
  void theTableLeavesOutWhatTheLogDoesNotSay() {
    Execution run = run(AstraSimStandIn.install(folder));
    assertThat(run.exit()).isZero();
    assertThat(run.out())
        .contains("iteration time", "MFU", "compute", "exposed comm. or idle", "nodes:")
        .doesNotContain("bubble", "NaN", "mean:");
  }

  @Test
  void simulateAnswersAsTheLogDoes() throws IOException {
    Path traces = traces();
    Path binary = AstraSimStandIn.install(folder);
    Set<Path> before = temporaryFolders();
    for (String options : List.of("", "--num-queues-per-dim=4", "--rendezvous-protocol=true")) {
      Object[] more = options.isEmpty() ? new Object[0] : new Object[] {options};
      List<Object> there = new ArrayList<>(List.of("--backend", "astrasim", "--astrasim", binary));
      there.addAll(Arrays.asList(more));
      Execution simulate = simulate(traces, there.toArray());
      assertThat(simulate.exit()).as(simulate.err()).isZero();
      assertThat(simulate.json()).isEqualTo(simulate(traces, more).json());
    }
    assertThat(temporaryFolders()).isEqualTo(before);
    assertThat(traces.resolve("log1")).doesNotExist();
  }

  @Test
  void theFolderIsKeptWhereThatIsAsked() throws IOException {
    Path kept = folder.resolve("kept/here");
    Path binary = AstraSimStandIn.install(folder);
    assertThat(run(binary, "--keep", kept).exit()).isZero();
    try (Stream<Path> files = Files.list(kept)) {
      assertThat(files.map(file -> file.getFileName().toString()))
          .contains("Tiny.0.et", "Tiny.7.et", "system.json", "manifest.json", "log1")
          .noneMatch(name -> name.startsWith("."));
    }
    Execution again = run(binary, "--keep", kept, "--json");
    assertThat(again.exit()).isEqualTo(3);
    assertThat(again.err()).contains("--keep " + kept.toAbsolutePath() + ": is there already");
    assertThat(again.json().path("status").asText()).isEqualTo("error");
  }

  @Test
  void aStallIsNoSuccessThoughTheExitCodeIs() {
    Path binary =
        AstraSimStandIn.script(
            folder.resolve("stalling_unaware"), "echo '[system] [warning] Exiting'");
    Execution run = run(binary, "--json");
    assertThat(run.exit()).isEqualTo(1);
    assertThat(run.json().path("status").asText()).isEqualTo("stalled");
    assertThat(run.err()).contains("AstraSim stalled", "8 of 8 ranks", "(0-7)");
    assertThat(run.json().path("diagnosis").get(0).asText()).contains("AstraSim stalled");
    Execution simulate = simulate(traces(), "--backend", "astrasim", "--astrasim", binary);
    assertThat(simulate.exit()).isEqualTo(1);
    assertThat(simulate.json().path("status").asText()).isEqualTo("stalled");
  }

  @Test
  void aCrashAfterTheLastResultIsAWarning() {
    Path real = AstraSimStandIn.install(folder);
    Path binary =
        AstraSimStandIn.script(
            folder.resolve("crashing_unaware"), "'" + real + "' \"$@\"", "kill -ABRT $$");
    Execution run = run(binary, "--json");
    assertThat(run.exit()).as(run.err()).isZero();
    assertThat(run.err()).startsWith("warning: AstraSim ended badly").contains("SIGABRT");
    assertThat(run.json().path("warnings").get(0).asText()).contains("SIGABRT");
  }

  @Test
  void whatCannotRunIsSaidBeforeTracesAreWritten() {
    Execution missing = run(folder.resolve("none"), "--json");
    assertThat(missing.exit()).isEqualTo(3);
    assertThat(missing.err()).contains("none: no such file", "HEDDLE_ASTRASIM");
    assertThat(missing.json().path("status").asText()).isEqualTo("error");
    Path aware = AstraSimStandIn.script(folder.resolve("AstraSim_Congestion_Aware"), "exit 9");
    Execution dimensions = run(aware, "--json");
    assertThat(dimensions.exit()).isEqualTo(1);
    assertThat(dimensions.err()).contains("one network dimension");
    Execution simulate = simulate(traces(), "--backend", "astrasim", "--astrasim", aware);
    assertThat(simulate.exit()).isEqualTo(1);
    assertThat(simulate.json().path("diagnosis").get(0).asText()).contains("one network dimension");
  }

  @Test
  void filesThatAreMissingAreNamedAsTheyWereGiven() throws IOException {
    Path traces = traces();
    Path binary = AstraSimStandIn.script(folder.resolve("unused_unaware"), "exit 9");
    Files.delete(traces.resolve("Tiny.3.et"));
    Execution trace = simulate(traces, "--backend", "astrasim", "--astrasim", binary);
    assertThat(trace.exit()).isEqualTo(3);
    assertThat(trace.err()).contains("rank 3: " + traces.resolve("Tiny.3.et") + ": no such file");
    Files.delete(traces.resolve("system.json"));
    Execution system = simulate(traces, "--backend", "astrasim", "--astrasim", binary);
    assertThat(system.exit()).isEqualTo(3);
    assertThat(system.err()).contains(traces.resolve("system.json") + ": no such file");
    assertThat(system.json().path("status").asText()).isEqualTo("error");
  }

  @Test
  void itsTimeMayBeShort() {
    Path binary = AstraSimStandIn.script(folder.resolve("slow_unaware"), "exec sleep 1000");
    Execution run = run(binary, "--timeout", "0.2");
    assertThat(run.exit()).isEqualTo(1);
    assertThat(run.err()).contains("after 0.2 s", "--timeout gives it more time");
  }

  @Test
  void uselessOptionsAreUsageErrors() {
    Path tiny = Execution.tiny(folder);
    Execution alone = Execution.of("run", tiny, "--timeout", "90s");
    assertThat(alone.exit()).isEqualTo(2);
    assertThat(alone.err()).contains("--astrasim, --timeout and --keep are for --backend astrasim");
    for (String time : List.of("", "0", "0.0001s", "-1", "9d", "1e3", "99999999h")) {
      assertThat(run(folder.resolve("none"), "--timeout", time).exit()).as(time).isEqualTo(2);
    }
    for (String time : List.of("90", "0.001s", "1.5m", "8760h")) {
      assertThat(run(folder.resolve("none"), "--timeout", time).exit()).as(time).isEqualTo(3);
    }
    assertThat(run(Path.of("")).exit()).isEqualTo(2);
    assertThat(run(folder.resolve("none"), "--keep", "").exit()).isEqualTo(2);
    assertThat(Execution.of("run", tiny, "--backend", "fast").err())
        .contains("congestion-unaware, congestion-aware, astrasim");
    Execution timeline =
        simulate(
            folder,
            "--backend",
            "astrasim",
            "--astrasim",
            folder.resolve("none"),
            "--timeline",
            folder.resolve("timeline.json"));
    assertThat(timeline.exit()).isEqualTo(2);
    assertThat(timeline.err()).contains("--timeline: AstraSim's output has no times of nodes");
  }

  @Test
  void runTakesTheOtherEmbeddedNetworkToo() {
    Path tiny = Execution.tiny(folder);
    JsonNode aware = Execution.of("run", tiny, "--backend", "congestion-aware", "--json").json();
    JsonNode fromFiles = simulate(traces(), "--backend", "congestion-aware").json();
    assertThat(aware.path("backend").asText()).isEqualTo("congestion-aware");
    assertThat(aware.path("iteration_time_ns")).isEqualTo(fromFiles.path("max_cycles"));
    assertThat(aware.path("iteration_time_ns"))
        .isNotEqualTo(Execution.of("run", tiny, "--json").json().path("iteration_time_ns"));
  }

  @Test
  void whenHeddleIsEndedSoIsAstraSimAndItsFolder() throws Exception {
    Path temporary = Files.createDirectory(folder.resolve("tmp"));
    Path binary =
        AstraSimStandIn.script(
            folder.resolve("endless_unaware"),
            "sleep 1000 & echo $! >'" + folder + "/child'",
            "trap '' TERM",
            "echo $$ >'" + folder + "/pid'",
            "wait",
            "exec sleep 1000");
    Process heddle =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Djava.io.tmpdir=" + temporary,
                "-cp",
                System.getProperty("java.class.path"),
                Heddle.class.getName(),
                "run",
                Execution.tiny(folder).toString(),
                "--backend",
                "astrasim",
                "--astrasim",
                binary.toString())
            .redirectErrorStream(true)
            .start();
    Path pid = folder.resolve("pid");
    while (heddle.isAlive() && (!Files.exists(pid) || Files.size(pid) == 0)) {
      Thread.sleep(20);
    }
    assertThat(heddle.isAlive()).isTrue();
    assertThat(temporary).isNotEmptyDirectory();
    // Process.destroy would close its output as well.
    heddle.toHandle().destroy();
    String output = new String(heddle.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(heddle.waitFor()).as(output).isEqualTo(143);
    assertThat(temporary).isEmptyDirectory();
    isGone(pid);
    isGone(folder.resolve("child"));
  }

  private static void isGone(Path file) throws Exception {
    var process = ProcessHandle.of(Long.parseLong(Files.readString(file).strip()));
    if (process.isPresent()) {
      process.get().onExit().get(30, TimeUnit.SECONDS);
    }
  }
}
