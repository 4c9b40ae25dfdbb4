package io.heddle.cli.pool;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.heddle.cli.Execution;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Traces of both pools of a `serve`, by the command line. */
class ServeTracesTest {
  private static final String LLAMA =
      """
      tfm 1
      import "std/models/llama3.tfm"
      import "std/measured/h100_sxm.tfm"
      import "std/measured/a100_sxm_80gb.tfm"
      plan Prefill of Llama3_8B(layers = 4) {
        mesh    tp = 4
        shard   { g f voc over tp }
        prefill 2048 (sequences = 2)
        cache   (page = 16)
        on      hgx_h100_measured(gpus = 4)
      }
      plan Decode of Llama3_8B(layers = 4) {
        mesh   dp = 4, tp = 2
        shard  { b over dp  g f voc over tp }
        decode 16 (context = 1024)
        cache  (page = 16)
        on     hgx_h100_measured
      }
      plan Stages of Llama3_8B(layers = 4) {
        mesh   pp = 2, dp = 2, tp = 2
        shard  { layers over pp  b over dp  g f voc over tp }
        decode 16 (context = 1500)
        cache  (page = 16)
        on     dgx_a100_measured
      }
      """;

  @TempDir private Path folder;

  private Path file(String pools, String transfer) throws IOException {
    Path file = folder.resolve("apart.tfm");
    Files.writeString(
        file,
        LLAMA
            + """
            serve Apart of Llama3_8B {
              pool     %s
              transfer (%s)
              requests closed 64 (input = 1024, output = 512)
              batching sglang
            }
            """
                .formatted(pools, transfer));
    return file;
  }

  private String emit(Path file, String to, Object... more) {
    Object[] words =
        Stream.concat(
                Stream.of("emit", file, "--serve", "Apart", "-o", folder.resolve(to)),
                Stream.of(more))
            .toArray();
    Execution run = Execution.of(words);
    assertThat(run.err()).isEmpty();
    assertThat(run.exit()).isZero();
    return run.out();
  }

  private void check(String traces, int ranks) {
    Execution verified = Execution.of("verify", folder.resolve(traces));
    assertThat(verified.out()).contains(ranks + " ranks", "every rank ends; 0 errors, 0 warnings");
    assertThat(verified.exit()).isZero();
  }

  /** When each rank ends, ns. */
  private List<Long> ends(String traces) {
    JsonNode json = Execution.of("simulate", folder.resolve(traces), "--json").json();
    List<Long> ends = new ArrayList<>();
    json.get("ranks").forEach(rank -> ends.add(rank.get("wall_time").asLong()));
    return ends;
  }

  private String nodes(String traces, int rank, String like) {
    Path trace = folder.resolve(traces).resolve("Llama3_8B." + rank + ".et");
    return String.join(
        "\n",
        Execution.of("inspect", trace).out().lines().filter(line -> line.contains(like)).toList());
  }

  private static long sum(String nodes, String attribute) {
    Matcher matcher = Pattern.compile(" " + attribute + "=(\\d+)").matcher(nodes);
    return matcher.results().mapToLong(found -> Long.parseLong(found.group(1))).sum();
  }

  @Test
  void eachRankGetsTheCacheOfItsHeadsAndSequencesLayerByLayer() throws IOException {
    Path file = file("prefill 2 of Prefill, decode 1 of Decode", "at = 45 GB/s, overlap = layer");
    emit(file, "traces", "--steps", "2");
    check("traces", 16);
    // Four sequences go to four replicas; each rank of tp = 2 has half of 8 heads of k and v.
    long ofLayer = 1024L * 2 * (8 / 2) * 128 * 2;
    for (int rank = 8; rank < 16; rank++) {
      String caches = nodes("traces", rank, "cache.recv");
      assertThat(sum(caches, "nominal_comm_size")).isEqualTo(4 * ofLayer);
      assertThat(caches.lines()).hasSize(4 * 2);
      assertThat(sum(nodes("traces", rank, "tokens.recv"), "nominal_comm_size")).isEqualTo(4);
    }
    long sent =
        LongStream.range(0, 8)
            .map(rank -> sum(nodes("traces", (int) rank, "cache.send"), "nominal_comm_size"))
            .sum();
    assertThat(sent).isEqualTo(8 * 4 * ofLayer);
    assertThat(nodes("traces", 0, "cache.send")).contains("comm_dst=8", "comm_dst=10");
    assertThat(nodes("traces", 4, "cache.send")).contains("comm_dst=12", "comm_dst=14");
  }

  @Test
  void layersThatTravelBesideOthersArriveEarlier() throws IOException {
    Path file = file("prefill 1 of Prefill, decode 2 of Stages", "at = 45 GB/s");
    Execution refused = Execution.of("emit", file, "--serve", "Apart", "-o", folder.resolve("x"));
    assertThat(refused.err()).contains("20 ranks fill no whole number of nodes of 8");
    file = file("prefill 2 of Prefill, decode 1 of Stages", "at = 45 GB/s");
    emit(file, "behind");
    file = file("prefill 2 of Prefill, decode 1 of Stages", "at = 45 GB/s, overlap = layer");
    emit(file, "beside");
    check("behind", 16);
    check("beside", 16);
    assertThat(LongStream.of(max(ends("beside"))).max().orElseThrow())
        .isLessThan(max(ends("behind")));
  }

  private static long max(List<Long> ends) {
    return ends.stream().mapToLong(Long::longValue).max().orElseThrow();
  }

  /** A step of decode takes in the set what it takes alone, on a device and network of its own. */
  @Test
  void stepsOfAnotherDeviceTakeAsLongAsThere() throws IOException {
    Path file = file("prefill 2 of Prefill, decode 1 of Stages", "at = 45 GB/s");
    emit(file, "two", "--steps", "2");
    emit(file, "four", "--steps", "4");
    for (int steps : List.of(2, 4)) {
      Execution alone =
          Execution.of(
              "emit",
              file,
              "--plan",
              "Stages",
              "--steps",
              steps,
              "-o",
              folder.resolve("a" + steps));
      assertThat(alone.exit()).isZero();
    }
    long inSet = max(ends("four")) - max(ends("two"));
    long alone = max(ends("a4")) - max(ends("a2"));
    assertThat((double) inSet).isCloseTo((double) alone, Offset.offset((double) alone * 1e-5));
    assertThat(nodes("two", 8, "compute ")).contains("nominal_num_ops");
  }

  @Test
  void poolsWhoseCachesCannotMoveAreRefused() throws IOException {
    Path file = file("prefill 2 of Prefill, decode 1 of Decode", "at = 45 GB/s");
    String text = Files.readString(file);
    refused(file, text.replace("context = 1024", "context = 1000"), "write `context = 1024`");
    refused(
        file,
        text.replaceFirst("\\(page = 16\\)", "(page = 16, dtype = fp8)"),
        "layer 0: the cache of plan Prefill keeps rope.k [8, 128] in 8 bits");
    refused(
        file,
        text.replace("decode 16 (context = 1024", "decode 1 (context = 1024")
            .replace("2 of Prefill", "4 of Prefill"),
        "8 sequences, decode has places for 4");
    refused(
        file,
        text.replace("layers = 4", "layers = 400000"),
        "messages, of which there may be 4,194,304; take fewer instances or ranks");
    refused(
        file,
        text.replaceFirst("layers = 4", "layers = 3"),
        "plan Prefill has 3 layers, plan Decode has 4");
    refused(
        file,
        text.replace("    pool     prefill 2 of Prefill, decode 1 of Decode", "")
            .replaceFirst("pool .*", "pool both 1 of Prefill and Decode")
            .replaceFirst("transfer .*", ""),
        "serve Apart: it has one pool");
  }

  private void refused(Path file, String text, String why) throws IOException {
    Files.writeString(file, text);
    Execution run = Execution.of("emit", file, "--serve", "Apart", "-o", folder.resolve("no"));
    assertThat(run.err()).contains(why).containsPattern("\\.tfm:\\d+:\\d+: ");
    assertThat(run.exit()).isEqualTo(1);
    assertThat(folder.resolve("no")).doesNotExist();
  }

  @Test
  void runTellsWhenPromptsAreComputedAndHowLongTokensTake() throws IOException {
    Path file = file("prefill 2 of Prefill, decode 1 of Decode", "at = 45 GB/s, overlap = layer");
    emit(file, "one");
    emit(file, "three", "--steps", "3");
    JsonNode run = Execution.of("run", file, "--serve", "Apart", "--steps", 3, "--json").json();
    long first = max(ends("one").subList(8, 16));
    long last = max(ends("three"));
    assertThat(run.get("iteration_time_ns").asLong()).isEqualTo(last);
    assertThat(run.get("first_step_ends_ns").asLong()).isEqualTo(first);
    assertThat(run.get("tpot_ns").asDouble()).isEqualTo((last - first) / 2.0);
    // Prefill computes as long as its plan does alone; behind it the drawn tokens travel.
    JsonNode alone = Execution.of("run", file, "--plan", "Prefill", "--json").json();
    assertThat(run.get("prompts_computed_ns").asLong())
        .isGreaterThanOrEqualTo(alone.get("iteration_time_ns").asLong())
        .isLessThan(first);
    assertThat(run.get("moved").get("bytes").asLong())
        .isEqualTo(4L * 4 * 1024 * 2 * 8 * 128 * 2 + 2 * 4 * 4);
    assertThat(Execution.of("run", file, "--serve", "Apart", "--steps", 3).out())
        .contains("prefill  2 of Prefill, each on 4 ranks", "TPOT", "mean of 2 steps");
    Execution once = Execution.of("run", file, "--serve", "Apart");
    assertThat(once.out()).doesNotContain("TPOT");
    assertThat(once.err()).doesNotContain("decode times");
    String ofDataSheet =
        Files.readString(file)
            .replace("tfm 1\n", "tfm 1\nimport \"std/clusters.tfm\"\n")
            .replace("on     hgx_h100_measured\n", "on     hgx_h100\n");
    Execution guessed =
        Execution.of("run", Execution.write(file, ofDataSheet), "--serve", "Apart", "--json");
    assertThat(guessed.json().get("warnings"))
        .anySatisfy(
            warning ->
                assertThat(warning.asText()).startsWith("plan Decode: decode times mean nothing"));
    Execution refused = Execution.of("run", file, "--serve", "Apart", "--critical-path");
    assertThat(refused.err()).contains("--critical-path: not with --serve");
    assertThat(refused.exit()).isEqualTo(2);
  }

  @Test
  void settingsNameThePool() throws IOException {
    Path file = file("prefill 2 of Prefill, decode 1 of Decode", "at = 45 GB/s");
    emit(
        file,
        "set",
        "--set",
        "prefill.sequences=4,prefill.count=4",
        "--set",
        "decode.dp=2,decode.gpus = 4");
    assertThat(ends("set")).hasSize(16 + 4);
    assertThat(Files.readString(folder.resolve("set").resolve("manifest.json")))
        .contains("prefill.sequences=4,prefill.count=4", "decode.dp=2,decode.gpus = 4");
    refusedSetting(file, "tp=2", "name the pool, as in prefill.tp=4", 2);
    refusedSetting(file, "decode.count=0", "1 to 65,536 instances", 2);
    refusedSetting(file, "decode.count=1,decode.count=2", "set it once", 2);
    refusedSetting(file, "decode.a b", "expected `name = …`", 2);
    refusedSetting(file, "prefill.tp=3", "dimension `g` = 8 does not split over `tp` = 3", 1);
  }

  private void refusedSetting(Path file, String setting, String why, int exit) {
    Execution run = Execution.of("run", file, "--serve", "Apart", "--set", setting);
    assertThat(run.err()).contains(why);
    assertThat(run.exit()).isEqualTo(exit);
  }

  @Test
  void optionsOfOnePlanDoNotGoWithPools() throws IOException {
    Path file = file("prefill 2 of Prefill, decode 1 of Decode", "at = 45 GB/s");
    for (List<String> more : List.of(List.of("--plan", "Decode"), List.of("--classes"))) {
      Object[] words =
          Stream.concat(
                  Stream.of("emit", file, "--serve", "Apart", "-o", folder.resolve("no")),
                  more.stream())
              .toArray();
      Execution run = Execution.of(words);
      assertThat(run.err()).contains("--serve");
      assertThat(run.exit()).isEqualTo(2);
    }
  }
}
