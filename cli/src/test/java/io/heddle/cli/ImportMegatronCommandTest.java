package io.heddle.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ImportMegatronCommandTest {
  /** Narayanan et al. 2021, table 1: 174.6 billion parameters on 96 x 8 GPUs. */
  private static final String GPT3 =
      """
      --num-layers 96 --hidden-size 12288 --num-attention-heads 96 \\
      --seq-length 2048 --max-position-embeddings 2048 --vocab-size 51200 \\
      --tensor-model-parallel-size 8 --pipeline-model-parallel-size 8 \\
      --num-layers-per-virtual-pipeline-stage 3 --micro-batch-size 1 --global-batch-size 1536 \\
      --sequence-parallel --recompute-activations --bf16 --lr 6.0e-5 --train-iters 500000 \\
      --attention-dropout 0.0 --hidden-dropout 0.0 --use-distributed-optimizer
      """;

  /** The arguments with which Megatron-LM's examples train DeepSeek-V3. */
  private static final String DEEPSEEK =
      "torchrun train.py --num-layers 61 --hidden-size 7168 --num-attention-heads 128"
          + " --ffn-hidden-size 18432 --seq-length 4096 --vocab-size 129280"
          + " --multi-latent-attention --q-lora-rank 1536 --kv-lora-rank 512 --qk-head-dim 128"
          + " --qk-pos-emb-head-dim 64 --v-head-dim 128 --num-experts 256 --moe-router-topk 8"
          + " --moe-ffn-hidden-size 2048 --moe-shared-expert-intermediate-size 2048"
          + " --moe-layer-freq '([0]*3+[1]*58)' --moe-router-score-function sigmoid --swiglu"
          + " --disable-bias-linear --normalization RMSNorm"
          + " --untie-embeddings-and-output-weights --position-embedding-type rope"
          + " --tensor-model-parallel-size 2 --expert-tensor-parallel-size 1"
          + " --pipeline-model-parallel-size 16 --expert-model-parallel-size 64"
          + " --decoder-first-pipeline-num-layers 4 --decoder-last-pipeline-num-layers 1"
          + " --micro-batch-size 1 --global-batch-size 2048 --nnodes 256 --nproc_per_node=8"
          + " --sequence-parallel --use-distributed-optimizer --overlap-grad-reduce"
          + " --fp8-format e4m3 --fp8-recipe blockwise --recompute-granularity selective"
          + " --recompute-modules mla_up_proj moe_act --attention-dropout 0 --hidden-dropout 0";

  @TempDir private Path folder;

  private Execution read(String arguments, Object... more) {
    List<Object> all =
        new java.util.ArrayList<>(
            List.of("import", "megatron", arguments, "-o", folder.resolve("m.tfm")));
    all.addAll(List.of(more));
    return Execution.of(all.toArray());
  }

  private Path written() {
    return folder.resolve("m.tfm");
  }

  @Test
  void gptOfTheFirstTableOfMegatron() {
    Execution read = read(GPT3, "--gpus", 768);
    assertThat(read.exit()).as(read.err()).isZero();
    assertThat(read.out()).contains("174,615,846,912 parameters, 96 layers");
    assertThat(read.err()).isEmpty();
    assertThat(written())
        .content()
        .contains("mesh      pp = 8, dp = 12, tp = 8")
        .contains("schedule  interleaved(chunks = 4)")
        .contains("recompute attend\n")
        .contains("optimizer adam clipped sharded over dp\n")
        .contains("voc over tp padded to 128 * tp")
        .contains("stream: s over tp");
    assertThat(Execution.of("check", written()).exit()).isZero();
  }

  @Test
  void deepSeekOn2048() {
    Execution read = read(DEEPSEEK);
    assertThat(read.exit()).as(read.err()).isZero();
    assertThat(read.out()).contains("671,026,404,352 parameters, 61 layers");
    assertThat(written())
        .content()
        .contains("mesh      pp = 16, dp = 64, tp = 2")
        .contains("view      moe: (dp tp) = (edp ep) where ep = 64")
        .contains("stages    1 of 4, 14 of 4, 1 of 1")
        .contains("recompute attention.queries, attention.keys_values, concat, silu")
        .contains("dtype     fp8 blockwise, gradients fp32")
        .contains("stack 3 of attention, swiglu\n  stack layers - 3 of attention, moe");
    assertThat(Execution.of("check", written()).exit()).isZero();
  }

  @Test
  void argumentsMayStandApart() {
    Execution apart =
        Execution.of(
            "import",
            "megatron",
            "--num-layers",
            "2",
            "--hidden-size=512",
            "--num-attention-heads",
            8,
            "--seq-length",
            128,
            "--vocab-size",
            1000,
            "--name",
            "Tiny");
    assertThat(apart.exit()).as(apart.err()).isZero();
    assertThat(apart.out()).contains("model Tiny {").contains("cluster machine {");
    assertThat(apart.err()).contains("pass --gpus for more");
  }

  @Test
  void aRecipeHasSections() {
    Path recipe =
        Execution.write(
            folder.resolve("recipe.yaml"),
            """
            model:
              num_layers: 32
              hidden_size: 4096
              ffn_hidden_size: 14336
              num_attention_heads: 32
              num_query_groups: 8
              seq_length: 8192
              vocab_size: 128256
              swiglu: true
              add_bias_linear: false
              normalization: RMSNorm
              position_embedding_type: rope
              untie_embeddings_and_output_weights: true
              attention_dropout: 0.0
              hidden_dropout: 0.0
              tensor_model_parallel_size: 4
              context_parallel_size: 2
              sequence_parallel: true
            train:
              micro_batch_size: 1
              global_batch_size: 128
            """);
    Execution read = Execution.of("import", "megatron", recipe, "--gpus", 64, "-o", written());
    assertThat(read.exit()).as(read.err()).isZero();
    assertThat(read.out()).contains("8,030,261,248 parameters");
    assertThat(written())
        .content()
        .contains("mesh      dp = 8, cp = 2, tp = 4")
        .contains("context   ring")
        .contains("g f over tp");
    assertThat(Execution.of("check", written()).exit()).isZero();
  }

  @Test
  void whatIsLeftOutIsNamed() {
    assertThat(read(GPT3 + " --mtp-num-layers 1 --warp-drive 9", "--gpus", 64).err())
        .contains("mtp_num_layers: multi-token prediction is left out")
        .contains("\"warp_drive\": not a known argument");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--hidden-size 512 --seq-length 8      | no layers: write the key num_layers",
        "--num-layers 2 --seq-length 8         | no hidden: write the key hidden_size",
        "--num-layers 2                        | no length: write the key seq_length",
        "--num-layers x --seq-length 8         | `num_layers` is \"x\"; expected a whole number",
        "--num-layers 2 --hidden-size 8 --num-attention-heads 2 --seq-length 8 --vocab-size 9 --tensor-model-parallel-size 3 --nnodes 1 --nproc-per-node 8 | 8 GPUs do not divide",
        "--num-layers 2 --hidden-size 8 --num-attention-heads 2 --seq-length 8 --vocab-size 9 --moe-layer-freq (x | moe_layer_freq: ",
        "--num-layers 2 --hidden-size 8 --num-attention-heads 2 --seq-length 8 --vocab-size 9 --fp8-format e4m3 --fp8-recipe x | `fp8_recipe` is \"x\"",
        "--num-layers 2 --hidden-size 8 --num-attention-heads 2 --seq-length 8 --vocab-size 9 --tensor-model-parallel-size 99999999999 | `tensor_model_parallel_size`",
      })
  void whatIsWrongIsNamed(String arguments, String message) {
    Execution read = read(arguments);
    assertThat(read.exit()).as(read.err()).isEqualTo(1);
    assertThat(read.err()).contains(message).doesNotContain("Exception");
    assertThat(written()).doesNotExist();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "a: [              | not YAML: ",
        "[1]               | expected a map",
        "'&a {b: *a}'      | nested more than 20 deep",
        "'{a: {x: 1}, b: {x: 2}}' | x is 1 and 2",
      })
  void whatIsNoRecipeIsAnError(String yaml, String message) {
    Path file = Execution.write(folder.resolve("r.yml"), yaml);
    Execution read = Execution.of("import", "megatron", file);
    assertThat(read.exit()).as(read.err()).isEqualTo(1);
    assertThat(read.err()).contains(message).doesNotContain("Exception");
  }
}
