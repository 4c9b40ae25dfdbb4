package io.heddle.processor.library;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.processor.Imports;
import io.heddle.processor.Sources;
import io.heddle.processor.TfmCompiler;
import io.heddle.processor.diagnose.Rendering;
import io.heddle.processor.diagnose.Source;
import io.heddle.processor.model.Block;
import io.heddle.processor.model.Dim;
import io.heddle.processor.model.Model;
import io.heddle.processor.model.PlanNumbers;
import io.heddle.processor.model.Weight;
import io.heddle.processor.program.Explanation;
import io.heddle.processor.program.ParameterCount;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Every model of the library has a plan that compiles, and as many parameters as is published. */
final class LibraryModelsTest {
  static List<String> families() {
    return Sources.libraryModels();
  }

  @ParameterizedTest
  @MethodSource("families")
  void everyPlanCompilesWithoutFindings(String family) {
    TfmCompiler compiler = read("std/models/" + family + ".tfm");
    compiler.checkAll();
    assertThat(Rendering.of(compiler.diagnostics())).isEmpty();
    assertThat(compiler.plans()).isNotEmpty();
  }

  @ParameterizedTest
  @MethodSource("families")
  void everythingIsDocumented(String family) {
    TfmCompiler compiler = read("std/models/" + family + ".tfm");
    for (String plan : compiler.plans()) {
      TfmCompiler.Compiled compiled = compiler.compile(plan).orElseThrow();
      assertThat(compiled.plan().documentation()).as(plan).isNotEmpty();
      assertThat(compiled.plan().model().documentation()).as(plan).isNotEmpty();
    }
  }

  @Test
  void adaptersAreWhatIsTrained() {
    TfmCompiler.Compiled compiled = Sources.library("lora", "Llama2_7B_LoRA_H100x8");
    assertThat(ParameterCount.trained(compiled.plan(), compiled.numbers())).isEqualTo(4_194_304);
    assertThat(Explanation.of(compiled.program(), compiled.numbers()))
        .contains("parameters 6,742,609,920 in all, 4,194,304 trained");
  }

  /**
   * Of DiT-XL/2, by the shapes of its layers: all but the table of positions. Beside attention, an
   * MLP and their biases, a layer has six products of the condition.
   */
  @Test
  void positionsOfDiffusionTransformersAreFixed() {
    TfmCompiler.Compiled compiled = Sources.library("dit", "DiT_XL2_A100x8");
    long h = 1152;
    long layer = 12 * h * h + 9 * h + 6 * h * h + 6 * h;
    long conditions = 256 * h + h + h * h + h + 1001 * h;
    long ends = 16 * h + h + 2 * h * h + 2 * h + 32 * h + 32;
    assertThat(ParameterCount.trained(compiled.plan(), compiled.numbers()))
        .isEqualTo(28 * layer + conditions + ends)
        .isEqualTo(675_129_632 - 256 * h);
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
    // A layer more, a projection of 2 x 7,168 to 7,168, three norms; 11.5 billion are published.
    "deepseek_v3, DeepSeek_V3_MTP_H100x2048, 682636472320",
    // Beside these of DeepSeek-V3, of each of 61 layers 1,536 x 8,192, 7,168 x (128 + 64), 2 x 128.
    "deepseek_v3_2, DeepSeek_V3_2_H100x2048, 671877929216",
    // As torchvision counts vit_l_16: with class token and a head of one layer.
    "vit, ViT_L16_A100x64, 304326632",
    "bert, Bert_Large_H100x8, 335174458",
    "dbrx, Dbrx_H100x128, 131596523520",
    // With the fixed table of positions, 256 x 1,152, which is not trained.
    "dit, DiT_XL2_A100x8, 675129632",
    "falcon, Falcon_40B_A100x384, 41303293952",
    "falcon, Falcon_7B_A100x64, 6921720704",
    "gemma2, Gemma2_27B_H100x64, 27227128320",
    "gemma3, Gemma3_27B_H100x64, 27009346304",
    "glm4_5, Glm4_5_H100x256, 352797814784",
    "gpt_neox, GptNeoX_20B_A100x96, 20554567680",
    "gpt_oss, GptOss_120B_H100x64, 116829156672",
    "grok1, Grok1_H100x256, 315684820992",
    "jamba, Jamba_H100x64, 51570323328",
    "kimi_k2, Kimi_K2_H100x2048, 1026408209408",
    // As the PEFT library prints them: trainable params: 4194304 || all params: 6742609920.
    "lora, Llama2_7B_LoRA_H100x8, 6742609920",
    "llama4, Llama4_Maverick_H100x512, 400711848960",
    // By the shapes of its configuration, without the tower's last layer (12,596,224) and its norm
    // behind it (2,048), which make it 7,063,427,072; 7.1 billion are published.
    "llava, Llava_1_5_7B_A100x8, 7050828800",
    "mamba2, Mamba2_2_7B_H100x8, 2702599680",
    "mixtral, Mixtral_8x22B_H100x128, 140620634112",
    // By the shapes of its configuration; 8 billion are published.
    "nemotron_h, Nemotron_H_8B_H100x64, 8100852736",
    "phi4, Phi4_H100x32, 14659507200",
    "qwen2_5, Qwen2_5_72B_H100x128, 72706203648",
    "qwen3, Qwen3_32B_H100x64, 32762123264",
    "qwen3, Qwen3_235B_A22B_H100x256, 235093634560",
    // Published are 228,703,644,928: beside these, 13,880,064 scales of 128 by 128 values in fp8,
    // norms of all
    // heads together in place of each (62 * 6,912), and a bias of each score (62 * 256).
    "minimax_m2, MiniMax_M2_H100x256, 228689320448",
    // Published are 81,324,862,720 with the module of multi-token prediction.
    "qwen3_next, Qwen3_Next_80B_A3B_H100x128, 79674391296",
    "qwen3_next, Qwen3_Next_80B_A3B_MTP_H100x128, 81324862720",
    // Published are 11,307,321,344, with 32 relative positions of 128 heads for both stacks.
    "t5, T5_11B_H100x64, 11307313152",
    // The published language model, 9,775,192,080, without two gates of eight layers; the
    // projector.
    "llama3_vision, Llama3_2_11B_Vision_H100x64, 9806653440",
  })
  void parametersAreThosePublished(String family, String plan, long parameters) {
    assertThat(parameters(compile(family, plan))).isEqualTo(parameters);
  }

  /** Models of the library that have no plan of their own. */
  @ParameterizedTest
  @CsvSource({
    "gemma2, Gemma2_9B, 9241705984",
    "gemma3, Gemma3_12B, 11766034176",
    "gemma3, Gemma3_4B, 3880263168",
    "gpt_oss, GptOss_20B, 20914757184",
    "qwen2_5, Qwen2_5_32B, 32763876352",
    "qwen2_5, Qwen2_5_14B, 14770033664",
    "qwen2_5, Qwen2_5_7B, 7615616512",
    "qwen3, Qwen3_14B, 14768307200",
    "qwen3, Qwen3_8B, 8190735360",
    "qwen3, Qwen3_30B_A3B, 30532122624",
  })
  void derivedModelsHaveTheParametersOfTheirOwn(String family, String model, long published) {
    assertThat(parameters(compile("std/models/" + family + ".tfm", model, "")))
        .isEqualTo(published);
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
    "Experts,         'layers = 32, hidden = 4096, kv_heads = 8, experts = 8, top_k = 2, expert_ffn"
        + " = 14336, vocab = 32000', 46702792704, 0",
    "WindowedExperts, '',                            116789048640,        0",
    "AlternatingExperts, '',                         400711848960,        0",
    "SharedExperts,   '',                            106851586048,        0",
  })
  void familiesHaveTheParametersOfTheirMembers(
      String model, String settings, long published, long more) {
    TfmCompiler.Compiled compiled = compile("std/models/families.tfm", model, settings);
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

  /** The model under a plan of eight replicas. */
  private static TfmCompiler.Compiled compile(String path, String model, String settings) {
    String text =
        """
        tfm 1
        import "%s"
        import "std/clusters.tfm"
        plan P of %s(%s) {
          mesh dp = 8  layout dp  shard { b over dp }
          batch 8  micro_batch 1
          on hgx_h100
        }
        """
            .formatted(path, model, settings);
    TfmCompiler compiler = TfmCompiler.read(new Source("p.tfm", text), Imports.LIBRARY_ONLY);
    return compiler
        .compile("P")
        .orElseThrow(() -> new AssertionError(Rendering.of(compiler.diagnostics())));
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
        List<Weight> own = new ArrayList<>(block.weights());
        own.removeIf(block::borrows);
        all += numbers.layers().of(kind.number()) * parameters(own, numbers);
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
