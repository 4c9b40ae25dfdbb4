package io.heddle.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Commands on a plan whose experts have different loads. */
class ExpertLoadCommandTest {
  @TempDir private Path folder;
  private Path file = Path.of("");

  @BeforeEach
  void writeSpecification() {
    file = folder.resolve("loads.tfm");
    try {
      Files.writeString(
          file,
          """
          tfm 1
          import "std/models/mixtral.tfm"
          plan P of Mixtral_8x7B(layers = 2, seq = 1024) {
            mesh   dp = 2, tp = 4  view moe: (dp tp) = (ep)
            shard  { b over dp  g voc over tp  e over ep  stream: s over tp }
            batch  8  micro_batch 1
            experts load = hot_rank(factor = 2)
            on     hgx_h100(nodes = 1)
          }
          """);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private JsonNode run(String load) {
    Execution run =
        Execution.of("run", file, "--plan", "P", "--json", "--set", "experts=load=" + load);
    assertThat(run.exit()).as(run.err()).isZero();
    return run.json();
  }

  /** Whatever the load is, all ranks together multiply as much as the model has to. */
  @ParameterizedTest
  @ValueSource(strings = {"even", "hot_expert(factor = 3)", "log_normal(sigma = 2)"})
  void allRanksTogetherDoTheWorkOfTheModel(String load) {
    JsonNode operations = run(load).path("operations");
    assertThat(operations.path("model_matmul")).isEqualTo(operations.path("model"));
  }

  @Test
  void theBusiestRankDecidesAndEveryRankIsSimulated() {
    JsonNode even = run("even");
    JsonNode hot = run("hot_rank(factor = 2)");
    assertThat(hot.path("iteration_time_ns").asLong())
        .isGreaterThan(even.path("iteration_time_ns").asLong());
    assertThat(hot.path("symmetry").path("unfolded").asText()).contains("different loads");
    assertThat(hot.path("symmetry").path("colours").asInt()).isEqualTo(8);
  }

  @Test
  void explainShowsTheBusiestRank() {
    Execution explain = Execution.of("explain", file, "--plan", "P");
    // 256 tokens to 2 of 8 experts, one on each rank: 512 rows on average, twice as many here.
    assertThat(explain.out())
        .contains(
            "load       hot_rank(factor = 2) of `t`: the rank shown gets 1,024 rows, the most that"
                + " any gets; an even share is 512")
        .containsPattern("gate_up +gemm +M 1024 K 4096 N 28672|gate_up +gemm +batch 1 M 1024");
  }

  @ParameterizedTest
  @ValueSource(strings = {"hierarchical", "hybrid", "analytical"})
  void modesWithoutSingleRanksRefuse(String mode) {
    Execution run = Execution.of("run", file, "--plan", "P", "--mode", mode);
    assertThat(run.exit()).isEqualTo(1);
    assertThat(run.err()).contains("no loads of experts; take mode flattened");
    assertThat(run.out()).isEmpty();
  }
}
