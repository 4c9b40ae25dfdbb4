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
import org.junit.jupiter.params.provider.CsvSource;
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
  void theBusiestRankDecides() {
    JsonNode even = run("even");
    JsonNode hot = run("hot_rank(factor = 2)");
    assertThat(hot.path("iteration_time_ns").asLong())
        .isGreaterThan(even.path("iteration_time_ns").asLong());
    // Each rank has an expert of its own.
    assertThat(hot.path("symmetry").path("colours").asInt()).isEqualTo(8);
  }

  /** Of replicas of the experts one is simulated. */
  @Test
  void ranksWithTheSameExpertsStandForEachOther() throws IOException {
    Files.writeString(
        file,
        Files.readString(file)
            .replace("dp = 2", "dp = 8")
            .replace("= (ep)", "= (edp ep) where ep = 8")
            .replace("batch  8", "batch  32")
            .replace("nodes = 1", "nodes = 4"));
    JsonNode folded = run("log_normal(sigma = 1)");
    // Eight parts of the experts; the rings over dp tell two kinds of nodes apart.
    assertThat(folded.path("symmetry").path("colours").asInt()).isEqualTo(16);
    assertThat(folded.path("symmetry").path("split_by").toString()).contains("loads of experts");
    Execution unfolded =
        Execution.of(
            "run",
            file,
            "--json",
            "--symmetry",
            "off",
            "--set",
            "experts=load=log_normal(sigma = 1)");
    assertThat(unfolded.json().path("ranks")).hasSize(32).isEqualTo(folded.path("ranks"));
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

  /** A table of tokens becomes a load, which plans of other files take. */
  @Test
  void aTableOfTokensIsALoad() throws IOException {
    Path table = folder.resolve("router.csv");
    StringBuilder rows = new StringBuilder("layer,micro_batch,expert,tokens,step\n");
    for (int i = 0; i < 2 * 3 * 8; i++) {
      rows.append("%d,%d,%d,%d,1\n".formatted(i / 24, i / 8 % 3, i % 8, i % 8 == 7 ? 9 : 1));
      rows.append("%d,%d,%d,%d,2\n".formatted(i / 24, i / 8 % 3, i % 8, 0));
    }
    Files.writeString(table, rows);
    Execution load = Execution.of("import", "load", table, "-o", folder.resolve("Router.tfm"));
    assertThat(load.out())
        .isEqualTo(
            folder.resolve("Router.tfm") + ": load Router, 2 layers, 3 micro-batches, 8 experts\n");
    Execution fmt = Execution.of("fmt", "--check", folder.resolve("Router.tfm"));
    assertThat(fmt.exit()).as(fmt.out()).isZero();
    Files.writeString(
        file,
        Files.readString(file)
            .replace("import ", "import \"Router.tfm\"\nimport ")
            .replace("load = hot_rank(factor = 2)", "load = Router"));
    // Of 256 tokens of each of 8 ranks to 2 of 8 experts, all that there are go to the last one.
    assertThat(Execution.of("explain", file, "--plan", "P").out())
        .contains("load       Router of `t`: the rank shown gets 2,048 rows");
    Path copy = folder.resolve("copy.tfm");
    Files.writeString(copy, Execution.of("explain", file, "--plan-text").out());
    assertThat(Execution.of("run", copy, "--json").json().path("iteration_time_ns"))
        .isEqualTo(Execution.of("run", file, "--json").json().path("iteration_time_ns"));
    assertThat(run("even").path("iteration_time_ns").asLong())
        .isLessThan(run("Router").path("iteration_time_ns").asLong());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "layer,expert\\n0,0; column `tokens` is missing",
        "layer,expert,tokens\\n; has no row",
        "layer,expert,tokens\\n0,9999,1; :2: column `expert`: 9999 is not below 4,096",
        "layer,expert,tokens\\n0,0,x; :2: column `tokens`: `x` is not a whole number",
        "layer,expert,tokens\\n0,0,0; no expert of layer 0 has a token in micro-batch 0",
        "layer,expert,tokens,micro_batch\\n0,0,5,1; no expert of layer 0 has a token in micro-batch 0",
      })
  void aTableThatIsNoneIsRefused(String text, String reason) throws IOException {
    Path table = folder.resolve("router.csv");
    Files.writeString(table, text.replace("\\n", "\n"));
    Execution load = Execution.of("import", "load", table);
    assertThat(load.exit()).isEqualTo(1);
    assertThat(load.err()).contains(reason.strip());
    assertThat(load.out()).isEmpty();
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
