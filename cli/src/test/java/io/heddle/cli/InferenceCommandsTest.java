package io.heddle.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
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
  void aPipelineHasABatchOnEachStage() {
    Execution run = Execution.of("run", file, "--plan", "Stages", "--json");
    JsonNode step = run.json().get("inference");
    assertThat(step.get("batches").asInt()).isEqualTo(2);
    double period = step.get("period_seconds").asDouble();
    assertThat(period).isGreaterThanOrEqualTo(step.get("step_seconds").asDouble());
    assertThat(step.get("tokens_per_second").asDouble())
        .isCloseTo(2 * 64 / period, Percentage.withPercentage(0.1));
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
