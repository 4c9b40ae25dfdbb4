package io.heddle.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.heddle.cli.failure.Exit;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CompareCommandTest {
  private static final List<String> MODES =
      List.of("flattened", "hierarchical", "hybrid", "analytical");

  @TempDir private Path folder;
  private Path tiny = Path.of("");

  @BeforeEach
  void writeSpecification() {
    tiny = Execution.tiny(folder);
  }

  private static JsonNode json(Execution run) {
    assertThat(run.exit()).as(run.err()).isZero();
    return run.json();
  }

  @Test
  void everyModeSaysWhatRunSaysOfIt() {
    JsonNode compared = json(Execution.of("compare", tiny, "--json", "--no-cache"));
    for (String mode : MODES) {
      JsonNode run = json(Execution.of("run", tiny, "--mode", mode, "--json", "--no-cache"));
      JsonNode there = compared.path("modes").path(mode);
      for (String field : List.of("iteration_time_ns", "bubble", "tokens_per_second", "mfu")) {
        assertThat(there.path(field)).as("%s of %s", field, mode).isEqualTo(run.path(field));
      }
      assertThat(there.path("exposed_communication_by_axes"))
          .isEqualTo(run.path("exposed_communication_by_axes"));
      assertThat(there.path("wall_time_ns").asLong()).isPositive();
    }
  }

  @Test
  void theTableHasAllModesAndDifferences() {
    Execution run = Execution.of("compare", tiny, "--no-cache");
    assertThat(run.exit()).as(run.err()).isZero();
    assertThat(run.err()).isEmpty();
    assertThat(run.out().lines().toList())
        .anyMatch(line -> line.matches(" +flattened +hierarchical +hybrid +analytical"))
        .anyMatch(line -> line.startsWith("iteration time "))
        .anyMatch(line -> line.startsWith("exposed tp "))
        .anyMatch(line -> line.startsWith("took "))
        .anyMatch(line -> line.startsWith("flattened - hierarchical "))
        .anyMatch(line -> line.startsWith("  lane blocking "))
        .anyMatch(line -> line.startsWith("hierarchical - hybrid "))
        .anyMatch(line -> line.startsWith("hybrid - analytical "))
        .anyMatch(line -> line.matches("  not explained +0\\.000 us +0\\.00 %"));
  }

  @Test
  void stragglersAndContentionHaveTheirLines() {
    JsonNode compared =
        json(
            Execution.of(
                "compare",
                tiny,
                "--json",
                "--no-cache",
                "--jitter",
                "0.1",
                "--backend",
                "congestion-aware"));
    JsonNode first = compared.path("differences").path(0).path("effects_ns");
    assertThat(first.properties().stream().map(effect -> effect.getKey()).toList())
        .containsExactly(
            "skewed_arrival", "contention", "lane_blocking", "data_parallel", "overlap_of_layers");
    assertThat(compared.path("stragglers").path("jitter").asDouble()).isEqualTo(0.1);
    assertThat(compared.path("backend").asText()).isEqualTo("congestion-aware");
    assertThat(compared.path("schema").asInt()).isEqualTo(1);
  }

  @Test
  void isTheSameFromTheCache() {
    Execution first = Execution.of("compare", tiny, "--json");
    Execution second = Execution.of("compare", tiny, "--json");
    assertThat(first.exit()).as(first.err()).isZero();
    // With the wall times of the first.
    assertThat(second).isEqualTo(first);
    assertThat(json(Execution.of("compare", tiny, "--json", "--jitter", "0.1")))
        .isNotEqualTo(first.json());
  }

  @Test
  void astraSimIsRefused() {
    Execution run = Execution.of("compare", tiny, "--backend", "astrasim");
    assertThat(run.exit()).isEqualTo(Exit.USAGE);
    assertThat(run.err()).contains("--backend astrasim").contains("congestion-aware");
  }

  @Test
  void aSlowRankThatIsNotThereIsRefused() {
    Execution run = Execution.of("compare", tiny, "--slow", "rank=8:2", "--no-cache");
    assertThat(run.exit()).isEqualTo(Exit.WRONG_INPUT);
    assertThat(run.err()).contains("--slow").contains("8");
  }

  @Test
  void aPlanThatIsRefusedIsSaidInJson() {
    Execution run = Execution.of("compare", tiny, "--set", "tp=16", "--json");
    assertThat(run.exit()).isEqualTo(Exit.WRONG_INPUT);
    assertThat(run.json().path("status").asText()).isEqualTo("error");
  }
}
