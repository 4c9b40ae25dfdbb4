package io.heddle.processor.library;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.processor.Imports;
import io.heddle.processor.TfmCompiler;
import io.heddle.processor.diagnose.Rendering;
import io.heddle.processor.diagnose.Source;
import io.heddle.processor.model.Block;
import io.heddle.processor.model.Dim;
import io.heddle.processor.model.Model;
import io.heddle.processor.model.PlanNumbers;
import io.heddle.processor.model.Weight;
import io.heddle.processor.program.Explanation;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every model of the library has a plan that compiles, and as many parameters as is published. */
final class LibraryModelsTest {
  @ParameterizedTest
  @ValueSource(strings = {"deepseek_v3", "gpt3", "llama2", "llama3", "mixtral", "vit"})
  void everyPlanCompilesWithoutFindings(String family) {
    TfmCompiler compiler = read("std/models/" + family + ".tfm");
    compiler.checkAll();
    assertThat(Rendering.of(compiler.diagnostics())).isEmpty();
    assertThat(compiler.plans()).isNotEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"deepseek_v3", "gpt3", "llama2", "llama3", "mixtral", "vit"})
  void everythingIsDocumented(String family) {
    TfmCompiler compiler = read("std/models/" + family + ".tfm");
    for (String plan : compiler.plans()) {
      TfmCompiler.Compiled compiled = compiler.compile(plan).orElseThrow();
      assertThat(compiled.plan().documentation()).as(plan).isNotEmpty();
      assertThat(compiled.plan().model().documentation()).as(plan).isNotEmpty();
    }
  }

  /** As counted over the published weights. */
  @ParameterizedTest
  @CsvSource({
    "llama2, Llama2_7B_A100x64,     6738415616",
    "llama2, Llama2_13B_A100x64,   13015864320",
    "llama2, Llama2_70B_A100x128,  68976648192",
    "llama3, Llama3_8B_H100x64,     8030261248",
    "llama3, Llama3_70B_H100x128,  70553706496",
    "llama3, Llama3_405B_H100x8192, 405853388800",
    "mixtral, Mixtral_8x7B_H100x64, 46702792704",
    "deepseek_v3, DeepSeek_V3_H100x2048, 671026404352",
    // As torchvision counts vit_l_16: with class token and a head of one layer.
    "vit, ViT_L16_A100x64, 304326632",
  })
  void parametersAreThosePublished(String family, String plan, long parameters) {
    assertThat(parameters(compile(family, plan))).isEqualTo(parameters);
  }

  /**
   * Models that are sized by parameters: the published members, and by how many parameters that the
   * library leaves out or has besides (norms of queries and keys, biases of norms) they differ.
   */
  @ParameterizedTest
  @CsvSource({
    "Llama,           '',                              8030261248,        0",
    "Llama,           'layers = 80, hidden = 8192, heads = 64, ffn = 28672', 70553706496, 0",
    "Llama,           'layers = 126, hidden = 16384, heads = 128, ffn = 53248', 405853388800, 0",
    "LlamaTied,       '',                              1235814400,        0",
    "Mpt,             '',                              6649286656,   266240",
    "Nemotron4,       '',                             15628775424,        0",
    "Experts,         '',                             30532122624,   -12288",
    "Experts,         'layers = 32, hidden = 4096, kv_heads = 8, experts = 8, top_k = 2, expert_ffn = 14336, vocab = 32000', 46702792704, 0",
    "WindowedExperts, '',                            116789048640,        0",
    "AlternatingExperts, '',                         400711848960,        0",
    "SharedExperts,   '',                            106851586048,        0",
  })
  void familiesHaveTheParametersOfTheirMembers(
      String model, String settings, long published, long more) {
    String text =
        """
        tfm 1
        import "std/models/families.tfm"
        import "std/clusters.tfm"
        plan P of %s(%s) {
          mesh dp = 8  layout dp  shard { b over dp }
          batch 8  micro_batch 1
          on hgx_h100
        }
        """
            .formatted(model, settings);
    TfmCompiler compiler = TfmCompiler.read(new Source("p.tfm", text), Imports.LIBRARY_ONLY);
    TfmCompiler.Compiled compiled =
        compiler
            .compile("P")
            .orElseThrow(() -> new AssertionError(Rendering.of(compiler.diagnostics())));
    assertThat(parameters(compiled)).isEqualTo(published + more);
  }

  /**
   * The formula of Narayanan et al. (2021), equation 2, and the final norm, which it leaves out.
   */
  @ParameterizedTest
  @CsvSource({
    "Gpt3_22B_A100x8,     48,  6144",
    "Gpt3_175B_A100x64,   96, 12288",
    "Gpt3_530B_A100x280, 105, 20480",
    "Gpt3_1T_A100x512,   128, 25600",
  })
  void parametersOfGptFollowTheFormula(String plan, long l, long h) {
    long vocabulary = 51200;
    long sequence = 2048;
    assertThat(parameters(compile("gpt3", plan)))
        .isEqualTo(l * (12 * h * h + 13 * h) + (vocabulary + sequence) * h + 2 * h);
  }

  /** 4,096 tokens to 8 of 256 experts: 512 tokens a rank leave, 1,024 rows for each of 4 arrive. */
  @Test
  void expertsOfDeepSeekHaveTheirShareOfTokens() {
    TfmCompiler.Compiled compiled = compile("deepseek_v3", "DeepSeek_V3_H100x2048");
    String text = Explanation.of(compiled.program(), compiled.numbers());
    // To the experts and back, forward and backward: 8 times 7,168 values of 2 bytes a token,
    // 114,688 B.
    for (String tensor : List.of("z", "m", "dm", "dz")) {
      assertThat(text)
          .containsPattern(
              "exchange\\."
                  + tensor
                  + " +all-to-all +over ep \\(64\\) +pairwise, steps: 63 +58,720,256 B");
    }
    assertThat(text)
        .containsPattern("gate_up +gemm +batch 4 M 1024 K 7168 N 4096 ")
        .containsPattern("m\\.dw +gemm +batch 4 M 2048 K 1024 N 7168 ");
  }

  private static TfmCompiler.Compiled compile(String family, String plan) {
    return read("std/models/" + family + ".tfm").compile(plan).orElseThrow();
  }

  private static TfmCompiler read(String path) {
    Source source = Imports.library(path).orElseThrow();
    return TfmCompiler.read(source, Imports.LIBRARY_ONLY);
  }

  private static long parameters(TfmCompiler.Compiled compiled) {
    Model model = compiled.plan().model();
    PlanNumbers numbers = compiled.numbers();
    long all = 0;
    for (Model.LayerKind kind : model.layerKinds()) {
      for (Block block : kind.blocks()) {
        all += numbers.layers().of(kind.number()) * parameters(block.weights(), numbers);
      }
    }
    List<Weight> head = new ArrayList<>(model.head().weights());
    head.remove(model.tied());
    return all + parameters(model.embed().weights(), numbers) + parameters(head, numbers);
  }

  private static long parameters(List<Weight> weights, PlanNumbers numbers) {
    long all = 0;
    for (Weight weight : weights) {
      long elements = 1;
      for (Dim dim : weight.dims()) {
        elements *= numbers.dims().get(dim);
      }
      all += elements;
    }
    return all;
  }
}
