package io.heddle.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The named effects explain the modes' differences on all plans of up to 64 ranks. */
class ComparePlansTest {
  /** Share of the iteration that may be left unexplained. */
  private static final double MOST_REST = 0.01;

  /** Batches that leave every replica a few micro-batches, by plan. */
  private static final Map<String, Integer> BATCHES =
      Map.ofEntries(
          Map.entry("Desk8", 16),
          Map.entry("Node8", 2),
          Map.entry("Llama3_8B.Pod64", 16),
          Map.entry("Gpt3_175B.Pod64", 16),
          Map.entry("Gpt3_22B_A100x8", 4),
          Map.entry("Gpt3_175B_A100x64", 16),
          Map.entry("Llama2_7B_A100x64", 128),
          Map.entry("Llama2_13B_A100x64", 16),
          Map.entry("Llama3_8B_H100x64", 16),
          Map.entry("Mixtral_8x7B_H100x64", 16));

  @TempDir private Path folder;

  private static String name(AstraSimPlansTest.Case plan) {
    if (!plan.plan().equals("Pod64")) {
      return plan.plan();
    }
    return plan.file().startsWith("llama3") ? "Llama3_8B.Pod64" : "Gpt3_175B.Pod64";
  }

  @Test
  void everyPlanHasABatch() {
    assertThat(AstraSimPlansTest.plans())
        .extracting(ComparePlansTest::name)
        .containsExactlyInAnyOrderElementsOf(BATCHES.keySet());
  }

  @ParameterizedTest
  @MethodSource("io.heddle.cli.AstraSimPlansTest#plans")
  void theEffectsAddUpToTheDifferences(AstraSimPlansTest.Case plan) {
    JsonNode compared = compare(plan);
    JsonNode modes = compared.path("modes");
    long iteration = time(modes, "flattened");
    assertThat(compared.path("differences")).hasSize(3);
    for (JsonNode difference : compared.path("differences")) {
      Map<String, Long> effects = new LinkedHashMap<>();
      difference
          .path("effects_ns")
          .properties()
          .forEach(effect -> effects.put(effect.getKey(), effect.getValue().asLong()));
      long rest = difference.path("not_explained_ns").asLong();
      long sum = effects.values().stream().mapToLong(Long::longValue).sum() + rest;
      String from = difference.path("from").asText();
      String to = difference.path("to").asText();
      assertThat(difference.path("difference_ns").asLong())
          .isEqualTo(time(modes, from) - time(modes, to))
          .isEqualTo(sum);
      assertThat(Math.abs(rest))
          .as("%s - %s: %s", from, to, effects)
          .isLessThanOrEqualTo((long) (MOST_REST * iteration));
    }
  }

  private static long time(JsonNode modes, String mode) {
    return modes.path(mode).path("iteration_time_ns").asLong();
  }

  private JsonNode compare(AstraSimPlansTest.Case plan) {
    Path file = Execution.write(folder.resolve(plan.file()), plan.text());
    Execution run =
        Execution.of(
            "compare",
            file,
            "--plan",
            plan.plan(),
            "--set",
            "batch=" + BATCHES.get(name(plan)),
            "--json",
            "--no-cache");
    assertThat(run.exit()).as(run.err()).isZero();
    return run.json();
  }
}
