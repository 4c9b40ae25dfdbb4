package io.heddle.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ValidateServingTest {
  private static final String HEAD =
      "row_id,family,class,model,gpu,framework,gemm,mode,isl,osl,concurrency,gpus,tp,pp,dp,ttft_ms,"
          + "tpot_ms,source,needs,exclude\n";

  private static final String DENSE =
      "a,f,dense_agg,llama3.1_70b,h200,vllm,fp8,agg,1024,1024,16,8,8,1,1,109.3,9.7122,inferencex,,\n";

  @TempDir private Path folder;

  private Path table(String... rows) {
    return Execution.write(folder.resolve("serving.csv"), HEAD + String.join("", rows));
  }

  @Test
  void predictsRequestsOfADenseModel() {
    Execution validated = Execution.of("validate", table(DENSE), "--json");
    assertThat(validated.err()).isEmpty();
    assertThat(validated.exit()).isZero();
    for (JsonNode of : validated.json().get("classes")) {
      assertThat(of.get("predicted").asInt()).as(of.toString()).isEqualTo(1);
      assertThat(of.get("mean").asDouble()).as(of.toString()).isLessThan(0.25);
    }
    assertThat(validated.out())
        .contains("TPOT dense_agg", "TTFT dense_agg", "GPU seconds a token dense_agg");
  }

  /** Columns that say what is guessed: tokens take less, and the step is that of all of them. */
  @Test
  void statedSpeculationCounts() {
    String head = HEAD.replace("exclude\n", "exclude,speculate,accept\n");
    String row = DENSE.replace("inferencex,,\n", "inferencex,,");
    Path table =
        Execution.write(
            folder.resolve("guesses.csv"),
            head
                + row
                + ",,\n"
                + row.replace("a,f", "b,f")
                + ",3,0.7\n"
                + row.replace("a,f", "c,f")
                + ",3,0.9\n"
                + row.replace("a,f", "d,f")
                + ",3,\n"
                + row.replace("a,f", "e,f")
                    .replace("inferencex,", "inferencex,speculation_unstated")
                + ",,\n");
    assertThat(Execution.of("validate", table, "--show", "b").out()).contains("speculate = 3");
    Execution validated = Execution.of("validate", table, "--json");
    JsonNode rows = validated.json().get("rows");
    double plain = rows.get(0).get("predicted_s").asDouble();
    double some = rows.get(3).get("predicted_s").asDouble();
    double more = rows.get(6).get("predicted_s").asDouble();
    assertThat(more).isLessThan(some);
    assertThat(some).isBetween(plain / 2.6, plain / 1.5);
    assertThat(validated.out()).contains("the row states no accept", "speculation unstated");
  }

  @Test
  void wrongSpeculationIsAnErrorOfTheTable() {
    String head = HEAD.replace("exclude\n", "exclude,speculate,accept\n");
    String row = DENSE.replace("inferencex,,\n", "inferencex,,");
    for (String wrong : new String[] {",3,1.5\n", ",65,0.5\n", ",x,0.5\n", ",2.5,0.5\n"}) {
      Path table = Execution.write(folder.resolve("wrong.csv"), head + row + wrong);
      Execution validated = Execution.of("validate", table);
      assertThat(validated.exit()).as(wrong + validated.out()).isEqualTo(1);
      assertThat(validated.err()).as(wrong).contains("wrong.csv:2:");
    }
  }

  /** One GPU has no messages, and more ranks than heads of keys share these. */
  @Test
  void takesOneRankAndMoreRanksThanHeads() {
    Execution validated =
        Execution.of(
            "validate",
            table(
                DENSE.replace("16,8,8,1,1", "16,1,1,1,1"),
                DENSE.replace("16,8,8,1,1", "16,16,16,1,1")),
            "--json");
    assertThat(validated.exit()).as(validated.err()).isZero();
    assertThat(validated.json().get("classes").get(0).get("predicted").asInt()).isEqualTo(2);
  }

  /** Twice the requests on twice the replicas are the same to each. */
  @Test
  void replicasShareTheRequests() {
    Execution validated =
        Execution.of(
            "validate",
            table(
                DENSE.replace("16,8,8,1,1", "16,4,4,1,1"),
                DENSE.replace("16,8,8,1,1", "32,8,4,1,2"),
                DENSE.replace("16,8,8,1,1", "32,8,4,1,1")),
            "--json");
    JsonNode rows = validated.json().get("rows");
    double one = rows.get(0).get("predicted_s").asDouble();
    assertThat(one).isPositive();
    assertThat(rows.get(3).get("predicted_s").asDouble()).isEqualTo(one);
    assertThat(rows.get(6).get("predicted_s").asDouble()).isEqualTo(one);
  }

  @Test
  void listsWhatCannotBeSaid() {
    Execution validated =
        Execution.of(
            "validate",
            table(
                DENSE.replace("a,f", "x,f").replace("llama3.1_70b", "glm_5"),
                DENSE.replace("a,f", "y,f").replace("agg,1024", "disagg,1024"),
                DENSE.replace("a,f", "z,f").replace("inferencex,,", "inferencex,,noisy series"),
                DENSE.replace("a,f", "w,f").replace("llama3.1_70b", "somebody_s")));
    assertThat(validated.exit()).isZero();
    assertThat(validated.out())
        .contains(
            "not predicted: no model of it in the library: x\n",
            "not predicted: the row states no p_pp: y\n",
            "not predicted: the mapping has no model somebody_s: w\n",
            "1 rows are excluded by the table");
  }

  /** Experts in parts on all ranks, and whole ones on the ranks of all replicas. */
  @ParameterizedTest
  @CsvSource({
    "'8,8,1,1,8,1', 'fe over tp, tq', ''",
    "'8,1,1,8,1,8', 'e over ep', 'view'",
    "'8,8,1,1,1,8', 'e over tp, tq', ''",
    "'8,8,1,1,2,4', 'fe over tp, tq', 'a part of each expert'"
  })
  void modelsWithExpertsAreSaid(String layout, String rule, String more) {
    String head = HEAD.replace("pp,dp,", "pp,dp,etp,ep,");
    String row = DENSE.replace("llama3.1_70b", "qwen3_235b_a22b").replace("8,8,1,1", layout);
    Path table = Execution.write(folder.resolve("experts.csv"), head + row);
    Execution shown = Execution.of("validate", table, "--show", "a");
    assertThat(shown.exit()).as(shown.err()).isZero();
    Execution validated = Execution.of("validate", table, "--json");
    assertThat(shown.out() + validated.out()).contains(rule, more);
    assertThat(validated.json().get("rows").get(0).get("predicted_s").asDouble())
        .isBetween(0.001, 0.05);
  }

  /** Four replicas draw tokens for 32 requests, one takes in their prompts. */
  @Test
  void twoPoolsAreTwoPlans() {
    String pools = "p_workers,p_tp,p_pp,p_dp,p_etp,p_ep,d_workers,d_tp,d_pp,d_dp,d_etp,d_ep,";
    String head = HEAD.replace("tp,pp,dp,", "tp,pp,dp," + pools);
    String row =
        DENSE
            .replace("llama3.1_70b", "qwen3_235b_a22b")
            .replace("agg,1024", "disagg,1024")
            .replace("16,8,8,1,1,", "32,20,,,,1,4,1,1,1,4,4,4,1,1,1,4,");
    Path table = Execution.write(folder.resolve("pools.csv"), head + row);
    Execution shown = Execution.of("validate", table, "--show", "a");
    assertThat(shown.exit()).as(shown.err()).isZero();
    assertThat(shown.out()).contains("decode = 8", "e over tp");
    Execution validated = Execution.of("validate", table, "--json");
    JsonNode rows = validated.json().get("rows");
    assertThat(rows.get(0).get("predicted_s").asDouble())
        .as(validated.out())
        .isBetween(0.005, 0.02);
    assertThat(rows.get(1).get("predicted_s").asDouble()).isBetween(0.02, 0.5);
  }

  /** Two stages of four ranks: a replica has eight, and a batch of half of its requests on each. */
  @Test
  void pipelinesHaveABatchOnEachStage() {
    String piped = DENSE.replace("16,8,8,1,1", "16,8,4,2,1");
    Path table = table(piped.replace("a,f", "b,f"), DENSE.replace("16,8,8,1,1", "16,8,4,1,1"));
    Execution shown = Execution.of("validate", table, "--show", "b");
    assertThat(shown.exit()).as(shown.err()).isZero();
    assertThat(shown.out()).contains("layers over pp", "pp = 2", "decode = 8");
    JsonNode rows = Execution.of("validate", table, "--json").json().get("rows");
    double staged = rows.get(0).get("predicted_s").asDouble();
    double plain = rows.get(3).get("predicted_s").asDouble();
    // Each token passes through as many layers on as many ranks, and half of the prompts hold it
    // up.
    assertThat(staged).isBetween(0.9 * plain, 1.6 * plain);
    Path experts =
        Execution.write(
            folder.resolve("experts.csv"),
            HEAD.replace("pp,dp,", "pp,dp,etp,ep,")
                + DENSE
                    .replace("llama3.1_70b", "qwen3_235b_a22b")
                    .replace("16,8,8,1,1", "16,16,2,2,4,1,8"));
    Execution wide = Execution.of("validate", experts, "--show", "a");
    assertThat(wide.out() + wide.err()).contains("moe: (dp tp) = (ep)", "layers over pp");
  }

  /** Experts of Kimi K2 in int4, of gpt-oss in MXFP4, whatever their products are computed in. */
  @ParameterizedTest
  @CsvSource({
    "kimi_k2.5, int4_wo, experts int4_g32",
    "gpt_oss_120b, nvfp4, experts mxfp4",
    "llama3.1_70b, int4_wo, weights int4"
  })
  void weightsInFewBitsAreSaid(String model, String gemm, String said) {
    String row = DENSE.replace("llama3.1_70b", model).replace("fp8", gemm);
    Execution shown = Execution.of("validate", table(row), "--show", "a");
    assertThat(shown.exit()).as(shown.err()).isZero();
    assertThat(shown.out()).contains("bf16, " + said);
    Execution validated = Execution.of("validate", table(row), "--json");
    assertThat(validated.json().get("rows").get(0).get("predicted_s").asDouble())
        .as(validated.out())
        .isBetween(0.001, 0.05);
  }

  @ParameterizedTest
  @CsvSource({
    "'8,4,1,2,2,4', parts of experts on ranks of several replicas",
    "'8,8,1,1,8,8', 'experts on 8 · 8 ranks, tokens on 8 · 1'"
  })
  void saysWhichLayoutsOfExpertsAreNot(String layout, String why) {
    String head = HEAD.replace("pp,dp,", "pp,dp,etp,ep,");
    String row = DENSE.replace("llama3.1_70b", "qwen3_235b_a22b").replace("8,8,1,1", layout);
    Path table = Execution.write(folder.resolve("experts.csv"), head + row);
    assertThat(Execution.of("validate", table).out()).contains("not predicted: " + why);
  }

  @Test
  void showsTheDecodeStepOfARow() {
    Execution shown = Execution.of("validate", table(DENSE), "--show", "a");
    assertThat(shown.exit()).as(shown.err()).isZero();
    assertThat(shown.out()).contains("decode", "engine", "vllm", "hgx_h200_measured");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "16,8,8,1,1 | 16,8,eight,1,1 | column `tp`: `eight` is not a number",
        "16,8,8,1,1 | 16,8,1.5,1,1   | column `tp`: `1.5` is not a whole number",
        "9.7122     | -1             | column `tpot_ms`: -1 is not above 0",
      })
  void saysWhatIsWrongInARow(String of, String by, String what) {
    Execution refused = Execution.of("validate", table(DENSE.replace(of, by)));
    assertThat(refused.exit()).isEqualTo(1);
    assertThat(refused.err()).contains(":2: ", what);
  }
}
