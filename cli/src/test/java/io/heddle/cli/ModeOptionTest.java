package io.heddle.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ModeOptionTest {
  private static final List<String> MODES =
      List.of("flattened", "hierarchical", "hybrid", "analytical");

  @TempDir private Path folder;
  private Path tiny = Path.of("");

  @BeforeEach
  void writeSpecification() {
    tiny = Execution.tiny(folder);
  }

  private JsonNode run(String... options) {
    Object[] all = Stream.concat(Stream.of("run", tiny, "--json"), Stream.of(options)).toArray();
    Execution run = Execution.of(all);
    assertThat(run.exit()).as(run.err()).isZero();
    return run.json();
  }

  @Test
  void flattenedIsTheDefault() {
    assertThat(run("--mode", "flattened")).isEqualTo(run());
    assertThat(run().path("mode").asText()).isEqualTo("flattened");
    assertThat(Execution.of("run", tiny).out()).doesNotContain("mode:");
  }

  @Test
  void everyModeReportsTheSameKeys() {
    Set<String> keys = keys(run());
    for (String mode : MODES) {
      JsonNode json = run("--mode", mode);
      assertThat(json.path("mode").asText()).isEqualTo(mode);
      assertThat(keys(json)).isEqualTo(keys);
      assertThat(json.path("operations")).isEqualTo(run().path("operations"));
      assertThat(json.path("bytes")).isEqualTo(run().path("bytes"));
      assertThat(json.path("collectives")).isEqualTo(run().path("collectives"));
      assertThat(json.path("nodes")).isEqualTo(run().path("nodes"));
      assertThat(json.path("ranks").size()).isEqualTo(8);
    }
    assertThat(run("--mode", "analytical").path("backend").isNull()).isTrue();
    assertThat(Execution.of("run", tiny, "--mode", "hybrid").out()).contains("mode: hybrid\n");
  }

  private static Set<String> keys(JsonNode json) {
    Set<String> keys = new HashSet<>();
    json.fieldNames().forEachRemaining(keys::add);
    return keys;
  }

  /** What is kept of one mode is never another's result, whichever runs first. */
  @Test
  void keptResultsAreNotMixed() {
    for (String first : MODES) {
      JsonNode fresh = run("--mode", first, "--no-cache");
      for (String before : MODES) {
        run("--mode", before);
      }
      assertThat(run("--mode", first)).isEqualTo(fresh);
    }
    assertThat(run("--mode", "hierarchical")).isNotEqualTo(run());
    assertThat(run("--mode", "hierarchical", "--backend", "congestion-aware").path("backend"))
        .isNotEqualTo(run("--mode", "hierarchical").path("backend"));
  }

  @Test
  void sweepsRunEveryPointInTheMode() {
    Path file =
        Execution.write(
            folder.resolve("swept.tfm"),
            Execution.tinyText() + "\nsweep Shapes of Desk8 {\n  pp in 1, 2\n  dp = 4 / pp\n}\n");
    Path results = folder.resolve("results");
    Execution sweep = Execution.of("sweep", file, "--mode", "analytical", "--json", "-o", results);
    assertThat(sweep.exit()).as(sweep.err()).isZero();
    assertThat(sweep.json().path("points").get(1).path("iteration_time_ns"))
        .isEqualTo(run("--mode", "analytical").path("iteration_time_ns"));
    for (String other : List.of("flattened", "hybrid")) {
      Execution resumed = Execution.of("sweep", file, "--mode", other, "-o", results);
      assertThat(resumed.exit()).isEqualTo(1);
      assertThat(resumed.err()).contains("another mode");
    }
    Execution again = Execution.of("sweep", file, "--mode", "analytical", "-o", results, "--json");
    assertThat(again.out()).isEqualTo(sweep.out());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "--mode flat | 'flat' is none of flattened, hierarchical, hybrid, analytical",
        "--mode hierarchical --slow rank=0:2 | --mode hierarchical: knows no single ranks",
        "--mode hybrid --jitter 0.1 | --mode hybrid: knows no single ranks",
        "--mode analytical --slow stage=0:2 | take --mode flattened",
        "--mode analytical --backend congestion-aware | takes no --backend but congestion-unaware",
        "--mode hierarchical --backend astrasim --astrasim x | AstraSim runs whole traces"
      })
  void refusesWhatAModeCannotDo(String options, String message) {
    Stream<Object> given = Stream.of((Object[]) options.split(" ", -1));
    Execution run = Execution.of(Stream.concat(Stream.of("run", tiny), given).toArray());
    assertThat(run.err()).contains(message).doesNotContain("Exception");
    assertThat(run.exit()).isEqualTo(2);
    assertThat(run.out()).isEmpty();
  }

  @Test
  void absurdPlansAreRefusedInEveryMode() {
    for (String mode : MODES) {
      Execution run = Execution.of("run", tiny, "--mode", mode, "--set", "batch=" + (1L << 32));
      assertThat(run.exit()).isEqualTo(1);
      assertThat(run.err()).contains("micro-batches").doesNotContain("Exception");
    }
  }
}
