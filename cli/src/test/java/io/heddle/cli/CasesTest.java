package io.heddle.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigInteger;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Specifications that once ended in silence, in a fault, or in the wrong words. */
final class CasesTest {
  private static final Path FOLDER = Path.of("src/test/resources/io/heddle/cli/cases");

  private static Execution run(String name) {
    return Execution.of("run", FOLDER.resolve(name + ".tfm"), "--mode", "analytical", "--no-cache");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "block_name_underscore1",
        "result_named_underscore",
        "crash_case",
        "crash_dx",
        "crash_layer",
        "crash_out",
        "crash_underscore",
        "outer"
      })
  void runs(String name) {
    Execution run = run(name);
    assertThat(run.exit()).as(run.err()).isZero();
    assertThat(run.out()).contains("iteration time");
  }

  @ParameterizedTest
  @CsvSource({
    "top_unknown_name, :12:38: error[TFM1001]: unknown parameter `nosuch`",
    "top_dim, :12:38: error[TFM1001]: unknown parameter `h`",
    "attend_number, :10:25: error[TFM2052]: a number stands here in place of a tensor",
    "dbrx, error[TFM2010]: the operations of `qkv` do not make one kernel"
  })
  void isRefusedWithAPlace(String name, String finding) {
    Path file = FOLDER.resolve(name + ".tfm");
    Execution check = Execution.of("check", file);
    assertThat(check.exit()).isEqualTo(1);
    assertThat(check.out()).contains(finding).contains("1 file checked: 1 error, 0 warnings");
    Execution run = run(name);
    assertThat(run.exit()).isEqualTo(1);
    assertThat(run.err()).contains(finding);
  }

  /** One cause is one finding, at the rule that is guilty, with an edit that helps. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "dup_axis | :44:12: error[TFM3003] | name it in a `stream:` line only",
        "two_axes_same | :41:20: error[TFM3004] | leave one of the two dimensions whole",
        "missing_b | :46:31: error[TFM3019] | add `b over dp` to `shard`",
        "b_over_view_axis | :24:61: error[TFM3025] | split it over axes of the mesh only",
        "tensor_beyond_kv_heads | :7:13: error[TFM3002] | `g over tpa  r over tpb`, all else over both",
        "no_import | :48:6: error[TFM1001] | `import \"std/clusters.tfm\"`",
      })
  void aBeginnersMistakeIsOneFinding(String name, String finding, String help) {
    Execution check = Execution.of("check", FOLDER.resolve(name + ".tfm"));
    assertThat(check.exit()).isEqualTo(1);
    assertThat(check.out()).contains(finding).contains(help).contains("1 error, 0 warnings");
  }

  @Test
  void theOnePlanOfAFileNeedsNoName() {
    assertThat(run("imported_plan_counts").exit()).isZero();
  }

  /** Only a sum over all replicas passes 2^63. */
  @ParameterizedTest
  @ValueSource(strings = {"405b_16384ranks_mb4", "405b_65536ranks"})
  void largePlansAreCounted(String name) {
    Execution check = Execution.of("check", FOLDER.resolve(name + ".tfm"));
    assertThat(check.exit()).as(check.out()).isZero();
    Execution run =
        Execution.of(
            "run",
            FOLDER.resolve(name + ".tfm"),
            "--plan",
            "P",
            "--mode",
            "analytical",
            "--no-cache");
    assertThat(run.exit()).as(run.err()).isZero();
  }

  /** To the last one, far beyond 2^63, by formulas as by a simulation. */
  @ParameterizedTest
  @ValueSource(strings = {"analytical", "flattened"})
  void replicasAreCountedAsOftenAsThereAre(String mode) {
    JsonNode all = counted(mode);
    JsonNode few = counted(mode, "--set", "dp=2,batch=32,nodes=32");
    BigInteger times = BigInteger.valueOf(256);
    assertThat(all.path("operations").path("all").bigIntegerValue().bitLength()).isGreaterThan(63);
    for (String kind : List.of("nodes", "operations", "bytes")) {
      all.path(kind)
          .properties()
          .forEach(
              count ->
                  assertThat(count.getValue().bigIntegerValue())
                      .as(kind + " " + count.getKey())
                      .isEqualTo(
                          few.path(kind).path(count.getKey()).bigIntegerValue().multiply(times)));
    }
  }

  private static JsonNode counted(String mode, Object... more) {
    List<Object> words = new ArrayList<>(List.of("run", FOLDER.resolve("405b_65536ranks.tfm")));
    words.addAll(List.of("--mode", mode, "--no-cache", "--json"));
    words.addAll(List.of(more));
    Execution run = Execution.of(words.toArray());
    assertThat(run.exit()).as(run.err()).isZero();
    return run.json();
  }

  @Test
  void emptinessWithoutAWordIsAFault() {
    HeardWriter silent = new HeardWriter(new java.io.StringWriter());
    assertThat(silent.heard()).isFalse();
    silent.writer().print("");
    assertThat(silent.heard()).isFalse();
    silent.writer().print("x");
    assertThat(silent.heard()).isTrue();
  }
}
