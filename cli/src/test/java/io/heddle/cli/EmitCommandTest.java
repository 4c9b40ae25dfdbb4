package io.heddle.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmitCommandTest {
  @TempDir private Path folder;

  private static List<String> names(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  @Test
  void writesTheTracesOfAllRanksAndWhatRunsThem() throws IOException {
    Path traces = folder.resolve("a/b");
    Execution emit = Execution.of("emit", Execution.tiny(folder), "-o", traces);
    assertThat(emit.err()).isEmpty();
    assertThat(emit.exit()).isZero();
    assertThat(emit.out().lines()).hasSize(2).first().asString().startsWith(traces + ": 8 ranks, ");
    assertThat(emit.out()).contains("--workload-configuration=Tiny");
    assertThat(names(traces))
        .containsExactly(
            "Tiny.0.et",
            "Tiny.1.et",
            "Tiny.2.et",
            "Tiny.3.et",
            "Tiny.4.et",
            "Tiny.5.et",
            "Tiny.6.et",
            "Tiny.7.et",
            "comm_group.json",
            "manifest.json",
            "memory.json",
            "network.yml",
            "system.json");
  }

  @Test
  void printsJsonAlone() throws IOException {
    Path traces = folder.resolve("traces");
    JsonNode json = Execution.of("emit", Execution.tiny(folder), "-o", traces, "--json").json();
    assertThat(json.path("folder").asText()).isEqualTo(traces.toString());
    assertThat(json.path("ranks").asInt()).isEqualTo(8);
    assertThat(json.path("command").get(1).asText()).isEqualTo("--workload-configuration=Tiny");
    long bytes = 0;
    for (int rank = 0; rank < 8; rank++) {
      bytes += Files.size(traces.resolve("Tiny." + rank + ".et"));
    }
    assertThat(json.path("bytes").asLong()).isEqualTo(bytes);
  }

  @Test
  void threadsChangeNoByteAndAnnotationsDo() throws IOException {
    Path tiny = Execution.tiny(folder);
    Execution.of("emit", tiny, "-o", folder.resolve("one"), "--threads", "1");
    Execution.of("emit", tiny, "-o", folder.resolve("two"), "--threads", "2");
    Execution.of("emit", tiny, "-o", folder.resolve("noted"), "--annotate");
    for (String name : names(folder.resolve("one"))) {
      assertThat(folder.resolve("two").resolve(name))
          .hasSameBinaryContentAs(folder.resolve("one").resolve(name));
    }
    assertThat(Files.size(folder.resolve("noted/Tiny.0.et")))
        .isGreaterThan(Files.size(folder.resolve("one/Tiny.0.et")));
  }

  @Test
  void theManifestKnowsTheTextsThatWereRead() throws IOException {
    Path tiny = Execution.tiny(folder);
    Execution.of("emit", tiny, "-o", folder.resolve("one"));
    Execution.write(tiny, Execution.tinyText() + "// more\n");
    Execution.of("emit", tiny, "-o", folder.resolve("two"));
    ObjectMapper mapper = new ObjectMapper();
    String one =
        mapper.readTree(folder.resolve("one/manifest.json").toFile()).path("input").asText();
    String two =
        mapper.readTree(folder.resolve("two/manifest.json").toFile()).path("input").asText();
    assertThat(one).matches("sha256:[0-9a-f]{64}").isNotEqualTo(two);
  }

  @Test
  void aPlaceThatCannotBeWrittenIsNoFaultOfTheInput() {
    Path tiny = Execution.tiny(folder);
    Execution emit = Execution.of("emit", tiny, "-o", tiny);
    assertThat(emit.exit()).isEqualTo(3);
    assertThat(emit.err()).contains("tiny.tfm").doesNotContain("Exception");
    assertThat(emit.out()).isEmpty();
    Path kernel = Path.of("/proc/heddle");
    assumeThat(kernel.getParent()).isDirectory();
    Execution refused = Execution.of("emit", tiny, "-o", kernel);
    assertThat(refused.exit()).isEqualTo(3);
    assertThat(refused.err()).matches("(?s).*cannot write to /proc/heddle: /proc/\\S*: [a-z].*");
  }

  @Test
  void nothingIsWrittenOfAWrongPlan() {
    Path traces = folder.resolve("traces");
    Execution emit = Execution.of("emit", Execution.tiny(folder), "-o", traces, "--set", "tp=16");
    assertThat(emit.exit()).isEqualTo(1);
    assertThat(traces).doesNotExist();
  }

  @Test
  void theFolderMustBeNamed() {
    Execution emit = Execution.of("emit", Execution.tiny(folder));
    assertThat(emit.exit()).isEqualTo(2);
    assertThat(emit.err()).contains("--output");
    // A shell's unset variable must not lead into the current folder. The plan is wrong too, so
    // that nothing is ever written here.
    Execution empty = Execution.of("emit", Execution.tiny(folder), "-o", "", "--set", "tp=16");
    assertThat(empty.exit()).isEqualTo(2);
    assertThat(empty.err()).contains("--output", "empty");
  }

  @Test
  void theManifestHoldsAllThatThePlanSays() throws IOException {
    Path tiny = Execution.tiny(folder);
    Path traces = folder.resolve("traces");
    Execution emit =
        Execution.of("emit", tiny, "-o", traces, "--set", "batch=16", "--set", "schedule=gpipe");
    assertThat(emit.exit()).isZero();
    JsonNode manifest = new ObjectMapper().readTree(traces.resolve("manifest.json").toFile());
    assertThat(manifest.path("settings").toString()).isEqualTo("[\"batch=16\",\"schedule=gpipe\"]");
    assertThat(manifest.path("sources").path("tiny.tfm").asText()).isEqualTo(Execution.tinyText());
    JsonNode plan = manifest.path("plan");
    assertThat(plan.path("schedule").asText()).isEqualTo("gpipe");
    assertThat(plan.path("split").asText()).isEqualTo("equal");
    assertThat(plan.path("reduce").asText()).isEqualTo("at end");
    assertThat(plan.path("weights").isNull()).isTrue();
  }
}
