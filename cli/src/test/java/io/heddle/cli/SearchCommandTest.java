package io.heddle.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SearchCommandTest {
  private static final String LINES =
      """
        tp in any
        pp in 1, 2
        dp = 8 / (tp * pp)
        schedule in gpipe, one_f_one_b
      """;

  @TempDir private Path folder;

  private Path file(String declarations) {
    return Execution.write(
        folder.resolve("searched.tfm"), Execution.tinyText() + "\n" + declarations);
  }

  private Path search(String aim) {
    return file("search Best of Desk8 {\n" + LINES + aim + "\n}\n");
  }

  @Test
  void printsTheBestPlansAndWhatExcludedOthers() {
    Execution run = Execution.of("search", search("minimize time"), "--best", "2");
    assertThat(run.err()).isEmpty();
    assertThat(run.exit()).isZero();
    assertThat(run.out())
        .startsWith("search Best of Desk8: minimize time\n\n")
        .containsPattern("tp +pp +schedule +dp +iteration +tokens/s/GPU +MFU +bubble +memory +GPUs")
        .contains("best in time, memory and GPUs:\n")
        .contains("one line of the best plan changed:\n")
        .containsPattern("16 points: \\d+ are no plans, 0 do not fit into memory, ")
        .contains("points: `dp = 8 / (tp * pp)` has no value\n");
  }

  @Test
  void allPointsAreAccountedFor() {
    JsonNode result = Execution.of("search", search("minimize time"), "--json").json();
    JsonNode excluded = result.path("excluded");
    long sum = result.path("simulated").asLong();
    for (String by : List.of("structure", "memory", "limit", "bound")) {
      sum += excluded.path(by).asLong();
    }
    assertThat(sum).isEqualTo(result.path("points").asLong()).isEqualTo(16);
    assertThat(result.path("aim").asText()).isEqualTo("minimize time");
    assertThat(result.path("why"))
        .allSatisfy(change -> assertThat(change.has("reason") || change.has("ranks")).isTrue());
  }

  @Test
  void theNumberOfThreadsChangesNothing() {
    Path file = search("minimize time");
    String one = Execution.of("search", file, "--json", "--threads", "1").out();
    assertThat(Execution.of("search", file, "--json", "--threads", "3").out()).isEqualTo(one);
  }

  @Test
  void plansMustFitIntoMemory() {
    Path file = search("minimize time");
    JsonNode free = Execution.of("search", file, "--json").json();
    long peak = free.path("best").path(0).path("memory_peak_bytes").asLong();
    JsonNode tight = Execution.of("search", file, "--json", "--memory", (peak - 1) + "B").json();
    assertThat(tight.path("best").path(0).path("memory_peak_bytes").asLong()).isLessThan(peak);
    assertThat(tight.path("excluded").path("memory").asLong()).isPositive();
    Execution none = Execution.of("search", file, "--memory", "1kB");
    assertThat(none.exit()).isEqualTo(1);
    assertThat(none.out()).contains("no plan\n");
  }

  @Test
  void aLimitExcludesPlans() {
    JsonNode result =
        Execution.of("search", search("minimize gpus when time <= 1 ns"), "--json").json();
    assertThat(result.path("best")).isEmpty();
    assertThat(result.path("excluded").path("limit").asLong()).isPositive();
  }

  @ParameterizedTest
  @ValueSource(strings = {"llama3_70b_64gpus.tfm", "llama3_405b.tfm"})
  void theExamplesAreWithoutErrors(String name) {
    Execution check = Execution.of("check", Path.of("../examples/sweeps").resolve(name));
    assertThat(check.exit()).as(check.err()).isZero();
  }

  @Test
  void whatIsWrongIsSaid() {
    Path file = search("minimize time");
    assertThat(Execution.of("search", file, "--near", "much").exit()).isEqualTo(2);
    assertThat(Execution.of("search", file, "--best", "0").exit()).isEqualTo(2);
    assertThat(Execution.of("search", file, "--memory", "much").exit()).isEqualTo(2);
    assertThat(Execution.of("search", file, "--search", "Other").err())
        .contains("unknown search `Other`");
    assertThat(Execution.of("search", file("")).err()).contains("has no search");
    assertThat(Execution.of("search", search("maximize time")).err()).contains("TFM4015");
  }

  /** Twenty-four random spaces: the best of the search is the best of all points. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void theBestIsTheBestOfAll(long seed) {
    for (int i = 0; i < 3; i++) {
      Random random = new Random(31 * seed + i);
      String lines = lines(random);
      String aim = random.nextBoolean() ? "minimize time" : "maximize tokens_per_second_per_gpu";
      Path file =
          file(
              "sweep All of Desk8 {\n%s}\nsearch Best of Desk8 {\n%s  %s\n}\n"
                  .formatted(lines, lines, aim));
      List<JsonNode> kept = fitting(Execution.of("sweep", file, "--json").json());
      // The micro-batch is the only number of the spaces that might change the tokens of a step.
      kept.sort(Comparator.comparingLong(SearchCommandTest::time));
      JsonNode best =
          Execution.of("search", file, "--json", "--best", "1").json().path("best").path(0);
      assertThat(best.path("values")).as(lines).isEqualTo(kept.get(0).path("values"));
      assertThat(best.path("iteration_time_ns")).isEqualTo(kept.get(0).path("iteration_time_ns"));
    }
  }

  /** It may stop earlier, and then no plan beats what it has found by more than that. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6})
  void whatIsNearIsNearTheBest(long seed) {
    String lines = lines(new Random(seed));
    Path file = file("search Best of Desk8 {\n%s  minimize time\n}\n".formatted(lines));
    JsonNode exact = Execution.of("search", file, "--json", "--best", "1").json();
    JsonNode near = Execution.of("search", file, "--json", "--best", "1", "--near", "20%").json();
    long best = time(exact.path("best").path(0));
    assertThat(time(near.path("best").path(0))).isBetween(best, best * 6 / 5);
    assertThat(near.path("simulated").asLong())
        .isLessThanOrEqualTo(exact.path("simulated").asLong());
    assertThat(near.path("points")).isEqualTo(exact.path("points"));
  }

  /** Rough bounds keep nothing off the table of plans that none beats in time and memory. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6})
  void theFrontIsThatOfAllPoints(long seed) {
    String lines = lines(new Random(seed));
    Path file =
        file(
            "sweep All of Desk8 {\n%s}\nsearch Best of Desk8 {\n%s  minimize time\n}\n"
                .formatted(lines, lines));
    List<JsonNode> kept = fitting(Execution.of("sweep", file, "--json").json());
    kept.sort(
        Comparator.comparingLong(SearchCommandTest::time)
            .thenComparingLong(point -> point.path("memory_peak_bytes").asLong())
            .thenComparingLong(point -> point.path("point").asLong()));
    List<JsonNode> expected = new ArrayList<>();
    long least = Long.MAX_VALUE;
    for (JsonNode point : kept) {
      long memory = point.path("memory_peak_bytes").asLong();
      if (memory < least) {
        least = memory;
        expected.add(point.path("values"));
      }
    }
    JsonNode front = Execution.of("search", file, "--json").json().path("front");
    List<JsonNode> found = new ArrayList<>();
    front.forEach(plan -> found.add(plan.path("values")));
    assertThat(found).as(lines).isEqualTo(expected);
  }

  /** Other aims, over sizes of the cluster, with a limit that half of all plans keep to. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6})
  void theFewestAndTheSmallestAreThoseOfAll(long seed) {
    Random random = new Random(seed);
    String lines = lines(random).replace("  dp = 8 /", "  nodes in 4, 2, 1, 3\n  dp = 2 * nodes /");
    String sweep = "sweep All of Desk8 {\n%s}\n".formatted(lines);
    List<JsonNode> kept = fitting(Execution.of("sweep", file(sweep), "--json").json());
    kept.sort(Comparator.comparingLong(SearchCommandTest::time));
    long limit = time(kept.get(kept.size() / 2));
    for (String aim : List.of("gpus", "memory")) {
      String measure = aim.equals("gpus") ? "ranks" : "memory_peak_bytes";
      JsonNode expected =
          kept.stream()
              .filter(point -> time(point) <= limit)
              .min(
                  Comparator.comparingLong((JsonNode point) -> point.path(measure).asLong())
                      .thenComparingLong(SearchCommandTest::time)
                      .thenComparingLong(point -> point.path("point").asLong()))
              .orElseThrow();
      String search =
          "search Best of Desk8 {\n%s  minimize %s when time <= %d ns\n}\n"
              .formatted(lines, aim, limit);
      JsonNode found = Execution.of("search", file(sweep + search), "--json", "--best", "1").json();
      JsonNode best = found.path("best").path(0);
      assertThat(best.path("values")).as(search).isEqualTo(expected.path("values"));
      assertThat(time(best)).isEqualTo(time(expected));
    }
  }

  private static long time(JsonNode point) {
    return point.path("iteration_time_ns").asLong();
  }

  private static List<JsonNode> fitting(JsonNode sweep) {
    List<JsonNode> kept = new ArrayList<>();
    sweep
        .path("points")
        .forEach(
            point -> {
              if (point.path("fits").asBoolean()) {
                kept.add(point);
              }
            });
    return kept;
  }

  private static String lines(Random random) {
    List<String> lines = new ArrayList<>(List.of("tp in 1, 2, 4", "dp = 8 / (tp * pp)"));
    lines.add(1, random.nextBoolean() ? "pp in 1, 2" : "pp in 2, 1");
    List<String> more =
        List.of(
            "schedule in gpipe, one_f_one_b",
            "schedule in zero_bubble, one_f_one_b",
            "micro_batch in 1, 2",
            "layout in (pp > dp > tp), (dp > tp > pp)",
            "recompute in none, full",
            "optimizer in (adam), (adam sharded over dp, gradients whole, weights sharded)",
            "reduce in (at end), (per layer)",
            "overlap in (), (tp chunks 2)");
    List<String> names = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      String line = more.get(random.nextInt(more.size()));
      String name = line.substring(0, line.indexOf(' '));
      if (!names.contains(name)) {
        names.add(name);
        lines.add(random.nextInt(lines.size()), line);
      }
    }
    lines.remove("dp = 8 / (tp * pp)");
    lines.add("dp = 8 / (tp * pp)");
    return lines.stream()
        .map(line -> String.format(Locale.ROOT, "  %s%n", line))
        .reduce("", String::concat);
  }
}
