package io.heddle.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunCommandTest {
  private static final int RANKS = 8;

  @TempDir private Path folder;

  @Test
  void printsATableForPeople() {
    Execution run = Execution.of("run", Execution.tiny(folder), "--plan", "Desk8");
    assertThat(run.err()).isEmpty();
    assertThat(run.exit()).isZero();
    assertThat(run.out())
        .contains("Tiny, plan Desk8", "8 ranks of desk (toy)", "pp 2, dp 2, tp 2")
        .contains("iteration time", "tokens/s (1,024 tokens a step)", "MFU", "HFU")
        .contains("tokens/s/GPU\n", "TFLOP/s/GPU\n", ": fits\n")
        .contains(
            "engine           ideal: adds nothing", "accuracy         data sheet: a lower bound\n")
        .contains("pipeline bubble", "stage", "exposed comm.", "nodes:")
        .doesNotContain("NaN", "Infinity");
  }

  @Test
  void printsJsonAloneWithEveryRank() {
    Execution run = Execution.of("run", Execution.tiny(folder), "--plan", "Desk8", "--json");
    assertThat(run.exit()).isZero();
    assertThat(run.out()).doesNotContainPattern("[0-9][eE][-+]?[0-9]");
    JsonNode json = run.json();
    long iteration = json.path("iteration_time_ns").asLong();
    List<String> ranks = new ArrayList<>();
    long last = 0;
    for (Map.Entry<String, JsonNode> entry : json.path("ranks").properties()) {
      JsonNode rank = entry.getValue();
      ranks.add(entry.getKey());
      last = Math.max(last, rank.path("cycles").asLong());
      long sum =
          rank.path("compute").asLong()
              + rank.path("exposed_communication").asLong()
              + rank.path("idle").asLong();
      assertThat(sum).isEqualTo(iteration);
      assertThat(rank.path("communication").asLong())
          .isGreaterThanOrEqualTo(rank.path("exposed_communication").asLong());
    }
    assertThat(ranks).containsExactly("0", "1", "2", "3", "4", "5", "6", "7");
    assertThat(last).isEqualTo(iteration);
    assertThat(json.path("status").asText()).isEqualTo("ok");
    assertThat(json.path("stages")).hasSize(2);
    assertThat(json.path("tokens").asLong()).isEqualTo(8 * 128);
    assertThat(json.path("tokens_per_second").asDouble()).isEqualTo(1024 / (iteration / 1e9));
    JsonNode operations = json.path("operations");
    double possible = iteration / 1e9 * RANKS * 100e12;
    assertThat(json.path("mfu").asDouble())
        .isEqualTo(operations.path("model").bigIntegerValue().doubleValue() / possible);
    assertThat(json.path("hfu").asDouble())
        .isEqualTo(operations.path("all").bigIntegerValue().doubleValue() / possible)
        .isGreaterThan(json.path("mfu").asDouble());
  }

  /** A first gather that waits for a message alone would be free before it is asked for. */
  @Test
  void simulatesPassesThatOnlyCompute() throws IOException {
    Path file = folder.resolve("zero_bubble.tfm");
    try (InputStream in = RunCommandTest.class.getResourceAsStream("zero_bubble.tfm")) {
      Files.copy(Objects.requireNonNull(in), file);
    }
    Execution run = Execution.of("run", file, "--plan", "Kp2x4", "--no-cache");
    assertThat(run.err()).doesNotContain("lanes");
    assertThat(run.exit()).isZero();
  }

  @Test
  void answersTickForTickAsItsEmittedFolder() {
    Path tiny = Execution.tiny(folder);
    Path traces = folder.resolve("traces");
    assertThat(Execution.of("emit", tiny, "-o", traces).exit()).isZero();
    JsonNode simulated =
        Execution.of(
                "simulate",
                "--workload",
                traces.resolve("Tiny"),
                "--system",
                traces.resolve("system.json"),
                "--network",
                traces.resolve("network.yml"),
                "--comm-group",
                traces.resolve("comm_group.json"),
                "--json")
            .json();
    JsonNode run = Execution.of("run", tiny, "--json").json();
    for (int rank = 0; rank < RANKS; rank++) {
      String key = String.valueOf(rank);
      assertThat(run.path("ranks").path(key).path("cycles").asLong())
          .isPositive()
          .isEqualTo(simulated.path("ranks").path(key).path("cycles").asLong());
    }
  }

  @Test
  void warnsAsEmitDoes() {
    // Gradients go round over both devices of three nodes: the closing hop is diagonal.
    Path tiny =
        Execution.write(
            folder.resolve("odd.tfm"), Execution.tinyText().replace("nodes = 4", "nodes = 6"));
    String odd = "pp=2,dp=6,tp=1,batch=12";
    Execution emit =
        Execution.of("emit", tiny, "-o", folder.resolve("odd"), "--json", "--set", odd);
    Execution run = Execution.of("run", tiny, "--json", "--set", odd);
    assertThat(run.json().path("warnings"))
        .isNotEmpty()
        .isEqualTo(emit.json().path("warnings"))
        .allSatisfy(warning -> assertThat(run.err()).contains("warning: " + warning.asText()));
    assertThat(Execution.of("run", Execution.tiny(folder), "--json").json().path("warnings"))
        .isEmpty();
  }

  @Test
  void anOnlyPlanNeedsNoName() {
    assertThat(Execution.of("run", Execution.tiny(folder)).exit()).isZero();
    Execution several = Execution.of("run", Execution.example("llama3_8b.tfm"));
    assertThat(several.exit()).isEqualTo(2);
    assertThat(several.err()).contains("2 plans", "--plan Node8", "--plan Pod64");
  }

  @Test
  void settingsReplaceWhatThePlanSays() {
    Path tiny = Execution.tiny(folder);
    JsonNode set =
        Execution.of(
                "run", tiny, "--json", "--set", "batch=4", "--set", "pp=4,dp=1", "--set", "ffn=512")
            .json();
    assertThat(set.path("mesh").path("pp").asInt()).isEqualTo(4);
    assertThat(set.path("stages")).hasSize(4);
    assertThat(set.path("tokens").asLong()).isEqualTo(4 * 128);
    JsonNode plain = Execution.of("run", tiny, "--json").json();
    JsonNode recomputed =
        Execution.of("run", tiny, "--json", "--set", "recompute=full,schedule=gpipe").json();
    assertThat(recomputed.path("schedule").asText()).isEqualTo("gpipe");
    assertThat(plain.path("operations").path("recomputed_matmul").asLong()).isZero();
    assertThat(recomputed.path("operations").path("recomputed_matmul").asLong()).isPositive();
    assertThat(recomputed.path("operations").path("model_matmul"))
        .isEqualTo(plain.path("operations").path("model_matmul"));
  }

  @Test
  void uselessSettingsAreUsageErrors() {
    Path tiny = Execution.tiny(folder);
    for (String setting :
        List.of("tp=-1", "tp=", "tp", "=4", "tp=4,tp=8", "batch=8,tp=2,batch=8", "tp=\"4\"")) {
      Execution run = Execution.of("run", tiny, "--set", setting);
      assertThat(run.exit()).as(setting).isEqualTo(2);
      assertThat(run.err()).contains("--set:1:", "error[TFM", "^", "--set " + setting);
      assertThat(run.out()).isEmpty();
    }
    Execution twice = Execution.of("run", tiny, "--set", "tp=4", "--set", "tp=4");
    assertThat(twice.exit()).isEqualTo(2);
    assertThat(twice.err()).contains("setting `tp` is declared twice");
  }

  @Test
  void valuesThatNoPlanTakesAreWrongInput() {
    Path tiny = Execution.tiny(folder);
    for (String setting : List.of("schedule=gpip", "recompute=some", "zz=1", "tp=four")) {
      Execution run = Execution.of("run", tiny, "--set", setting, "--json");
      assertThat(run.exit()).as(setting).isEqualTo(1);
      assertRefused(run);
    }
  }

  @Test
  void whatThePlanDoesNotHaveIsAFinding() {
    Execution run = Execution.of("run", Execution.tiny(folder), "--set", "tq=2");
    assertThat(run.exit()).isEqualTo(1);
    assertThat(run.err()).contains("error[TFM1004]", "`tq`");
  }

  @Test
  void findingsGoToStandardErrorAndEndTheRun() {
    Execution run = Execution.of("run", Execution.tiny(folder), "--set", "tp=16", "--json");
    assertThat(run.exit()).isEqualTo(1);
    assertThat(run.err()).contains("tiny.tfm:", "error[TFM3002]", "^");
    assertRefused(run);
    Execution placed = Execution.of("run", Execution.tiny(folder), "--set", "dp=4", "--json");
    assertThat(placed.exit()).isEqualTo(1);
    assertThat(placed.err()).contains("error[TFM3020]");
    assertRefused(placed);
    Execution missing = Execution.of("run", folder.resolve("none.tfm"), "--json");
    assertThat(missing.exit()).isEqualTo(3);
    assertRefused(missing);
    assertThat(Execution.of("run", Execution.tiny(folder), "--set", "tp=16").out()).isEmpty();
  }

  /** Its JSON says that it was refused and why; standard error says the same. */
  private static void assertRefused(Execution run) {
    assertThat(run.json().path("status").asText()).isEqualTo("error");
    assertThat(run.json().path("diagnosis"))
        .isNotEmpty()
        .allSatisfy(finding -> assertThat(run.err()).contains(finding.asText()));
  }

  @Test
  void anUnknownPlanIsAUsageErrorThatListsThePlans() {
    for (String command : List.of("run", "explain")) {
      Execution run = Execution.of(command, Execution.example("llama3_8b.tfm"), "--plan", "Desk9");
      assertThat(run.exit()).isEqualTo(2);
      assertThat(run.err())
          .contains("unknown plan `Desk9`", "Node8, Pod64")
          .doesNotContain("1:1", "^");
    }
  }

  @Test
  void aFileWithoutPlansIsAFinding() {
    String text = Execution.tinyText();
    Path file =
        Execution.write(folder.resolve("model.tfm"), text.substring(0, text.indexOf("plan Desk8")));
    Execution run = Execution.of("run", file);
    assertThat(run.exit()).isEqualTo(1);
    assertThat(run.err()).contains("error[TFM1003]");
  }

  @Test
  void sizesThatCannotBeCountedAreTheInputsFault() {
    Path tiny = Execution.tiny(folder);
    String huge = "hidden=549755813888,ffn=549755813888,seq=549755813888";
    for (String command : List.of("run", "explain")) {
      Execution execution = Execution.of(command, tiny, "--set", huge);
      assertThat(execution.exit()).isEqualTo(1);
      assertThat(execution.err()).contains("error[TFM2031]");
    }
  }

  @Test
  void threadsAreCounted() {
    Path tiny = Execution.tiny(folder);
    Path traces = folder.resolve("traces");
    assertThat(Execution.of("emit", tiny, "-o", traces, "--threads", "0").exit()).isEqualTo(2);
    assertThat(Execution.of("emit", tiny, "-o", traces, "--threads", "x").exit()).isEqualTo(2);
    assertThat(Execution.of("run", tiny, "--threads", "2").exit()).isEqualTo(2);
  }
}
