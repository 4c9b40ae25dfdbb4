package io.heddle.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code heddle run} writes besides what it prints. */
class RunFilesTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir private Path folder;
  private Path tiny = Path.of("");

  @BeforeEach
  void writeModel() {
    tiny = Execution.tiny(folder);
  }

  private Path run(Path output, Object... more) {
    List<Object> arguments =
        new ArrayList<>(List.of("run", tiny, "--plan", "Desk8", "--output", output));
    arguments.addAll(List.of(more));
    Execution run = Execution.of(arguments.toArray());
    assertThat(run.err()).isEmpty();
    assertThat(run.exit()).isZero();
    return output.resolve("Tiny/Desk8/flattened");
  }

  private static List<String> names(Path folder) throws IOException {
    try (Stream<Path> entries = Files.list(folder)) {
      return entries.map(entry -> entry.getFileName().toString()).sorted().toList();
    }
  }

  @Test
  void aFolderHoldsTheReportTheRanksAndAManifest() throws IOException {
    Path output = run(folder.resolve("out"));
    assertThat(names(output)).containsExactly("manifest.json", "ranks.csv", "report.json");
    assertThat(names(output.getParent())).containsExactly("flattened");
    JsonNode printed = Execution.of("run", tiny, "--plan", "Desk8", "--json").json();
    assertThat(JSON.readTree(output.resolve("report.json").toFile())).isEqualTo(printed);
    assertThat(printed.path("schema").asInt()).isEqualTo(1);
  }

  @Test
  void whatIsAskedForIsThereToo() throws IOException {
    Path output = run(folder.resolve("out"), "--with", "timeline,traces,report", "--critical-path");
    assertThat(names(output))
        .containsExactly(
            "manifest.json", "ranks.csv", "report.html", "report.json", "timeline.json", "traces");
    assertThat(output.resolve("report.html")).content().startsWith("<!DOCTYPE html>");
    assertThat(names(output.resolve("traces"))).contains("Tiny.7.et", "manifest.json");
    JsonNode events = JSON.readTree(output.resolve("timeline.json").toFile()).path("traceEvents");
    assertThat(events.findValuesAsText("name"))
        .anyMatch(name -> name.startsWith("fwd.mb1.layer0."));
    assertThat(events.findValuesAsText("micro-batch")).contains("0", "1");
    assertThat(JSON.readTree(output.resolve("report.json").toFile()).path("critical_path"))
        .isNotEmpty();
    // A later run replaces all of it.
    assertThat(names(run(folder.resolve("out"))))
        .containsExactly("manifest.json", "ranks.csv", "report.json");
  }

  /** The manifest alone is enough to come to the same results. */
  @Test
  void theManifestReproducesTheRun() throws IOException {
    Path output =
        run(
            folder.resolve("out"),
            "--set",
            "batch=16,schedule=gpipe",
            "--slow",
            "rank=3:1.5,stage=0:2",
            "--jitter",
            "0.1",
            "--seed",
            "-7");
    JsonNode manifest = JSON.readTree(output.resolve("manifest.json").toFile());
    assertThat(manifest.path("plan").path("batch").asLong()).isEqualTo(16);
    assertThat(manifest.path("plan").path("reduce").asText()).isEqualTo("at end");
    assertThat(manifest.path("mode").asText()).isEqualTo("flattened");

    Path again = folder.resolve("again");
    for (Map.Entry<String, JsonNode> source : manifest.path("sources").properties()) {
      Execution.write(again.resolve(source.getKey()), source.getValue().asText());
    }
    List<String> words = new ArrayList<>();
    manifest.path("command").forEach(word -> words.add(word.asText()));
    assertThat(words.subList(0, 2)).containsExactly("heddle", "run");
    List<Object> arguments = new ArrayList<>(words.subList(1, words.size()));
    arguments.set(1, again.resolve(words.get(2)));
    arguments.addAll(List.of("--no-cache", "--output", again.resolve("out")));
    assertThat(Execution.of(arguments.toArray()).exit()).isZero();
    Path second = again.resolve("out/Tiny/Desk8/flattened");
    for (String name : List.of("report.json", "ranks.csv", "manifest.json")) {
      assertThat(second.resolve(name)).hasSameBinaryContentAs(output.resolve(name));
    }
  }

  @Test
  void aRowForEachRankAddsUpToTheIteration() throws IOException {
    Path file = folder.resolve("ranks.csv");
    Execution run = Execution.of("run", tiny, "--plan", "Desk8", "--json", "--csv", file);
    assertThat(run.exit()).isZero();
    String text = Files.readString(file);
    assertThat(text.replace("\r\n", "")).doesNotContain("\n", "\r");
    List<String> lines = text.lines().toList();
    assertThat(lines).hasSize(9);
    long iteration = run.json().path("iteration_time_ns").asLong();
    for (String line : lines.subList(1, 9)) {
      Map<String, String> row = row(lines.get(0), line);
      assertThat(row).containsKeys("mesh.pp", "mesh.dp", "mesh.tp", "tp.all_gather.busy");
      assertThat(
              number(row, "compute") + number(row, "exposed_communication") + number(row, "idle"))
          .isEqualTo(iteration);
      long exposed = 0;
      for (String name : row.keySet()) {
        exposed += name.endsWith(".exposed") ? number(row, name) : 0;
      }
      assertThat(exposed).isEqualTo(number(row, "exposed_communication"));
      JsonNode rank = run.json().path("ranks").path(row.get("rank"));
      assertThat(rank.path("cycles").asLong()).isEqualTo(number(row, "cycles"));
      assertThat(rank.path("stage").asLong()).isEqualTo(number(row, "stage"));
    }
  }

  private static Map<String, String> row(String head, String line) {
    String[] names = head.split(",", -1);
    String[] values = line.split(",", -1);
    assertThat(values).hasSameSizeAs(names);
    Map<String, String> row = new TreeMap<>();
    for (int i = 0; i < names.length; i++) {
      assertThat(row.put(names[i], values[i])).isNull();
    }
    return row;
  }

  private static long number(Map<String, String> row, String name) {
    return Long.parseLong(row.getOrDefault(name, "there is no " + name));
  }

  @Test
  void theCriticalPathTilesTheIteration() {
    Execution run = Execution.of("run", tiny, "--plan", "Desk8", "--json", "--critical-path");
    JsonNode path = run.json().path("critical_path");
    long at = 0;
    for (JsonNode node : path.path("nodes")) {
      assertThat(node.path("issued").asLong()).isEqualTo(at);
      at = node.path("completed").asLong();
    }
    assertThat(at).isEqualTo(run.json().path("iteration_time_ns").asLong());
    assertThat(sum(path.path("shares"), "time")).isEqualTo(at);
    long ofSections = 0;
    for (JsonNode section : path.path("sections")) {
      ofSections += sum(section.path("stretches"), "time");
      assertThat(section.path("stretches"))
          .hasSize(section.path("times").asInt() * section.path("period").asInt());
    }
    assertThat(ofSections).isEqualTo(at);
    assertThat(Execution.of("run", tiny, "--plan", "Desk8", "--critical-path").out())
        .contains("critical path: %d nodes".formatted(path.path("nodes").size()));
    assertThat(Execution.of("run", tiny, "--plan", "Desk8").out()).doesNotContain("critical");
  }

  private static long sum(JsonNode list, String key) {
    long sum = 0;
    for (JsonNode one : list) {
      sum += one.path(key).asLong();
    }
    return sum;
  }

  @Test
  void noFileIsWrittenOverAnother() {
    Path page = folder.resolve("page");
    List<String> options = List.of("--csv", "--timeline", "--report");
    for (String one : options) {
      for (String other : options) {
        if (!one.equals(other)) {
          Execution run =
              Execution.of(
                  "run", tiny, "--plan", "Desk8", one, page, other, folder.resolve("./page"));
          assertThat(run.exit()).isEqualTo(2);
          assertThat(run.err()).contains(one, other, "name one file");
          assertThat(page).doesNotExist();
        }
      }
    }
  }

  @Test
  void noFileIsWrittenIntoTheFolderThatIsReplaced() throws IOException {
    Path output = run(folder.resolve("out"));
    for (String option : List.of("--csv", "--timeline", "--report")) {
      Execution run =
          Execution.of(
              "run",
              tiny,
              "--plan",
              "Desk8",
              "--output",
              folder.resolve("out"),
              option,
              output.resolve("mine"));
      assertThat(run.exit()).isEqualTo(2);
      assertThat(run.err()).contains(option, "which the run replaces");
      assertThat(names(output)).containsExactly("manifest.json", "ranks.csv", "report.json");
    }
  }

  @Test
  void anOutputThatCannotBeIsSaidBeforeTheStepRuns() {
    Path file = Execution.write(folder.resolve("file"), "");
    for (Path output : List.of(file, file.resolve("below"))) {
      Execution run = Execution.of("run", tiny, "--plan", "Desk8", "--output", output);
      assertThat(run.exit()).isEqualTo(3);
      assertThat(run.err()).contains(file + " is no folder");
      assertThat(run.out()).isEmpty();
    }
  }

  /** In containers all processes may have the same number. */
  @Test
  void whatAKilledRunLeavesIsNotInTheWayOfTheNext() throws IOException {
    Path plan = folder.resolve("out/Tiny/Desk8");
    for (int i = 1; i <= 300; i++) {
      String left = ".flattened." + ProcessHandle.current().pid() + "." + i;
      Execution.write(plan.resolve(left + ".part/ranks.csv"), "");
      Execution.write(plan.resolve(left + ".old/ranks.csv"), "");
    }
    assertThat(names(run(folder.resolve("out")))).contains("report.json");
    assertThat(names(run(folder.resolve("out")))).contains("report.json");
  }

  @Test
  void inputsAreNotWritten() throws IOException {
    String before = Files.readString(tiny);
    for (String option : List.of("--csv", "--timeline")) {
      Execution run = Execution.of("run", tiny, "--plan", "Desk8", option, tiny);
      assertThat(run.exit()).isEqualTo(2);
      assertThat(run.err()).contains(option, "is read as");
    }
    assertThat(tiny).hasContent(before);
  }

  @Test
  void whatCannotBeTogetherIsAnErrorOfTheCommandLine() {
    Path file = folder.resolve("x");
    assertThat(Execution.of("run", tiny, "--csv", file, "--timeline", file).exit()).isEqualTo(2);
    assertThat(Execution.of("run", tiny, "--with", "traces").exit()).isEqualTo(2);
    assertThat(Execution.of("run", tiny, "--output", file, "--with", "gold").err())
        .contains("'gold' is none of report, timeline, traces");
    assertThat(Execution.of("run", tiny, "--output", "").exit()).isEqualTo(2);
    assertThat(
            Execution.of(
                    "run",
                    tiny,
                    "--backend",
                    "astrasim",
                    "--astrasim",
                    "/bin/true",
                    "--critical-path")
                .err())
        .contains("--critical-path: AstraSim's output has no times of nodes");
    for (String mode : List.of("hierarchical", "hybrid", "analytical")) {
      assertThat(Execution.of("run", tiny, "--mode", mode, "--timeline", file).err())
          .contains("--timeline: only --mode flattened has times of all nodes");
    }
    assertThat(file).doesNotExist();
  }

  @Test
  void eachModeHasAFolderOfItsOwn() throws IOException {
    Path output = folder.resolve("out");
    List<String> modes = List.of("analytical", "flattened", "hierarchical", "hybrid");
    for (String mode : modes) {
      run(output, "--mode", mode);
      Path manifest = output.resolve("Tiny/Desk8").resolve(mode).resolve("manifest.json");
      assertThat(JSON.readTree(manifest.toFile()).path("mode").asText()).isEqualTo(mode);
    }
    assertThat(names(output.resolve("Tiny/Desk8"))).containsExactlyElementsOf(modes);
  }

  @Test
  void whatNoRunHasMadeIsNotReplaced() throws IOException {
    Path notes = folder.resolve("out/Tiny/Desk8/flattened/notes.txt");
    Execution.write(notes, "mine");
    Execution run =
        Execution.of("run", tiny, "--plan", "Desk8", "--json", "--output", folder.resolve("out"));
    assertThat(run.exit()).isEqualTo(3);
    assertThat(run.err()).contains("holds notes.txt, which is not of a run");
    assertThat(run.json().path("status").asText()).isEqualTo("error");
    assertThat(notes).hasContent("mine");
    assertThat(names(notes.getParent())).containsExactly("notes.txt");
  }

  @Test
  void aFileThatCannotBeWrittenDoesNotLoseTheResult() throws IOException {
    Path file = folder.resolve("full");
    Path device = Path.of("/dev/full");
    assumeThat(device).exists();
    Files.createSymbolicLink(file, device);
    Execution run = Execution.of("run", tiny, "--plan", "Desk8", "--json", "--csv", file);
    assertThat(run.exit()).isEqualTo(3);
    assertThat(run.json().path("status").asText()).isEqualTo("ok");
    assertThat(run.err()).contains("cannot write");
  }

  @Test
  void runsAtOnceNeverLeaveAMixture() throws InterruptedException, ExecutionException, IOException {
    Path output = folder.resolve("out");
    ExecutorService threads = Executors.newFixedThreadPool(4);
    try {
      List<Callable<Integer>> runs = new ArrayList<>();
      for (int i = 0; i < 12; i++) {
        int batch = 8 << (i % 3);
        runs.add(
            () ->
                Execution.of(
                        "run",
                        tiny,
                        "--plan",
                        "Desk8",
                        "--set",
                        "batch=" + batch,
                        "--output",
                        output)
                    .exit());
      }
      for (Future<Integer> exit : threads.invokeAll(runs)) {
        assertThat(exit.get()).isZero();
      }
    } finally {
      threads.shutdownNow();
    }
    Path place = output.resolve("Tiny/Desk8/flattened");
    assertThat(names(place.getParent())).containsExactly("flattened");
    long batch =
        JSON.readTree(place.resolve("manifest.json").toFile()).path("plan").path("batch").asLong();
    JsonNode report = JSON.readTree(place.resolve("report.json").toFile());
    assertThat(report.path("batch").asLong()).isEqualTo(batch);
    String cycles = report.path("ranks").path("0").path("cycles").asText();
    assertThat(Files.readString(place.resolve("ranks.csv"))).contains("," + cycles + ",");
  }
}
