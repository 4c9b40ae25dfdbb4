package io.heddle.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The commands on plans of inference. */
class InferenceCommandsTest {
  @TempDir private Path folder;
  private String file;

  @BeforeEach
  void write() throws IOException {
    String plans =
        """
        tfm 1
        import "std/models/llama3.tfm"
        import "std/measured/h100_sxm.tfm"
        plan Decode of Llama3_8B(layers = 4) {
          mesh   dp = 2, tp = 4
          shard  { b over dp  g f voc over tp }
          decode 64 (context = 1023)
          on     hgx_h100
        }
        plan Stages of Llama3_8B(layers = 4) {
          mesh   pp = 2, tp = 4
          shard  { layers over pp  g f voc over tp }
          decode 64 (context = 1023)
          on     hgx_h100_measured
        }
        plan Prefill of Llama3_8B(layers = 4) {
          mesh    dp = 2, tp = 4
          shard   { b over dp  g f voc over tp  stream: s over tp }
          prefill 4096 (sequences = 4)
          on      hgx_h100
        }
        plan Mixed of Llama3_8B(layers = 4) {
          mesh    dp = 2, tp = 4
          shard   { b over dp  g f voc over tp }
          decode  64 (context = 1023)
          prefill 448 (context = 100, sequences = 2)
          on      hgx_h100_measured
        }
        plan Guesses of Llama3_8B(layers = 4) {
          mesh   dp = 2, tp = 4
          shard  { b over dp  g f voc over tp }
          decode 64 (context = 1023, speculate = 3, accept = 0.7)
          on     hgx_h100_measured
        }
        sweep Drafts of Guesses { speculate in 0, 1, 3  accept in 50, 90 }
        search Fastest of Guesses { speculate in 0, 1, 3  minimize time }
        sweep Shapes of Stages { pp in 1, 2, 4  tp = 8 / pp }
        search Best of Stages { pp in 1, 2, 4  tp = 8 / pp  maximize tokens_per_second_per_gpu }
        sweep Contexts of Decode { context in 1023, 8191  decode in 32, 64 }
        """;
    Path path = folder.resolve("serve.tfm");
    Files.writeString(path, plans);
    file = path.toString();
  }

  private String out(String... arguments) {
    Execution run = Execution.of((Object[]) arguments);
    assertThat(run.err()).isEmpty();
    assertThat(run.exit()).isZero();
    return run.out();
  }

  @Test
  void runShowsTheTimeOfATokenAndSaysWhereItMeansNothing() {
    assertThat(out("run", file, "--plan", "Decode"))
        .contains("TPOT", "tokens/s/GPU", "64 sequences of a replica, one token each behind 1,023")
        .contains("decode times mean nothing here");
    assertThat(out("run", file, "--plan", "Stages"))
        .contains("2 batches in work, one a stage", "decode attention measured")
        .doesNotContain("mean nothing");
    assertThat(out("run", file, "--plan", "Prefill"))
        .contains("prefill time", "4,096 new tokens of a replica in 4 sequences behind 0 each");
  }

  @Test
  void mixedStepsShowBothRates() {
    assertThat(out("run", file, "--plan", "Mixed"))
        .contains("TPOT", "tokens/s; prompts ", "one token each behind 1,023")
        .contains("448 new tokens of a replica in 2 sequences behind 100 each");
    JsonNode step = Execution.of("run", file, "--plan", "Mixed", "--json").json().get("inference");
    assertThat(step.get("kind").asText()).isEqualTo("mixed");
    assertThat(step.get("prompts").get("new_tokens").asInt()).isEqualTo(448);
    double period = step.get("period_seconds").asDouble();
    assertThat(step.get("tokens_per_second").asDouble())
        .isCloseTo(2 * 512 / period, Percentage.withPercentage(0.1));
    assertThat(step.get("output_tokens_per_second").asDouble())
        .isCloseTo(2 * 64 / period, Percentage.withPercentage(0.1));
    assertThat(out("memory", file, "--plan", "Mixed")).contains("longest context that fits");
    assertThat(out("run", file, "--plan", "Mixed", "--set", "prefill_context=2000"))
        .contains("in 2 sequences behind 2,000 each");
  }

  @Test
  void guessesThatAreAcceptedCount() throws IOException {
    assertThat(out("run", file, "--plan", "Guesses"))
        .contains("64 sequences of a replica, 4 tokens each behind 1,023")
        .contains(
            "3 draft tokens a sequence, each accepted at 70.0 % behind accepted ones: 2.53 tokens a step of ");
    JsonNode step =
        Execution.of("run", file, "--plan", "Guesses", "--json").json().get("inference");
    double period = step.get("period_seconds").asDouble();
    assertThat(step.get("speculation").get("tokens_per_step").asDouble())
        .isCloseTo(2.533, Percentage.withPercentage(1e-9));
    assertThat(step.get("speculation").get("seconds_per_token").asDouble())
        .isCloseTo(period / 2.533, Percentage.withPercentage(1e-6));
    assertThat(step.get("tokens_per_second").asDouble())
        .isCloseTo(2 * 64 * 2.533 / period, Percentage.withPercentage(1e-6));
    JsonNode window =
        Execution.of("run", file, "--plan", "Guesses", "--steps", "3", "--json")
            .json()
            .get("inference");
    assertThat(window.get("tokens_per_second").asDouble())
        .isCloseTo(step.get("tokens_per_second").asDouble(), Percentage.withPercentage(1));
    assertThat(out("memory", file, "--plan", "Guesses")).contains("longest context that fits");
    assertThat(out("sweep", file, "--sweep", "Drafts")).containsPattern("3 +90 +\\S+");
    // The time of a token, not of a step, which guesses make longer.
    assertThat(out("search", file, "--search", "Fastest"))
        .containsPattern("(?m)^ +3 +\\S+ .*\\n +1 +\\S+ .*\\n +0 +\\S+");
    Path traces = folder.resolve("traces");
    out("emit", file, "--plan", "Guesses", "-o", traces.toString());
    assertThat(out("verify", traces.toString())).isNotEmpty();
  }

  @Test
  void aPipelineHasABatchOnEachStage() {
    Execution run = Execution.of("run", file, "--plan", "Stages", "--json");
    JsonNode step = run.json().get("inference");
    assertThat(step.get("batches").asInt()).isEqualTo(2);
    double period = step.get("period_seconds").asDouble();
    assertThat(period).isGreaterThanOrEqualTo(step.get("step_seconds").asDouble());
    assertThat(step.get("tokens_per_second").asDouble())
        .isCloseTo(2 * 64 / period, Percentage.withPercentage(0.1));
  }

  /** Steps that follow each other take what the report of one alone says that they do. */
  @Test
  void windowsOfSteps() throws IOException {
    JsonNode alone =
        Execution.of("run", file, "--plan", "Stages", "--json").json().get("inference");
    JsonNode run = Execution.of("run", file, "--plan", "Stages", "--steps", "6", "--json").json();
    JsonNode window = run.get("inference");
    assertThat(window.get("steps").asInt()).isEqualTo(6);
    assertThat(window.get("batches").asInt()).isEqualTo(2);
    double period = window.get("period_seconds").asDouble();
    assertThat(period)
        .isCloseTo(alone.get("period_seconds").asDouble(), Percentage.withPercentage(2));
    assertThat(window.get("step_seconds").asDouble()).isGreaterThan(6 * period);
    assertThat(window.get("tokens_per_second").asDouble())
        .isCloseTo(2 * 64 / period, Percentage.withPercentage(0.1));
    assertThat(out("run", file, "--plan", "Stages", "--steps", "6"))
        .contains("window           6 steps of each batch");
    Path traces = folder.resolve("window");
    out("emit", file, "--plan", "Stages", "--steps", "6", "--output", traces.toString());
    String classes = folder.resolve("classes").toString();
    out("emit", file, "--plan", "Stages", "--steps", "6", "--classes", "--output", classes);
    Path expanded = folder.resolve("expanded");
    out("expand", classes, "--output", expanded.toString());
    try (Stream<Path> files = Files.list(expanded)) {
      files.forEach(
          trace -> assertThat(trace).hasSameBinaryContentAs(traces.resolve(trace.getFileName())));
    }
    out("verify", traces.toString());
    assertThat(
            Execution.of("simulate", traces.toString(), "--json").json().get("max_cycles").asLong())
        .isEqualTo(run.get("iteration_time_ns").asLong());
  }

  /** Without a pipeline, N steps of the one batch take N times as long. */
  @Test
  void aWindowOfOneStage() {
    JsonNode one = Execution.of("run", file, "--plan", "Mixed", "--json").json();
    JsonNode three = Execution.of("run", file, "--plan", "Mixed", "--steps", "3", "--json").json();
    assertThat(three.get("iteration_time_ns").asDouble())
        .isCloseTo(3 * one.get("iteration_time_ns").asDouble(), Percentage.withPercentage(0.1));
  }

  @Test
  void onlyInferenceHasWindows() throws IOException {
    Path training = folder.resolve("train.tfm");
    Files.writeString(
        training,
        """
        tfm 1
        import "std/models/llama3.tfm"
        plan P of Llama3_8B(layers = 4) { mesh dp = 8  shard { b over dp }  batch 8 micro_batch 1  on hgx_h100 }
        """);
    Execution run = Execution.of("run", training.toString(), "--steps", "2");
    assertThat(run.exit()).isEqualTo(2);
    assertThat(run.err()).contains("--steps: plan `P` is none of inference");
    assertThat(Execution.of("run", file, "--plan", "Stages", "--steps", "0").err())
        .contains("'0' is not from 1 to");
    assertThat(
            Execution.of("run", file, "--plan", "Stages", "--steps", "2", "--mode", "hybrid").err())
        .contains("only in mode flattened");
  }

  /** Sweeps, searches and comparisons have the rates that `run` has. */
  @Test
  void allCommandsCountABatchOnEachStage() {
    JsonNode run = Execution.of("run", file, "--plan", "Stages", "--json").json();
    double rate = run.get("inference").get("tokens_per_second_per_device").asDouble();
    assertThat(run.get("tokens_per_second_per_device").asDouble()).isEqualTo(rate);
    JsonNode points = Execution.of("sweep", file, "--sweep", "Shapes", "--json").json();
    assertThat(points.get("points").get(1).get("values").get("pp").asText()).isEqualTo("2");
    assertThat(points.get("points").get(1).get("tokens_per_second_per_device").asDouble())
        .isEqualTo(rate);
    double best = 0;
    for (JsonNode point : points.get("points")) {
      best = Math.max(best, point.get("tokens_per_second_per_device").asDouble());
    }
    JsonNode found = Execution.of("search", file, "--search", "Best", "--json").json();
    assertThat(found.get("best").get(0).get("tokens_per_second_per_device").asDouble())
        .isCloseTo(best, Percentage.withPercentage(0.001));
    Execution compared = Execution.of("compare", file, "--plan", "Stages", "--json");
    assertThat(
            compared
                .json()
                .get("modes")
                .get("flattened")
                .get("tokens_per_second_per_device")
                .asDouble())
        .isEqualTo(rate);
    assertThat(out("compare", file, "--plan", "Stages")).contains("step to step");
  }

  @Test
  void pagesSpeakOfInference() throws IOException {
    Path page = folder.resolve("page.html");
    out("run", file, "--plan", "Stages", "--report", page.toString());
    assertThat(Files.readString(page))
        .contains("of inference, one batch through all stages", "with one in work on each of 2")
        .doesNotContain("training step");
  }

  @Test
  void memoryShowsWhatTheCacheHasRoomFor() {
    assertThat(out("memory", file, "--plan", "Decode"))
        .contains("cache", "16,384 B a token", "longest context that fits", "most sequences");
    JsonNode json = Execution.of("memory", file, "--plan", "Decode", "--json").json();
    assertThat(json.get("cache").get("bytes_of_token").asLong()).isEqualTo(16384);
    assertThat(json.get("stages").get(0).get("cache").asLong())
        .isEqualTo(4L * 64 * 1024 * 2 * 128 * 2 * 2);
  }

  @Test
  void otherCommandsTakeThem() {
    out("check", file);
    assertThat(out("explain", file, "--plan", "Decode")).contains("append", "causal cache");
    out("graph", file, "--plan", "Decode", "--output", folder.resolve("g.dot").toString());
    Path traces = folder.resolve("traces");
    out("emit", file, "--plan", "Stages", "--output", traces.toString());
    assertThat(out("verify", traces.toString())).isNotEmpty();
    assertThat(out("simulate", traces.toString())).isNotEmpty();
  }

  @Test
  void sweepsVaryContextAndSequences() {
    Execution sweep = Execution.of("sweep", file, "--sweep", "Contexts", "--json");
    assertThat(sweep.exit()).as(sweep.err()).isZero();
    assertThat(sweep.json().get("points")).hasSize(4);
  }
}
