package io.heddle.cli.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.heddle.cli.Execution;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

/** Random layouts of one model: what stays the same between them, and between ways to run one. */
class PlanFuzzTest {
  private static final List<String> SCHEDULES =
      List.of(
          "one_f_one_b",
          "gpipe",
          "interleaved(chunks = 2)",
          "zero_bubble",
          "zb_v",
          "v_half",
          "v_min",
          "dualpipe_v");

  private static final List<String> OPTIMIZERS =
      List.of(
          "adam",
          "adam sharded over dp",
          "adam sharded over dp, gradients sharded",
          "adam sharded over dp, weights sharded",
          "sgd");

  /** Lines of a plan, of which a plan takes one of each list, or none. */
  private static final List<List<String>> LINES =
      List.of(
          List.of("recompute = full", "recompute = attention", "recompute = attend"),
          List.of(
              "dtype = fp32",
              "dtype = bf16, gradients bf16",
              "dtype = mxfp8, stream fp32, qkv fp8, logits fp32, exchanges nvfp4"),
          List.of("overlap = tp chunks 2"),
          List.of(
              "reduce = per layer", "reduce = in buckets of 1 MB", "reduce = per layer blocking"),
          List.of("shard.stream ="),
          List.of("layout = dp > pp > tp", "layout = tp > dp > pp"),
          List.of("seq = 64"));

  private static final List<Integer> SIZES = List.of(1, 2, 4);

  private static List<String> settings(RandomGenerator random) {
    List<String> settings = new ArrayList<>();
    int pp = Fuzz.pick(SIZES, random);
    int dp = Fuzz.pick(SIZES, random);
    int tp = Fuzz.pick(SIZES, random);
    settings.add("pp=%d,dp=%d,tp=%d".formatted(pp, dp, tp));
    settings.add("nodes=" + Math.max(1, pp * dp * tp / 2));
    settings.add("schedule = " + Fuzz.pick(SCHEDULES, random));
    settings.add("optimizer = " + Fuzz.pick(OPTIMIZERS, random));
    settings.add("micro_batch=" + (1 + random.nextInt(2)));
    settings.add("batch=16");
    settings.add("layers=8");
    for (List<String> lines : LINES) {
      if (random.nextInt(4) == 0) {
        settings.add(Fuzz.pick(lines, random));
      }
    }
    return settings;
  }

  private static Execution run(String command, Path file, List<String> settings, Object... more) {
    List<Object> arguments = new ArrayList<>(List.of(command, file));
    settings.forEach(setting -> Collections.addAll(arguments, "--set", setting));
    Collections.addAll(arguments, more);
    return Fuzz.execute(arguments.toArray());
  }

  @Test
  void oneAnswerByEveryWay() throws Exception {
    Fuzz.run("plans", PlanFuzzTest::compare);
  }

  private static void compare(Path folder, RandomGenerator random) {
    Path file = Execution.tiny(folder);
    List<String> settings = settings(random);
    Execution run = run("run", file, settings, "--json", "--no-cache");
    if (run.exit() != 0) {
      assertThat(run.exit()).as("%s %s", settings, run.err()).isEqualTo(1);
      assertThat(run.err()).as("the words of the settings").doesNotContain("error[TFM1001]");
      return;
    }
    JsonNode whole = run.json();
    long time = whole.path("iteration_time_ns").asLong();
    products(settings, whole);
    whole.path("ranks").forEach(rank -> addsUp(rank, time));

    JsonNode unfolded =
        run("run", file, settings, "--json", "--no-cache", "--symmetry", "off").json();
    assertThat(unfolded.path("ranks")).isEqualTo(whole.path("ranks"));

    Path traces = folder.resolve("traces");
    assertThat(run("emit", file, settings, "-o", traces).exit()).isZero();
    assertThat(Fuzz.execute("verify", traces).exit()).isZero();
    JsonNode simulated = Fuzz.execute("simulate", traces, "--json").json();
    long last = 0;
    for (JsonNode rank : simulated.path("ranks")) {
      last = Math.max(last, rank.path("cycles").asLong());
    }
    assertThat(last).as("%s", settings).isEqualTo(time);

    for (String mode : List.of("hierarchical", "hybrid", "analytical")) {
      JsonNode coarse = run("run", file, settings, "--json", "--no-cache", "--mode", mode).json();
      long coarseTime = coarse.path("iteration_time_ns").asLong();
      coarse.path("ranks").forEach(rank -> addsUp(rank, coarseTime));
    }
  }

  /** The model's own operations do not depend on where they run, nor when, nor how often. */
  private static void products(List<String> settings, JsonNode run) {
    long tokens = settings.contains("seq = 64") ? 16 * 64 : 16 * 128;
    assertThat(run.path("tokens").asLong()).isEqualTo(tokens);
    // h = 64, n d = 64, f = 256, voc = 1024; two causal products of s by s.
    long weights = 8 * (4 * 64 * 64 + 2 * 64 * 256) + 64 * 1024;
    long scores = 8 * (tokens / 16) * 64;
    assertThat(run.path("operations").path("model").asLong())
        .as("%s", settings)
        .isEqualTo(3 * 2 * tokens * (weights + scores));
    assertThat(run.path("operations").path("all").asLong())
        .isGreaterThanOrEqualTo(run.path("operations").path("model").asLong());
  }

  private static void addsUp(JsonNode rank, long time) {
    long compute = rank.path("compute").asLong();
    long exposed = rank.path("exposed_communication").asLong();
    long idle = rank.path("idle").asLong();
    assertThat(List.of(compute, exposed, idle)).allMatch(part -> part >= 0);
    assertThat(compute + exposed + idle).isEqualTo(time);
  }
}
