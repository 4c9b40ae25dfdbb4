package io.heddle.processor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.heddle.plan.serving.Speculation;
import io.heddle.processor.diagnose.Code;
import io.heddle.processor.diagnose.Diagnostic;
import io.heddle.processor.diagnose.Rendering;
import io.heddle.processor.diagnose.Source;
import io.heddle.processor.model.Linked;
import io.heddle.processor.model.PlanChanges;
import io.heddle.processor.program.CacheRoom;
import io.heddle.processor.program.LocalNode.Communicate;
import io.heddle.processor.program.LocalNode.Compute;
import io.heddle.processor.program.LocalNode.Shape.Gemm;
import io.heddle.processor.program.MemoryEstimate;
import io.heddle.processor.program.Section;
import io.heddle.processor.program.Sizes;
import io.heddle.processor.program.StageMemory;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Plans of inference: the work of a step, its cache, and what room there is for it. */
class InferenceTest {
  private static final String LLAMA =
      """
      tfm 1
      import "std/models/llama3.tfm"
      plan P of Llama3_8B {
        mesh  dp = 2, tp = 4
        shard { b over dp  g f voc over tp }
        %s
        on hgx_h100
      }
      """;

  private static final Pattern MODEL = Pattern.compile("(?ms)^model (\\w+)(?: =|.*?^})");

  private static TfmCompiler.Compiled llama(String lines) {
    return Sources.compile(new Source("a.tfm", LLAMA.formatted(lines)), "P");
  }

  private static long operations(TfmCompiler.Compiled compiled, String block, String operation) {
    Section section =
        compiled.program().allBlocks().stream()
            .filter(each -> each.block().name().equals(block))
            .findFirst()
            .orElseThrow();
    Sizes sizes = new Sizes(compiled.numbers());
    return section.forward().stream()
        .filter(node -> node.operation().equals(operation))
        .mapToLong(node -> sizes.of(((Compute) node).operations()))
        .sum();
  }

  private static Compute kernel(TfmCompiler.Compiled compiled, String block, String operation) {
    return compiled.program().allBlocks().stream()
        .filter(each -> each.block().name().equals(block))
        .flatMap(each -> each.forward().stream())
        .filter(node -> node.operation().equals(operation))
        .map(Compute.class::cast)
        .findFirst()
        .orElseThrow();
  }

  private static long bytes(TfmCompiler.Compiled compiled, String operation) {
    Sizes sizes = new Sizes(compiled.numbers());
    return compiled.program().blocks().get(0).forward().stream()
        .filter(node -> node.operation().equals(operation))
        .mapToLong(node -> sizes.of(((Compute) node).bytes()))
        .sum();
  }

  /** Two products of depth 128 for each new token, each of the 8 heads of a rank and each key. */
  @Test
  void decodeAttendsToTheCache() {
    TfmCompiler.Compiled compiled = llama("decode 128 (context = 4096)");
    assertThat(operations(compiled, "attention", "o")).isEqualTo(128L * 8 * 4097 * 2 * (128 + 128));
    long keys = 128L * 4097 * 2 * 128 * 2 * 2;
    long queries = 128L * 8 * 128 * 2 * 2;
    assertThat(bytes(compiled, "o")).isEqualTo(keys + queries);
    // 128 rows of a weight with 12 heads of queries, keys and values.
    assertThat(operations(compiled, "attention", "qkv")).isEqualTo(2L * 128 * 4096 * 12 * 128);
    assertThat(operations(compiled, "head", "logits")).isEqualTo(2L * 128 * 4096 * 128256 / 4);
  }

  @Test
  void prefillAttendsToWhatIsBefore() {
    TfmCompiler.Compiled compiled = llama("prefill 8192 (context = 1000, sequences = 4)");
    long pairs = 2048L * 1000 + 2048L * 2049 / 2;
    assertThat(operations(compiled, "attention", "o")).isEqualTo(4 * 8 * pairs * 2 * (128 + 128));
    // Logits of the last token of each sequence only.
    assertThat(operations(compiled, "head", "logits")).isEqualTo(2L * 4 * 4096 * 128256 / 4);
  }

  /**
   * A step that verifies three guesses: four rows of each sequence, each of which sees one key more
   * than the one before, logits of all, and room for all in the cache, which is read once.
   */
  @Test
  void guessesAreVerifiedInOneStep() {
    TfmCompiler.Compiled compiled =
        llama("decode 128 (context = 4096, speculate = 3, accept = 0.7)");
    long pairs = 4L * 4096 + 4 * 5 / 2;
    assertThat(operations(compiled, "attention", "o"))
        .isEqualTo(128L * 8 * pairs * 2 * (128 + 128));
    long keys = 128L * 4100 * 2 * 128 * 2 * 2;
    long queries = 4 * 128L * 8 * 128 * 2 * 2;
    assertThat(bytes(compiled, "o")).isEqualTo(keys + queries);
    assertThat(bytes(compiled, "cache")).isEqualTo(4 * 128L * 2 * 2 * 128 * 2 * 2);
    assertThat(operations(compiled, "attention", "qkv")).isEqualTo(2L * 4 * 128 * 4096 * 12 * 128);
    assertThat(operations(compiled, "head", "logits")).isEqualTo(2L * 4 * 128 * 4096 * 128256 / 4);
    assertThat(new MemoryEstimate(compiled.program(), compiled.numbers()).of(0).cache())
        .isEqualTo(32 * 128L * 4100 * 2 * 2 * 128 * 2);
    assertThat(compiled.numbers().values().speculation()).isEqualTo(new Speculation(3, 0.7));
    assertThat(compiled.numbers().values().yieldedTokens(2 * 4 * 128))
        .isCloseTo(2 * 128 * 2.533, within(1e-9));
  }

  /** Both ways to write a share, and changes by its name, which are whole per cent. */
  @ParameterizedTest
  @CsvSource({"0.7, '', 0.7", "70 %, '', 0.7", "0.70, accept=35, 0.35", "100 %, accept=0, 0"})
  void shares(String written, String change, double accept) {
    String line = "decode 8 (speculate = 2, context = 64, accept = %s)".formatted(written);
    PlanChanges changes = change.isEmpty() ? PlanChanges.NONE : PlanChanges.of(change);
    TfmCompiler compiler =
        TfmCompiler.read(new Source("a.tfm", LLAMA.formatted(line)), Imports.LIBRARY_ONLY);
    assertThat(compiler.compile("P", changes).orElseThrow().numbers().values().speculation())
        .isEqualTo(new Speculation(2, accept));
  }

  /** Without guesses a step is what it is without the words. */
  @Test
  void noGuessesAreAPlainDecode() {
    TfmCompiler.Compiled none = llama("decode 128 (context = 4096, speculate = 0, accept = 0.7)");
    TfmCompiler.Compiled plain = llama("decode 128 (context = 4096)");
    for (String operation : List.of("qkv", "cache", "o", "y")) {
      assertThat(bytes(none, operation)).isEqualTo(bytes(plain, operation));
    }
    assertThat(none.numbers().values().yieldedTokens(256)).isEqualTo(256);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "context = 64, speculate = 3               | `accept`, how likely a draft token",
        "context = 64, accept = 0.7                | `speculate`, how many draft tokens",
        "context = 64, speculate = 3, accept = 70  | a share such as `accept = 0.7`",
        "context = 64, speculate = 3, accept = 1.5 | a share of whole per cent such as `accept = 0.7`",
        "context = 64, speculate = 3, accept = 0.705 | whole per cent",
        "context = 64, speculate = 3, accept = 101 % | a share of whole per cent such as `accept = 0.7`",
        "context = 64, speculate = 65, accept = 0.7 | at most 64 tokens are guessed",
        "context = 0.7                             | unknown share `context`",
        "context = 64, speculate = 3, accept = 0.7, accept = 0.8 | `accept` is given twice",
      })
  void wrongGuesses(String settings, String message) {
    Source source = new Source("a.tfm", LLAMA.formatted("decode 8 (%s)".formatted(settings)));
    TfmCompiler compiler = TfmCompiler.read(source, Imports.LIBRARY_ONLY);
    assertThat(compiler.compile("P")).isEmpty();
    assertThat(Rendering.of(compiler.diagnostics())).contains(message);
  }

  @Test
  void aCacheInFp8IsHalfAsLarge() {
    TfmCompiler.Compiled compiled =
        llama("decode 128 (context = 4096)\n cache (page = 64, dtype = fp8)");
    long keys = 128L * 4097 * 2 * 128 * 2;
    long queries = 128L * 8 * 128 * 2 * 2;
    assertThat(bytes(compiled, "o")).isEqualTo(keys + queries);
    // 65 pages for 4,097 tokens.
    assertThat(new MemoryEstimate(compiled.program(), compiled.numbers()).of(0).cache())
        .isEqualTo(32L * 128 * 65 * 64 * 2 * 128 * 2);
  }

  @ParameterizedTest
  @CsvSource({
    "llama3.tfm, Llama3_8B, '', 131072",
    "llama3.tfm, Llama3_70B, '', 327680",
    "deepseek_v3.tfm, DeepSeek_V3, 'cache mla.nc, mla.rope.kp', 70272",
    "deepseek_v3.tfm, DeepSeek_V3, 'cache mla.nc, mla.rope.kp (dtype = fp8)', 35136",
    "deepseek_v3.tfm, DeepSeek_V3, 'cache mla.nc, mla.rope.kp absorbed', 70272",
    "deepseek_v3_2.tfm, DeepSeek_V3_2, 'cache dsa.nc, dsa.kr, dsa.ki absorbed', 85888",
    "deepseek_v3_2.tfm, DeepSeek_V3_2, 'cache dsa.nc, dsa.kr, dsa.ki (dtype = fp8) absorbed', 42944",
    "kimi_k2.tfm, Kimi_K2, 'cache mla.nc, mla.rope.kp absorbed', 70272"
  })
  void bytesOfATokenInTheCache(String file, String model, String cache, long bytes) {
    String text =
        "tfm 1\nimport \"std/models/%s\"\nplan P of %s {\n mesh dp = 8\n shard { b over dp }\n"
                .formatted(file, model)
            + " decode 1 (context = 4096)\n %s\n on hgx_h100\n}\n".formatted(cache);
    TfmCompiler.Compiled compiled = Sources.compile(new Source("a.tfm", text), "P");
    assertThat(new CacheRoom(compiled.program(), compiled.numbers()).bytesOfToken())
        .isEqualTo(bytes);
  }

  /** A mixed step attends as a prefill and a decode do, and multiplies the rows of both at once. */
  @Test
  void aMixedStepHasTheWorkOfBoth() {
    String decode = "decode 128 (context = 4096)";
    String prefill = "prefill 1920 (context = 512, sequences = 2)";
    TfmCompiler.Compiled mixed = llama(decode + "\n " + prefill);
    TfmCompiler.Compiled decodes = llama(decode);
    TfmCompiler.Compiled prefills = llama(prefill);
    assertThat(operations(mixed, "attention", "o"))
        .isEqualTo(operations(decodes, "attention", "o"));
    assertThat(bytes(mixed, "o")).isEqualTo(bytes(decodes, "o"));
    assertThat(operations(mixed, "attention", "o.prompts"))
        .isEqualTo(operations(prefills, "attention", "o"));
    assertThat(bytes(mixed, "o.prompts")).isEqualTo(bytes(prefills, "o"));
    assertThat(operations(mixed, "attention", "qkv"))
        .isEqualTo(
            operations(decodes, "attention", "qkv") + operations(prefills, "attention", "qkv"));
    assertThat(operations(mixed, "head", "logits")).isEqualTo(2L * 130 * 4096 * 128256 / 4);
  }

  /** Each sequence has whole pages of its own. */
  @Test
  void aMixedStepKeepsTheCachesOfBoth() {
    String pages = "\n cache (page = 64)";
    String decode = "decode 128 (context = 4096)";
    String prefill = "prefill 1920 (context = 500, sequences = 2)";
    TfmCompiler.Compiled mixed = llama(decode + "\n " + prefill + pages);
    TfmCompiler.Compiled decodes = llama(decode + pages);
    TfmCompiler.Compiled prefills = llama(prefill + pages);
    long both =
        new MemoryEstimate(decodes.program(), decodes.numbers()).of(0).cache()
            + new MemoryEstimate(prefills.program(), prefills.numbers()).of(0).cache();
    assertThat(new MemoryEstimate(mixed.program(), mixed.numbers()).of(0).cache()).isEqualTo(both);
    assertThat(new CacheRoom(mixed.program(), mixed.numbers()).bytesOfToken()).isEqualTo(131072);
  }

  /** Where an axis splits the tokens, ranks have equal shares of the attention of both. */
  @Test
  void ranksShareAMixedStep() {
    String steps = "decode 128 (context = 4096)\n prefill 1920 (context = 512, sequences = 2)";
    String text =
        LLAMA.formatted(steps).replace("dp = 2", "cp = 2").replace("b over dp", "s over cp");
    TfmCompiler.Compiled split = Sources.compile(new Source("a.tfm", text), "P");
    TfmCompiler.Compiled whole = llama(steps);
    for (String kernel : List.of("o", "o.prompts")) {
      assertThat(2 * operations(split, "attention", kernel))
          .isEqualTo(operations(whole, "attention", kernel));
    }
    assertThat(2 * bytes(split, "o")).isEqualTo(bytes(whole, "o"));
  }

  private static TfmCompiler.Compiled latent(String lines) {
    String text =
        """
        tfm 1
        import "std/models/deepseek_v3.tfm"
        plan P of DeepSeek_V3 {
          mesh  dp = 8, tp = 4  view moe: (dp tp) = (ep)
          shard { b over dp  n f fs voc over tp  e over ep }
          %s
          on hgx_h100(nodes = 4)
        }
        """;
    return Sources.compile(new Source("a.tfm", text.formatted(lines)), "P");
  }

  /**
   * Each of a rank's 32 heads multiplies its query with k_up and what it attended to with v_up; all
   * of them attend to one head of 512 + 64, whose first 512 are the values, in one read.
   */
  @Test
  void latentAttentionAbsorbs() {
    TfmCompiler.Compiled compiled =
        latent("decode 64 (context = 4096)\n cache mla.nc, mla.rope.kp absorbed");
    assertThat(operations(compiled, "mla", "qn.absorbed")).isEqualTo(2L * 64 * 32 * 128 * 512);
    assertThat(operations(compiled, "mla", "o")).isEqualTo(2L * 64 * 32 * 512 * 128);
    assertThat(operations(compiled, "mla", "o.absorbed"))
        .isEqualTo(2L * 64 * 32 * 4097 * (576 + 512));
    assertThat(bytes(compiled, "o.absorbed"))
        .isEqualTo(2L * 64 * (4097 * 576 + 32 * 576 + 32 * 512));
    assertThat(compiled.program().blocks().get(0).forward())
        .noneMatch(node -> node.operation().equals("keys_values"));
  }

  /** In fp8 the cache is read in one byte an element; queries and results stay as they are. */
  @Test
  void theAbsorbedCacheHasItsOwnFormat() {
    TfmCompiler.Compiled compiled =
        latent("decode 64 (context = 4096)\n cache mla.nc, mla.rope.kp (dtype = fp8) absorbed");
    assertThat(bytes(compiled, "o.absorbed"))
        .isEqualTo(64L * 4097 * 576 + 2L * 64 * 32 * (576 + 512));
  }

  /** Absorbing moves products: it changes neither the weights nor the cache in memory. */
  @Test
  void absorbingKeepsWeightsAndCache() {
    TfmCompiler.Compiled made =
        latent("decode 64 (context = 4096)\n cache mla.nc, mla.rope.kp (page = 64)");
    TfmCompiler.Compiled absorbed =
        latent("decode 64 (context = 4096)\n cache mla.nc, mla.rope.kp (page = 64) absorbed");
    StageMemory before = new MemoryEstimate(made.program(), made.numbers()).of(0);
    StageMemory after = new MemoryEstimate(absorbed.program(), absorbed.numbers()).of(0);
    assertThat(after.weights()).isEqualTo(before.weights());
    assertThat(after.cache()).isEqualTo(before.cache()).isEqualTo(61L * 64 * 4160 * 576 * 2);
    assertThat(after.peak()).isLessThan(before.peak());
  }

  /**
   * 256 experts, 8 on each of 32 ranks, and 8 for each token. Of 8 · 4 tokens each rank gets 8
   * rows, which reach 256 (1 - (1 - 8/256)^32) / 32 of its experts, 5.1; those of 8 · 256 reach
   * all.
   */
  @ParameterizedTest
  @CsvSource({"4, 8, 5, 2", "256, 512, 8, 64"})
  void weightsOfExpertsWithoutTokensAreNotRead(
      int sequences, long rows, long reached, long rowsOfEach) {
    TfmCompiler.Compiled compiled = latent("decode %d (context = 64)".formatted(sequences));
    Compute kernel = kernel(compiled, "moe", "gate_up");
    Sizes sizes = new Sizes(compiled.numbers());
    Gemm shape = (Gemm) kernel.shape();
    assertThat(sizes.of(shape.batch())).isEqualTo(reached);
    assertThat(sizes.of(shape.m())).isEqualTo(rowsOfEach);
    assertThat(sizes.of(kernel.operations())).isEqualTo(2 * rows * 7168 * 2 * 2048);
    assertThat(sizes.of(kernel.bytes()))
        .isEqualTo(2 * (rows * 7168 + reached * 7168 * 2 * 2048 + rows * 2 * 2048));
    assertThat(operations(compiled, "moe", "m")).isEqualTo(2 * rows * 7168 * 2048);
  }

  /** 16 tokens of 4 experts each are 64 rows, however many of the 128 experts these reach. */
  @Test
  void rowsThatAreReducedAreThoseOfTokens() {
    String text =
        """
        tfm 1
        import "std/models/gpt_oss.tfm"
        plan P of GptOss_120B {
          mesh  tp = 8
          shard { g fe voc over tp }
          decode 16 (context = 64)
          on hgx_h100
        }
        """;
    TfmCompiler.Compiled compiled = Sources.compile(new Source("a.tfm", text), "P");
    Sizes sizes = new Sizes(compiled.numbers());
    assertThat(
            compiled.program().allBlocks().stream()
                .filter(each -> each.block().name().equals("moe"))
                .flatMap(each -> each.forward().stream())
                .filter(Communicate.class::isInstance)
                .map(node -> sizes.of(((Communicate) node).bytes())))
        .containsExactly(2L * 16 * 4 * 2880);
  }

  /** A load of the worst expert is meant for all of them. */
  @Test
  void whatAPlanSaysOfExpertsHolds() {
    TfmCompiler.Compiled compiled = latent("decode 4 (context = 64)\n experts imbalance = 1.5");
    Gemm shape = (Gemm) kernel(compiled, "moe", "gate_up").shape();
    assertThat(new Sizes(compiled.numbers()).of(shape.batch())).isEqualTo(8);
  }

  /** One token and one sequence more than what is said to fit do not. */
  @Test
  void whatFitsIsTheMostThatFits() {
    TfmCompiler.Compiled compiled = llama("decode 128 (context = 4096)");
    CacheRoom room = new CacheRoom(compiled.program(), compiled.numbers());
    long context = room.longestContext();
    assertThat(context).isGreaterThan(4096);
    assertThat(fits("context = " + context)).isTrue();
    assertThat(fits("context = " + (context + 1))).isFalse();
    long sequences = room.mostSequences();
    assertThat(fits("decode = " + sequences)).isTrue();
    assertThat(fits("decode = " + (sequences + 1))).isFalse();
  }

  private static boolean fits(String change) {
    TfmCompiler compiler =
        TfmCompiler.read(
            new Source("a.tfm", LLAMA.formatted("decode 128 (context = 4096)")),
            Imports.LIBRARY_ONLY);
    TfmCompiler.Compiled compiled = compiler.compile("P", PlanChanges.of(change)).orElseThrow();
    return compiled.memory().peak().orElseThrow()
        <= compiled.numbers().values().cluster().device().memoryBytes();
  }

  /** A stage of a pipeline has the caches of all batches on their way. */
  @Test
  void stagesKeepAllBatches() {
    TfmCompiler.Compiled one = llama("decode 16 (context = 1023)");
    String text =
        LLAMA
            .formatted("decode 16 (context = 1023)")
            .replace("dp = 2", "pp = 2")
            .replace("b over dp", "layers over pp");
    TfmCompiler.Compiled two = Sources.compile(new Source("a.tfm", text), "P");
    long cache = new MemoryEstimate(one.program(), one.numbers()).of(0).cache();
    assertThat(cache).isEqualTo(32L * 16 * 1024 * 2 * 128 * 2 * 2);
    assertThat(new MemoryEstimate(two.program(), two.numbers()).all())
        .allSatisfy(stage -> assertThat(stage.cache()).isEqualTo(cache));
  }

  /** All models of the library: of those that are not causal it is said that they are not. */
  @Test
  void modelsOfSeveralStreamsAreRefused() {
    String text =
        """
        tfm 1
        import "std/models/t5.tfm"
        import "std/clusters.tfm"
        plan Decoded of T5_11B { mesh dp = 8  shard { b over dp }  decode 16 (context = 100)  on hgx_h100 }
        """;
    TfmCompiler compiler = TfmCompiler.read(new Source("a.tfm", text), Imports.LIBRARY_ONLY);
    compiler.checkAll();
    assertThat(Rendering.of(compiler.diagnostics()))
        .contains("error[TFM4020]")
        .contains("it has several streams");
  }

  @Test
  void everyModelOfTheLibraryDecodes() {
    StringBuilder text = new StringBuilder("tfm 1\nimport \"std/clusters.tfm\"\n");
    List<String> models = new ArrayList<>();
    List<String> withStreams = new ArrayList<>();
    List<String> withStates = new ArrayList<>();
    for (String file : Linked.libraryFiles()) {
      if (file.startsWith("std/models/")) {
        text.append("import \"%s\"\n".formatted(file));
        String library = Imports.library(file).orElseThrow().text();
        boolean hasStates = library.contains("std/operations.tfm");
        Matcher model = MODEL.matcher(library);
        while (model.find()) {
          boolean hasStreams = model.group().contains("\n  stream ");
          (hasStreams ? withStreams : hasStates ? withStates : models).add(model.group(1));
        }
      }
    }
    assertThat(models).hasSizeGreaterThan(40);
    assertThat(withStreams).contains("T5_11B", "DeepSeek_V3_MTP", "Qwen3_Next_80B_A3B_MTP");
    assertThat(withStates)
        .containsExactly("Jamba", "Mamba2_2_7B", "Nemotron_H_8B", "Qwen3_Next_80B_A3B");
    for (String model : models) {
      for (String line :
          List.of(
              "decode 16 (context = 1000)",
              "prefill 4096 (context = 512, sequences = 2)",
              "prefill 512\n decode 16 (context = 1000)")) {
        text.append(
            "plan %s_%d of %s {\n mesh dp = 8\n shard { b over dp }\n %s\n on hgx_h100\n}\n"
                .formatted(model, line.length(), model, line));
      }
    }
    TfmCompiler compiler =
        TfmCompiler.read(new Source("a.tfm", text.toString()), Imports.LIBRARY_ONLY);
    compiler.checkAll();
    assertThat(compiler.hasErrors()).as(Rendering.of(compiler.diagnostics())).isFalse();
    Set<Code> found =
        compiler.diagnostics().stream().map(Diagnostic::code).collect(Collectors.toSet());
    assertThat(found).containsOnly(Code.NOT_CAUSAL, Code.OUT_OF_MEMORY);
  }

  /** A cache keeps keys and values, not what a scan or a convolution goes on from. */
  @Test
  void statesAreNotKept() {
    String text =
        """
        tfm 1
        import "std/models/jamba.tfm"
        plan P of Jamba {
          mesh dp = 8
          shard { b over dp }
          decode 16 (context = 1000)
          on hgx_h100
        }
        """;
    TfmCompiler compiler = TfmCompiler.read(new Source("a.tfm", text), Imports.LIBRARY_ONLY);
    assertThat(compiler.compile("P")).isEmpty();
    assertThat(Rendering.of(compiler.diagnostics()))
        .contains("TFM4020", "`causal_conv` needs a state of the tokens before");
  }

  /** What an operation needs whole may be anything but the tokens. */
  @Test
  void operationsThatNeedAllTokensAreRefused() {
    assertThat(findings("whole over c")).isEmpty();
    assertThat(findings("whole over s"))
        .contains("TFM4020", "`own` needs all tokens of a sequence");
  }

  private static String findings(String clause) {
    String text =
        """
        tfm 1
        import "std/clusters.tfm"
        op own(x[b s c]) flops size(x) bytes bytes(x) %s
        model M {
          dim b
          dim s = 64, h = 64, voc = 64, n = 4, d = 16
          block a(x[b s h]) {
            weight wq[h n d], wk[h n d], wv[h n d], wo[n d h]
            y = own(x)
            q[b s n d] = y * wq
            k[b s n d] = y * wk
            v[b s n d] = y * wv
            o[b s n d] = attend(q, k, v, over = s, causal)
            z[b s h]   = o * wo
            return x + z
          }
          embed tokens[voc h]
          stack 2 of a
          head logits[h voc] norm rmsnorm
        }
        plan P of M {
          mesh dp = 8
          shard { b over dp }
          decode 16 (context = 1000)
          on hgx_h100
        }
        """
            .formatted(clause);
    TfmCompiler compiler = TfmCompiler.read(new Source("a.tfm", text), Imports.LIBRARY_ONLY);
    compiler.checkAll();
    return compiler.hasErrors() ? Rendering.of(compiler.diagnostics()) : "";
  }
}
