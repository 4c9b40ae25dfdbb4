package io.heddle.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.heddle.cli.option.CacheOptions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Requests to plans of a small model. */
class LoadCommandTest {
  static final String PLANS =
      """
      plan Prefill of Tiny {
        mesh    tp = 2
        shard   { n f voc over tp }
        prefill 64
        cache   (page = 16)
        on      desk(nodes = 1)
      }
      plan Decode of Tiny {
        mesh   tp = 2
        shard  { n f voc over tp }
        decode 8 (context = 32)
        cache  (page = 16)
        on     desk(nodes = 1)
      }
      serve Chat of Tiny {
        pool     both 2 of Prefill and Decode
        requests poisson 200 (input = 60, output = 20, spread = 50 %, count = 300)
        batching vllm (tokens = 128, sequences = 8)
        route    least_loaded
        goal     ttft p99 <= 1 s, tpot p95 <= 1 ns
      }
      serve Apart of Tiny {
        pool     prefill 1 of Prefill, decode 1 of Decode
        transfer (at = 1 GB/s, latency = 20 us, overlap = layer)
        requests closed 6 (input = 60, output = 20, count = 100)
        batching sglang (tokens = 128, sequences = 8, pages = 40)
      }
      serve Guessed of Tiny {
        pool     both 2 of Prefill and Guesses
        requests poisson 200 (input = 60, output = 20, spread = 50 %, count = 300)
        batching vllm (tokens = 128, sequences = 8)
        route    least_loaded
      }
      serve GuessedApart of Tiny {
        pool     prefill 1 of Prefill, decode 1 of Guesses
        transfer (at = 1 GB/s, latency = 20 us, overlap = layer)
        requests closed 6 (input = 60, output = 20, count = 100)
        batching sglang (tokens = 128, sequences = 8, pages = 40)
      }
      plan Guesses of Tiny {
        mesh   tp = 2
        shard  { n f voc over tp }
        decode 8 (context = 32, speculate = 3, accept = 0.7)
        cache  (page = 16)
        on     desk(nodes = 1)
      }
      """;

  /** Says how long kernels take to start. */
  private static final String STARTS =
      "peak bf16 50 TFLOPS\n  memory 16 GiB at 800 GB/s\n  kernel pointwise (start = 1 us)\n}";

  private static final String SHEET =
      "peak bf16 100 TFLOPS at 50 %\n  memory 16 GiB at 1000 GB/s at 80 %\n}";

  @TempDir private Path folder;
  private String file;

  @BeforeEach
  void write() throws IOException {
    file =
        Execution.write(
                folder.resolve("load.tfm"), Execution.tinyText().replace(SHEET, STARTS) + PLANS)
            .toString();
  }

  private static String out(Object... arguments) {
    Execution run = Execution.of(arguments);
    assertThat(run.err()).isEmpty();
    assertThat(run.exit()).isZero();
    return run.out();
  }

  private JsonNode json(Object... more) throws IOException {
    Object[] arguments = new Object[4 + more.length];
    System.arraycopy(new Object[] {"load", file, "--no-cache", "--json"}, 0, arguments, 0, 4);
    System.arraycopy(more, 0, arguments, 4, more.length);
    return new ObjectMapper().readTree(out(arguments));
  }

  @Test
  void latenciesGoalsAndPoolsAreShown() {
    assertThat(out("load", file, "--serve", "Chat", "--no-cache"))
        .contains("Chat of Tiny: 300 requests, vllm")
        .containsPattern("time to first token +\\d")
        .containsPattern("ttft p99 <= 1.000 s +\\S+ \\S+ +reached")
        .containsPattern("tpot p95 <= 1 ns +\\S+ \\S+ +not reached")
        .containsPattern("goodput +0.0 requests/s")
        .containsPattern("both +2 +4 ")
        .contains("random steps err by 0.");
  }

  /** A step takes little longer and yields more tokens, so that a token takes less. */
  @Test
  void guessesMakeTokensFaster() throws IOException {
    for (String[] pair : new String[][] {{"Chat", "Guessed"}, {"Apart", "GuessedApart"}}) {
      JsonNode plain = json("--serve", pair[0]);
      JsonNode guessed = json("--serve", pair[1]);
      assertThat(plain.has("tokens_per_verified_step")).isFalse();
      double yielded = guessed.get("tokens_per_verified_step").asDouble();
      // What is beyond the last of few tokens of a request is cut off.
      assertThat(yielded).isBetween(2.2, 2.533);
      assertThat(guessed.get("output_tokens").asLong())
          .isEqualTo(plain.get("output_tokens").asLong());
      double ratio =
          guessed.at("/times/tpot/mean").asDouble() / plain.at("/times/tpot/mean").asDouble();
      assertThat(ratio).isBetween(1 / 2.6, 0.8);
    }
    assertThat(out("load", file, "--serve", "Guessed", "--no-cache"))
        .containsPattern("speculation +2\\.\\d\\d tokens a step of a sequence");
  }

  @Test
  void aReportShowsTheTimesOfRequestsAndThePools() throws IOException {
    Path page = folder.resolve("chat.html");
    String text = out("load", file, "--serve", "Chat", "--no-cache", "--report", page);
    assertThat(text).isEqualTo(out("load", file, "--serve", "Chat", "--no-cache"));
    assertThat(Files.readString(page))
        .startsWith("<!DOCTYPE html>")
        .contains("300 requests, scheduled as by vllm, on 4 GPUs.", "ttft p99", "not reached")
        .contains("\"id\":\"ttft\"", "\"id\":\"queue\"", "\"id\":\"both-pages\"")
        .contains(">100 %<");
  }

  @Test
  void aReportIsNotWrittenOverWhatIsRead() throws IOException {
    String before = Files.readString(Path.of(file));
    Execution run = Execution.of("load", file, "--serve", "Chat", "--report", file);
    assertThat(run.exit()).isNotZero();
    assertThat(run.err()).contains("--report");
    assertThat(Files.readString(Path.of(file))).isEqualTo(before);
    Path missing = folder.resolve("no/such/chat.html");
    assertThat(Execution.of("load", file, "--serve", "Chat", "--report", missing).err())
        .contains("--report");
  }

  @Test
  void aSeedGivesTheSameBytesWhateverTheThreads() {
    String once = out("load", file, "--serve", "Chat", "--no-cache", "--seed", 3, "--threads", 1);
    assertThat(out("load", file, "--serve", "Chat", "--no-cache", "--seed", 3, "--threads", 4))
        .isEqualTo(once);
    assertThat(out("load", file, "--serve", "Chat", "--no-cache", "--seed", 4)).isNotEqualTo(once);
  }

  /** One request alone: its times are those of the steps themselves. */
  @Test
  void oneRequestTakesItsSteps() throws IOException {
    Path requests = Execution.write(folder.resolve("one.csv"), "arrival_s,input,output\n0,64,2\n");
    JsonNode load = json("--serve", "Chat", "--requests", requests);
    assertThat(load.at("/times/ttft/mean").doubleValue())
        .isCloseTo(step("Prefill"), within(0.005 * step("Prefill")));
    double decode = step("Decode", "--set", "decode=1", "--set", "context=64");
    assertThat(load.at("/times/tpot/mean").doubleValue()).isCloseTo(decode, within(0.005 * decode));
    assertThat(load.at("/output_tokens").longValue()).isEqualTo(2);
  }

  private double step(String plan, Object... more) throws IOException {
    Object[] arguments = new Object[6 + more.length];
    Object[] first = {"run", file, "--plan", plan, "--no-cache", "--json"};
    System.arraycopy(first, 0, arguments, 0, first.length);
    System.arraycopy(more, 0, arguments, first.length, more.length);
    return new ObjectMapper().readTree(out(arguments)).at("/inference/step_seconds").doubleValue();
  }

  @Test
  void twoPoolsServeWhatTheirPagesHold() throws IOException {
    JsonNode load = json("--serve", "Apart");
    assertThat(load.get("answered").intValue()).isEqualTo(100);
    assertThat(load.at("/pools/0/role").textValue()).isEqualTo("prefill");
    assertThat(load.at("/pools/1/pages").intValue()).isEqualTo(40);
    assertThat(load.at("/pools/1/most_pages").intValue()).isBetween(5, 40);
    assertThat(load.at("/pools/1/most_running").intValue()).isBetween(1, 6);
  }

  @Test
  void measuredTimesOfAFileAreComparedWith() throws IOException {
    Path requests =
        Execution.write(
            folder.resolve("measured.csv"),
            "arrival_s,input,output,first_token_s,last_token_s\n0,64,2,0.5,0.6\n");
    assertThat(out("load", file, "--serve", "Chat", "--no-cache", "--requests", requests))
        .contains("against the file")
        .containsPattern("time to first token, mean +500.000 ms");
    assertThat(
            json("--serve", "Chat", "--requests", requests).at("/measured/0/error").doubleValue())
        .isBetween(-1.0, 1.0);
  }

  /** The count of requests that are drawn is none of a file; that of a file is said to cut it. */
  @Test
  void filesAreServedToTheirEndsUnlessACountSaysOtherwise() throws IOException {
    StringBuilder rows = new StringBuilder("arrival_s,input,output\n");
    for (int i = 0; i < 301; i++) {
      rows.append(i).append(",8,1\n");
    }
    Path requests = Execution.write(folder.resolve("many.csv"), rows.toString());
    JsonNode all = json("--serve", "Chat", "--requests", requests);
    assertThat(all.get("answered").intValue()).isEqualTo(301);
    assertThat(all.get("cut").booleanValue()).isFalse();
    Execution.write(
        Path.of(file),
        Files.readString(Path.of(file))
            .replaceFirst("requests poisson.*", "requests trace \"many.csv\" (count = 20)"));
    assertThat(out("load", file, "--serve", "Chat", "--no-cache"))
        .contains("Chat of Tiny: 20 requests")
        .contains("the file has more rows than the first 20 requests, which were served");
    assertThat(json("--serve", "Chat").get("cut").booleanValue()).isTrue();
  }

  /** Prompts of which the budget leaves one token: a pool of prompts computes it as one. */
  @Test
  void aPoolOfPromptsComputesALastTokenAlone() throws IOException {
    Path requests =
        Execution.write(folder.resolve("odd.csv"), "arrival_s,input,output\n0,129,2\n0,129,2\n");
    assertThat(json("--serve", "Apart", "--requests", requests).get("answered").intValue())
        .isEqualTo(2);
  }

  @Test
  void whereAllRequestsAreRefusedNoShareIsNamed() throws IOException {
    Path requests =
        Execution.write(folder.resolve("large.csv"), "arrival_s,input,output\n0,2000,2\n");
    Execution.write(
        Path.of(file),
        Files.readString(Path.of(file))
            .replaceFirst("sequences = 8\\)", "sequences = 8, pages = 4)"));
    assertThat(out("load", file, "--serve", "Chat", "--no-cache", "--requests", requests))
        .contains("0 requests, vllm; 1 refused")
        .containsPattern("goodput +0.0 requests/s +no request was answered")
        .doesNotContain("NaN");
  }

  /** Some request would end later than 63 bits of ns say. */
  @Test
  void stepsThatWereSimulatedSurviveAFailure() throws IOException {
    Path known = CacheOptions.ofUser().folder().orElseThrow();
    String machine = "latency %d ns".formatted(1_000 + System.nanoTime() % 1_000_000_000);
    Path failing =
        Execution.write(
            folder.resolve("failing.tfm"),
            Files.readString(Path.of(file))
                .replace("latency 500 ns", machine)
                .replace("poisson 200", "poisson 0.000000001"));
    Instant begin = Files.getLastModifiedTime(failing).toInstant();
    Execution run = Execution.of("load", failing, "--serve", "Chat");
    assertThat(run.err()).contains("the run takes longer than 63 bits of ns hold");
    try (Stream<Path> entries = Files.walk(known)) {
      assertThat(entries.filter(Files::isRegularFile).map(LoadCommandTest::modified))
          .anyMatch(time -> !time.isBefore(begin));
    }
  }

  private static String staged(String plans) {
    return plans
        .replace("mesh   tp = 2", "mesh   pp = 2")
        .replace("mesh    tp = 2", "mesh    pp = 2")
        .replace("shard  { n f voc over tp }", "shard  { layers over pp }")
        .replace("shard   { n f voc over tp }", "shard   { layers over pp }");
  }

  /**
   * A pipeline has a batch on each of its stages: two users get a token at each end of a step, as
   * one does, and with many the rate is that of a stage.
   */
  @Test
  void stagesHaveABatchEach() throws IOException {
    String text =
        staged(Files.readString(Path.of(file)))
            + """
            serve One of Tiny {
              pool     both 1 of Prefill and Decode
              requests closed 1 (input = 16, output = 200, count = 4)
              batching vllm (tokens = 128, sequences = 8)
            }
            serve Two of Tiny {
              pool     both 1 of Prefill and Decode
              requests closed 2 (input = 16, output = 200, count = 8)
              batching vllm (tokens = 128, sequences = 8)
            }
            """;
    file = Execution.write(folder.resolve("staged.tfm"), text).toString();
    JsonNode one = json("--serve", "One");
    JsonNode two = json("--serve", "Two");
    JsonNode pool = one.at("/pools/0");
    assertThat(pool.get("stages").asInt()).isEqualTo(2);
    assertThat(pool.get("replicas").asInt()).isEqualTo(1);
    assertThat(pool.get("most_running").asInt()).isEqualTo(1);
    assertThat(two.at("/pools/0/most_running").asInt()).isEqualTo(2);
    assertThat(two.at("/pools/0/most_pages").asInt())
        .isBetween(pool.get("most_pages").asInt() + 1, 2 * pool.get("most_pages").asInt());
    assertThat(pool.get("pages").asLong() * pool.get("page_bytes").asLong())
        .isEqualTo(pool.get("cache_bytes").asLong());
    double alone = one.at("/times/tpot/mean").asDouble();
    JsonNode step =
        Execution.of("run", file, "--plan", "Decode", "--set", "decode=1,context=116", "--json")
            .json()
            .get("inference");
    assertThat(alone).isCloseTo(step.get("step_seconds").asDouble(), within(0.02 * alone));
    assertThat(two.at("/times/tpot/mean").asDouble())
        .isBetween(0.99 * alone, 1.02 * step.get("period_seconds").asDouble());
    for (String serve : new String[] {"Chat", "Apart", "Guessed", "GuessedApart"}) {
      JsonNode served = json("--serve", serve);
      assertThat(served.at("/answered").asInt()).isPositive();
      assertThat(served.at("/pools/0/busy").asDouble()).isBetween(0.0, 1.0);
    }
    assertThat(out("load", file, "--serve", "Chat", "--no-cache"))
        .contains("step times of decode on a stage: ");
  }

  /**
   * Each of two stages has half of four layers: keys and values of 64 numbers of two bytes, of 16
   * tokens. Two batches have as many pages each; a page that is left over has none.
   */
  @Test
  void aPipelineHasThePagesOfAllBatches() throws IOException {
    long bytes = 2 * (64 + 64) * 2 * 16;
    file =
        Execution.write(
                folder.resolve("staged.tfm"),
                staged(Files.readString(Path.of(file))).replace("pages = 40", "pages = 41"))
            .toString();
    JsonNode given = json("--serve", "Apart").at("/pools/1");
    assertThat(given.get("batches").asInt()).isEqualTo(2);
    assertThat(given.get("pages").asInt()).isEqualTo(40);
    assertThat(given.get("page_bytes").asLong()).isEqualTo(bytes);
    assertThat(given.get("cache_bytes").asLong()).isEqualTo(40 * bytes);
    // Of six users, a batch has three.
    assertThat(given.get("most_running").asInt()).isBetween(5, 6);
    assertThat(given.get("most_pages").asInt()).isBetween(5 * 4, 6 * 5);
    JsonNode filled = json("--serve", "Chat").at("/pools/0");
    assertThat(filled.get("page_bytes").asLong()).isEqualTo(bytes);
    long room = (long) (0.9 * (16L << 30)) - filled.get("other_bytes").asLong();
    assertThat(filled.get("pages").asLong()).isEqualTo(room / (2 * bytes) * 2);
    assertThat(filled.get("cache_bytes").asLong()).isEqualTo(room / (2 * bytes) * 2 * bytes);
  }

  /** Both kinds of steps run on the same stages. */
  @Test
  void stagesOfBothPlansAgree() throws IOException {
    Path failing =
        Execution.write(
            folder.resolve("failing.tfm"),
            Files.readString(Path.of(file))
                .replace("mesh   tp = 2", "mesh   pp = 2")
                .replace("shard  { n f voc over tp }", "shard  { layers over pp }"));
    String finding =
        "error[TFM4031]: a pool `both` cannot use plan `Decode`: it has 2 stages, plan `Prefill`"
            + " has 1 stage";
    Execution check = Execution.of("check", failing);
    assertThat(check.exit()).isEqualTo(1);
    assertThat(check.out()).containsPattern("failing\\.tfm:\\d+:\\d+: " + Pattern.quote(finding));
    Execution run = Execution.of("load", failing, "--serve", "Chat");
    assertThat(run.err()).contains(finding);
    assertThat(run.exit()).isEqualTo(1);
  }

  /** Whether in one pool or in two. */
  @ParameterizedTest
  @CsvSource({"Chat, both", "Apart, decode"})
  void plansAreOfOneModel(String serve, String role) throws IOException {
    Path failing =
        Execution.write(
            folder.resolve("failing.tfm"),
            Files.readString(Path.of(file))
                .replace("Decode of Tiny", "Decode of Tiny(layers = 2)"));
    String finding =
        "error[TFM4031]: a pool `%s` cannot use plan `Decode`: it has a model of".formatted(role);
    assertThat(Execution.of("check", failing).out()).contains(finding);
    Execution run = Execution.of("load", failing, "--serve", serve);
    assertThat(run.exit()).isEqualTo(1);
    assertThat(run.err()).contains(finding);
  }

  @Test
  void decodeOnADeviceThatDoesNotSayHowKernelsStartIsWarnedOf() throws IOException {
    file =
        Execution.write(
                folder.resolve("sheet.tfm"), Files.readString(Path.of(file)).replace(STARTS, SHEET))
            .toString();
    Execution run = Execution.of("load", file, "--serve", "Apart", "--no-cache");
    assertThat(run.exit()).isZero();
    assertThat(run.err()).startsWith("warning: pool `decode`: decode times mean nothing here: ");
    JsonNode warnings =
        Execution.of("load", file, "--serve", "Apart", "--json").json().get("warnings");
    assertThat(warnings).hasSize(1);
    assertThat(warnings.get(0).asText()).startsWith("pool `decode`: decode times mean nothing");
  }

  @Test
  void pagesThatADeviceHasNoMemoryForAreWarnedOf() throws IOException {
    assertThat(json("--serve", "Apart").get("warnings")).isEmpty();
    file =
        Execution.write(
                folder.resolve("pages.tfm"),
                Files.readString(Path.of(file)).replace("pages = 40", "pages = 1000000000"))
            .toString();
    Execution run = Execution.of("load", file, "--serve", "Apart");
    assertThat(run.exit()).isZero();
    assertThat(run.err())
        .containsPattern("warning: \\S*pages\\.tfm:\\d+:3: the pages of pool `prefill` take ")
        .contains("the pages of pool `decode` take ");
    assertThat(Execution.of("load", file, "--serve", "Apart", "--json").json().get("warnings"))
        .hasSize(2);
  }

  /** No more run at a time than `sequences` allows, and no more is kept than `pages`. */
  @ParameterizedTest
  @ValueSource(strings = {"sequences = 1", "sequences = 8, pages = 1"})
  void aPipelineHasNoMoreBatchesThanItsLimits(String limits) throws IOException {
    file =
        Execution.write(
                folder.resolve("one.tfm"),
                staged(Files.readString(Path.of(file)))
                    + """
                    serve One of Tiny {
                      pool     both 1 of Prefill and Decode
                      requests closed 2 (input = 8, output = 4, count = 8)
                      batching vllm (tokens = 128, %s)
                    }
                    """
                        .formatted(limits))
            .toString();
    JsonNode pool = json("--serve", "One").at("/pools/0");
    assertThat(pool.get("stages").asInt()).isEqualTo(2);
    assertThat(pool.get("batches").asInt()).isEqualTo(1);
    assertThat(pool.get("most_running").asInt()).isEqualTo(1);
    assertThat(pool.get("busy").asDouble()).isBetween(0.9, 1.0);
  }

  private static Instant modified(Path path) {
    try {
      return Files.getLastModifiedTime(path).toInstant();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void whatCannotBeServedIsSaid() throws IOException {
    Execution none = Execution.of("load", Execution.example("llama3_8b.tfm"));
    assertThat(none.exit()).isEqualTo(1);
    assertThat(none.err()).contains("has no serve");
    Execution missing =
        Execution.of("load", file, "--serve", "Chat", "--requests", folder.resolve("no.csv"));
    assertThat(missing.exit()).isEqualTo(3);
    assertThat(missing.err()).contains("no.csv");
    String text = Files.readString(Path.of(file)).replaceFirst("on      desk", "on      desc");
    Path unknown = Execution.write(folder.resolve("unknown.tfm"), text);
    Execution named = Execution.of("load", unknown, "--serve", "Chat");
    assertThat(named.exit()).isEqualTo(1);
    assertThat(named.err()).contains("error[TFM1001]: unknown cluster `desc`", "mean `desk`");
    Execution wrong = Execution.of("load", file, "--serve", "Chap");
    assertThat(wrong.exit()).isEqualTo(2);
  }
}
