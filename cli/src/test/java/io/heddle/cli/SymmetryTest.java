package io.heddle.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What commands say of ranks that are alike, and how they are kept from using it. */
class SymmetryTest {
  @TempDir private Path folder;
  private Path tiny = Path.of("");

  @BeforeEach
  void writeSpecification() {
    tiny = Execution.tiny(folder);
  }

  private static JsonNode json(Object... arguments) {
    Execution run =
        Execution.of(Stream.concat(Stream.of(arguments), Stream.of("--json")).toArray());
    assertThat(run.exit()).as(run.err()).isZero();
    return run.json();
  }

  private static JsonNode without(JsonNode json, String field) {
    ObjectNode copy = json.deepCopy();
    copy.remove(field);
    return copy;
  }

  @Test
  void offSimulatesEveryRankAndComesToTheSame() {
    JsonNode on = json("run", tiny);
    JsonNode off = json("run", tiny, "--symmetry", "off");
    assertThat(on.path("symmetry").path("colours").asInt()).isLessThan(8);
    assertThat(on.path("symmetry").path("unfolded").isNull()).isTrue();
    assertThat(on.path("symmetry").path("split_by").get(0).asText()).isEqualTo("pipeline stage");
    assertThat(off.path("symmetry").path("colours").asInt()).isEqualTo(8);
    assertThat(off.path("symmetry").path("unfolded").asText()).isEqualTo("symmetry is off");
    assertThat(without(off, "symmetry")).isEqualTo(without(on, "symmetry"));
    assertThat(json("run", tiny, "--symmetry", "on")).isEqualTo(on);
  }

  /** Tokens go to the experts of other ranks in messages, which are worked out at once. */
  @Test
  void exchangesOfExpertsComeToTheSame() {
    Object[] run = {"run", "std/models/gpt_oss.tfm", "--set", "layers=2,batch=64", "--no-cache"};
    JsonNode on = json(run);
    JsonNode off = json(Stream.concat(Stream.of(run), Stream.of("--symmetry", "off")).toArray());
    assertThat(on.path("symmetry").path("colours").asInt()).isBetween(2, 32);
    assertThat(without(off, "symmetry")).isEqualTo(without(on, "symmetry"));
  }

  /** Few micro-batches tell of many. */
  @Test
  void aLongStepComesToTheSame() {
    JsonNode on = json("run", tiny, "--set", "batch=256", "--no-cache");
    JsonNode off = json("run", tiny, "--set", "batch=256", "--symmetry", "off", "--no-cache");
    assertThat(without(off, "symmetry")).isEqualTo(without(on, "symmetry"));
  }

  @Test
  void aRunSaysWhyItDoesNotFold() {
    JsonNode jitter = json("run", tiny, "--jitter", "0.1");
    assertThat(jitter.path("symmetry").path("unfolded").asText()).startsWith("kernels jitter");
    JsonNode path = json("run", tiny, "--critical-path");
    // All ranks run for it; that they are alike stays true.
    assertThat(path.path("symmetry")).isEqualTo(json("run", tiny).path("symmetry"));
    JsonNode congested = json("run", tiny, "--backend", "congestion-aware");
    assertThat(congested.path("symmetry").path("unfolded").asText()).startsWith("links are shared");
  }

  @Test
  void aComparisonTakesItToo() {
    JsonNode on = json("compare", tiny).path("modes");
    JsonNode off = json("compare", tiny, "--symmetry", "off").path("modes");
    assertThat(on.path("flattened").path("symmetry").path("unfolded").isNull()).isTrue();
    assertThat(off.path("flattened").path("symmetry").path("colours").asInt()).isEqualTo(8);
    assertThat(off.path("flattened").path("iteration_time_ns"))
        .isEqualTo(on.path("flattened").path("iteration_time_ns"));
  }

  @Test
  void explainListsTheClasses() {
    Execution text = Execution.of("explain", tiny, "--symmetry");
    assertThat(text.exit()).as(text.err()).isZero();
    assertThat(text.out())
        .contains("of 8 ranks are simulated", "ranks differ by pipeline stage", "first rank");
    JsonNode json = json("explain", tiny, "--symmetry");
    int ranks = 0;
    for (JsonNode colour : json.path("classes")) {
      ranks += colour.path("ranks").asInt();
    }
    assertThat(ranks).isEqualTo(8);
    assertThat(json.path("classes")).hasSize(json.path("symmetry").path("colours").asInt());
  }

  @Test
  void explainPrintsOneThing() {
    Execution both = Execution.of("explain", tiny, "--symmetry", "--schedule");
    assertThat(both.exit()).isEqualTo(2);
    assertThat(both.err()).contains("--plan-text, --schedule, --symmetry, --why: give one of them");
  }

  @Test
  void itIsOnOrOff() {
    Execution run = Execution.of("run", tiny, "--symmetry", "maybe");
    assertThat(run.exit()).isEqualTo(2);
    assertThat(run.err()).contains("'maybe' is neither on nor off");
  }
}
