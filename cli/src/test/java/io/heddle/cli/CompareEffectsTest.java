package io.heddle.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Plans that are made to have one effect show that one. */
class CompareEffectsTest {
  /** Means of stages and chunks are rounded to ns, for each micro-batch and kind of pass. */
  private static final long ROUNDING = 10;

  private static final int FLATTENED = 0;
  private static final int HIERARCHICAL = 1;
  private static final int HYBRID = 2;

  @TempDir private Path folder;

  /** Two replicas of two tensor-parallel ranks on one stage. */
  private static String oneStage() {
    return Execution.tinyText()
        .replace("mesh   pp = 2, dp = 2, tp = 2", "mesh   dp = 2, tp = 2")
        .replace("layout pp > dp > tp", "layout dp > tp")
        .replace("    layers   over pp\n", "")
        .replace("desk(nodes = 4)", "desk(nodes = 2)");
  }

  /** The same on a network of one dimension, where {@code what} joins the ranks. */
  private static String onOneNetwork(String what) {
    return oneStage()
        .replace("  network switch 2     at 100 GB/s latency 500 ns\n", "")
        .replace(
            "network switch nodes at 10 GB/s latency 2 us",
            "network " + what + " nodes at 10 GB/s latency 500 ns")
        .replace("desk(nodes = 2)", "desk(nodes = 4)");
  }

  /** Stages of one rank, without replicas, on a network as quick as is said. */
  private static String onlyStages(String network) {
    return Execution.tinyText()
        .replace("mesh   pp = 2, dp = 2, tp = 2", "mesh   pp = 4")
        .replace("layout pp > dp > tp", "layout pp")
        .replace("    b        over dp\n", "")
        .replace("    n f voc  over tp\n", "")
        .replace("    stream: s over tp\n", "")
        .replace("adam sharded over dp", "adam")
        .replace("  network switch 2     at 100 GB/s latency 500 ns\n", "")
        .replace("10 GB/s latency 2 us", network);
  }

  private JsonNode compare(String text, Object... options) {
    Path file = Execution.write(folder.resolve("effect.tfm"), text);
    Execution run =
        Execution.of(
            Stream.concat(Stream.of("compare", file, "--json", "--no-cache"), Stream.of(options))
                .toArray());
    assertThat(run.exit()).as(run.err()).isZero();
    return run.json();
  }

  /** The effects of a difference that are more than what rounding makes. */
  private static Map<String, Long> effects(JsonNode compared, int difference) {
    Map<String, Long> effects = new TreeMap<>();
    JsonNode of = compared.path("differences").path(difference);
    of.path("effects_ns")
        .properties()
        .forEach(effect -> effects.put(effect.getKey(), effect.getValue().asLong()));
    effects.values().removeIf(nanos -> Math.abs(nanos) <= ROUNDING);
    assertThat(of.path("not_explained_ns").asLong()).isBetween(-ROUNDING, ROUNDING);
    return effects;
  }

  private static void assertNoEffects(JsonNode compared, int... differences) {
    for (int difference : differences) {
      assertThat(effects(compared, difference)).as("difference %d", difference).isEmpty();
    }
  }

  private static void assertOnly(String effect, JsonNode compared, int difference) {
    assertThat(effects(compared, difference)).containsOnlyKeys(effect);
  }

  @Test
  void nothingToTellApart() {
    JsonNode compared = compare(oneStage());
    assertNoEffects(compared, FLATTENED, HIERARCHICAL, HYBRID);
    long flattened = time(compared, "flattened");
    assertThat(flattened).isPositive();
    assertThat(time(compared, "hierarchical")).isEqualTo(flattened);
    assertThat(time(compared, "hybrid")).isEqualTo(flattened);
    assertThat(time(compared, "analytical")).isEqualTo(flattened);
  }

  private static long time(JsonNode compared, String mode) {
    return compared.path("modes").path(mode).path("iteration_time_ns").asLong();
  }

  @Test
  void aSlowRankIsSkewedArrival() {
    JsonNode compared = compare(oneStage(), "--slow", "rank=3:1.5");
    assertOnly("skewed_arrival", compared, FLATTENED);
    assertThat(effects(compared, FLATTENED).get("skewed_arrival")).isPositive();
    assertNoEffects(compared, HIERARCHICAL, HYBRID);
  }

  @Test
  void whatSharesLinksIsContention() {
    String ring = onOneNetwork("ring");
    JsonNode near = compare(ring, "--backend", "congestion-aware");
    assertNoEffects(near, FLATTENED, HYBRID);
    // Only the hybrid mode has reductions by formula.
    assertOnly("contention", near, HIERARCHICAL);
    JsonNode far =
        compare(ring.replace("layout dp > tp", "layout tp > dp"), "--backend", "congestion-aware");
    assertOnly("contention", far, HYBRID);
    assertThat(effects(far, HYBRID).get("contention")).isPositive();
  }

  @Test
  void whereEveryPairHasItsOwnLinkThereIsNoContention() {
    JsonNode compared = compare(onOneNetwork("fully_connected"), "--backend", "congestion-aware");
    assertNoEffects(compared, FLATTENED, HIERARCHICAL, HYBRID);
  }

  @Test
  void allModesKnowReductionsBetweenCollectivesOfLayers() {
    JsonNode compared =
        compare(
            oneStage().replace("adam sharded over dp", "adam sharded over dp\n  reduce per layer"),
            "--set",
            "batch=2");
    assertOnly("lane_blocking", compared, FLATTENED);
    assertThat(Math.abs(effects(compared, FLATTENED).get("lane_blocking")))
        .isLessThan(time(compared, "flattened") / 100);
    // The hierarchical mode reduces beside passes that wait, the hybrid one behind them.
    assertOnly("lane_blocking", compared, HIERARCHICAL);
    assertNoEffects(compared, HYBRID);
  }

  @Test
  void recomputationThatWaitsForNobodyIsOverlapOfLayers() {
    JsonNode compared = compare(oneStage().replace("recompute  none", "recompute full"));
    assertOnly("overlap_of_layers", compared, FLATTENED);
    assertThat(effects(compared, FLATTENED).get("overlap_of_layers")).isNegative();
    assertNoEffects(compared, HIERARCHICAL, HYBRID);
  }

  @Test
  void reductionsOfStagesThatEndApartAreDataParallelCommunication() {
    String replicas =
        Execution.tinyText()
            .replace("mesh   pp = 2, dp = 2, tp = 2", "mesh   pp = 2, dp = 2")
            .replace("layout pp > dp > tp", "layout pp > dp")
            .replace("    n f voc  over tp\n", "")
            .replace("    stream: s over tp\n", "")
            .replace("desk(nodes = 4)", "desk(nodes = 2)");
    JsonNode compared = compare(replicas);
    assertNoEffects(compared, FLATTENED);
    assertOnly("data_parallel", compared, HIERARCHICAL);
  }

  @Test
  void aSlowNetworkBetweenStagesIsMessages() {
    JsonNode compared = compare(onlyStages("1 GB/s latency 20 us"));
    assertOnly("messages", compared, HYBRID);
    assertThat(effects(compared, HYBRID).get("messages")).isPositive();
    // Both have the messages of a stage wait for each other.
    assertNoEffects(compared, FLATTENED, HIERARCHICAL);
  }

  @Test
  void stagesWithAndWithoutTheHeadAreUnequalStages() {
    String text = onlyStages("1000 GB/s latency 0 ns").replace("one_f_one_b", "zero_bubble");
    JsonNode compared = compare(text);
    assertNoEffects(compared, FLATTENED, HIERARCHICAL);
    Map<String, Long> effects = effects(compared, HYBRID);
    assertThat(effects).containsKey("unequal_stages");
    // A message of 8 kB is not quite free.
    assertThat(Math.abs(effects.get("unequal_stages")))
        .isGreaterThan(10 * Math.abs(effects.getOrDefault("messages", 0L)));
  }
}
