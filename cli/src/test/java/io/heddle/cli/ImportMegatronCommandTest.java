package io.heddle.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ImportMegatronCommandTest {
  private static final Path ARGUMENTS =
      Path.of("src/test/resources/io/heddle/cli/convert/megatron");

  /** A small model, to which tests add what they are about. */
  private static final String SMALL =
      "--num-layers 2 --hidden-size 512 --num-attention-heads 8 --seq-length 128 --vocab-size 1024"
          + " --bf16 ";

  private static final String EXPERTS =
      SMALL
          + "--num-experts 8 --moe-ffn-hidden-size 256 --swiglu --sequence-parallel"
          + " --tensor-model-parallel-size 2 ";

  /** Narayanan et al. 2021, table 1: 174.6 billion parameters on 96 x 8 GPUs. */
  private static final String GPT3 = arguments("gpt3.args");

  /** The arguments with which Megatron-LM's examples train DeepSeek-V3. */
  private static final String DEEPSEEK = arguments("deepseek_v3.args");

  @TempDir private Path folder;

  private static String arguments(String file) {
    try {
      return Files.readString(ARGUMENTS.resolve(file));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Execution read(String arguments, Object... more) {
    List<Object> all =
        new ArrayList<>(List.of("import", "megatron", arguments, "-o", folder.resolve("m.tfm")));
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
        .contains("stages    15 of 4, 1 of 1")
        .contains("recompute attention.queries, attention.keys_values, concat, moe.inner")
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
    Path recipe = ARGUMENTS.resolve("llama3_8b.yaml");
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

  @Test
  void aMisspeltArgumentIsAQuestion() {
    assertThat(read(GPT3 + " --recompute-granularty full", "--gpus", 64).err())
        .contains("not read; did you mean `recompute_granularity`?");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--hidden-size 512 --seq-length 8      | no layers: write the key num_layers",
        "--num-layers 2 --seq-length 8         | no hidden: write the key hidden_size",
        "--num-layer 2 --seq-length 8          | key num_layers; \"num_layer\" is not known",
        "--num-layers 2                        | no length: write the key seq_length",
        "--num-layers x --seq-length 8         | `num_layers` is \"x\"; expected a whole number",
        "--num-layers 2 --hidden-size 8 --num-attention-heads 2 --seq-length 8 --vocab-size 9 --tensor-model-parallel-size 3 --nnodes 1 --nproc-per-node 8 | 8 GPUs do not divide",
        "--num-layers 2 --hidden-size 8 --num-attention-heads 2 --seq-length 8 --vocab-size 9 --moe-layer-freq (x | moe_layer_freq: ",
        "--num-layers 2 --hidden-size 8 --num-attention-heads 2 --seq-length 8 --vocab-size 9 --fp8-format e4m3 --fp8-recipe x | `fp8_recipe` is \"x\"",
        "--num-layers 2 --hidden-size 8 --num-attention-heads 2 --seq-length 8 --vocab-size 9 --tensor-model-parallel-size 16777216 --pipeline-model-parallel-size 16777216 --context-parallel-size 16777216 | GPUs do not divide",
        "--num-layers 2 --hidden-size 8 --num-attention-heads 2 --seq-length 8 --vocab-size 9 --nnodes 4294967296 --nproc-per-node 4294967297 | `nnodes` is 4294967296; expected",
        "--num-layers 2 --hidden-size 8 --num-attention-heads 2 --seq-length 8 --vocab-size 9 --position-embedding-type mrope | `position_embedding_type` is \"mrope\"; expected one of",
        "--num-layers 2 --hidden-size 8 --num-attention-heads 2 --seq-length 8 --vocab-size 9 --use-megatron-fsdp --data-parallel-sharding-strategy x | `data_parallel_sharding_strategy` is \"x\"; expected one of no_shard",
        "--num-layers 2 --hidden-size 8 --num-attention-heads 2 --seq-length 8 --vocab-size 9 --bf16 --fp4-format e2m1 | device `h100_sxm` states no peak for nvfp4",
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
        "'{\"\\e]0;\": 1, a: {\"\\e]0;\": 2}}' | \"\\u001b]0;\" is 1 and 2",
        "'? [a]\n: 1'     | not YAML: Non scalar key",
        "'&a {b: *a}'      | nested more than 20 deep",
        "'{a: {x: 1}, b: {x: 2}}' | \"x\" is 1 and 2",
      })
  void whatIsNoRecipeIsAnError(String yaml, String message) {
    Path file = Execution.write(folder.resolve("r.yml"), yaml);
    Execution read = Execution.of("import", "megatron", file);
    assertThat(read.exit()).as(read.err()).isEqualTo(1);
    assertThat(read.err()).contains(message).doesNotContain("Exception");
  }

  private void planHas(String arguments, String... lines) {
    Execution read = read(arguments, "--gpus", 8);
    assertThat(read.exit()).as(read.err()).isZero();
    assertThat(written()).content().contains(lines);
    Execution check = Execution.of("check", written());
    assertThat(check.exit()).as(check.err() + check.out()).isZero();
  }

  /** Torch's FSDP shards everything; Megatron's own does what its strategy says, or nothing. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--use-torch-fsdp2   |                    | adam clipped sharded over dp, weights sharded",
        "--use-megatron-fsdp |                    | adam clipped",
        "--use-megatron-fsdp | no_shard           | adam clipped",
        "--use-custom-fsdp   | no_shard           | adam clipped",
        "--use-custom-fsdp   | optim              | adam clipped sharded over dp",
        "--use-megatron-fsdp | optim_grads        | adam clipped sharded over dp, gradients sharded",
        "--use-megatron-fsdp | optim_grads_params | adam clipped sharded over dp, weights sharded",
      })
  void fsdpShardsWhatItsStrategySays(String flag, String strategy, String optimizer) {
    String more = strategy == null ? "" : " \"--data-parallel-sharding-strategy=" + strategy + '"';
    planHas(SMALL + flag + more, "optimizer " + optimizer + "\n");
  }

  /** Without a split each rank computes whole experts, whether others have more of them or not. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "''                                                               | 'n fe over tp'",
        "--expert-tensor-parallel-size 2                                  | 'n fe over tp'",
        "--expert-tensor-parallel-size 1                                  | 'n over tp'",
        "--expert-tensor-parallel-size 1 --expert-model-parallel-size 8   | 'n over tp'",
        "--expert-tensor-parallel-size 2 --expert-model-parallel-size 4   | 'n fe over tp'",
      })
  void expertsAreSplitAsTheirOwnSizeSays(String arguments, String rule) {
    planHas(EXPERTS + arguments, "    " + rule + "\n");
  }

  @Test
  void aSizeOfItsOwnForExpertsIsRefused() {
    Execution read = read(EXPERTS + "--expert-tensor-parallel-size 4", "--gpus", 8);
    assertThat(read.exit()).isEqualTo(1);
    assertThat(read.err())
        .contains(
            "`expert_tensor_parallel_size` is 4; expected 1 or tensor_model_parallel_size, 2");
  }

  @ParameterizedTest
  @CsvSource({
    "--position-embedding-type none, 'attend(q, k'",
    "--position-embedding-type=\"rope\", 'attend(rope(q), rope(k)'",
    "'--position-embedding-type \"ro\"''pe''', 'attend(rope(q), rope(k)'",
    "--no-position-embedding, 'attend(q, k'",
    "--no-position-embedding --use-rotary-position-embeddings, 'attend(rope(q), rope(k)'",
  })
  void positionsAreThoseThatAreNamed(String arguments, String attention) {
    planHas(SMALL + arguments, attention);
    assertThat(written()).content().doesNotContain("positions[");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "''                                             | fp32, gradients fp32",
        "--bf16                                         | bf16, gradients fp32",
        "--bf16 --grad-reduce-in-bf16                   | bf16, gradients bf16",
        "--fp16                                         | fp16, gradients fp16",
        "--fp16 --accumulate-allreduce-grads-in-fp32    | fp16, gradients fp32",
        "--params-dtype torch.bfloat16                  | bf16, gradients fp32",
        "--bf16 --fp8-format hybrid                     | fp8 delayed, gradients fp32",
        "--bf16 --fp8-format e4m3 --fp8-recipe mxfp8    | mxfp8, gradients fp32",
        "--bf16 --use-precision-aware-optimizer --exp-avg-dtype bf16 | bf16, gradients fp32, moments bf16",
        "--bf16 --fp32-residual-connection              | bf16, stream fp32, gradients fp32",
      })
  void numbersAreKeptAsMegatronKeepsThem(String arguments, String formats) {
    planHas(SMALL.replace("--bf16 ", arguments), "dtype     " + formats + "\n");
    assertThat(read(SMALL.replace("--bf16 ", arguments)).err())
        .doesNotContain("not a known argument");
  }

  /** The script ends the launcher's arguments. */
  @Test
  void theLauncherSaysHowManyGpus() {
    Execution read = read("torchrun --nnodes 2 --nproc-per-node 8 pretrain_gpt.py " + SMALL);
    assertThat(read.exit()).as(read.err()).isZero();
    assertThat(written()).content().contains("mesh      dp = 16\n");
  }

  /** Experts without gates have one matrix less. */
  @Test
  void expertsMayHaveNoGate() {
    String experts = "--num-experts 8 --moe-ffn-hidden-size 256 --disable-bias-linear ";
    assertThat(read(SMALL + experts, "--gpus", 8).exit()).isZero();
    assertThat(written()).content().contains("weight router[h er], up[e h fe], down[e fe h]");
    planHas(
        SMALL + experts + "--moe-shared-expert-intermediate-size 512",
        "weight shared_up[h fs], shared_down[fs h]",
        "us[b s fs] = gelu(a * shared_up)");
  }

  @ParameterizedTest
  @CsvSource({
    "--ddp-bucket-size 20000000, 80 MB",
    "--ddp-bucket-size 20000001, 80000004 B",
    "'', 160 MB",
  })
  void bucketsAreAsLargeAsIsSaid(String arguments, String size) {
    planHas(SMALL + "--overlap-grad-reduce " + arguments, "reduce    in buckets of " + size + "\n");
  }

  /** There is nothing to simulate on one GPU. */
  @Test
  void twoGpusAreTheFewest() {
    assertThat(read(SMALL, "--gpus", 1).err()).contains("one GPU exchanges nothing: pass --gpus");
    assertThat(read(SMALL).err()).contains("two replicas; pass --gpus for more");
    assertThat(Execution.of("check", written()).exit()).isZero();
  }

  @Test
  void trainingInFp32IsSaid() {
    assertThat(read(SMALL.replace("--bf16 ", "")).err()).contains("neither bf16 nor fp16");
  }

  @Test
  void aWidthThatIsNullIsWorkedOut() {
    Path recipe =
        Execution.write(
            folder.resolve("r.yaml"),
            arguments("llama3_8b.yaml").replace("size: 14336", "size: null"));
    Execution read = Execution.of("import", "megatron", recipe, "--gpus", 8, "-o", written());
    assertThat(read.exit()).as(read.err()).isZero();
    assertThat(written()).content().contains("ffn = 10880");
    assertThat(read.err()).contains("no ffn_hidden_size: 8/3 of hidden_size");
  }

  /** A list that holds itself is no argument, and nothing that is read. */
  @Test
  void aListMayHoldItself() {
    Path recipe =
        Execution.write(
            folder.resolve("r.yaml"),
            arguments("llama3_8b.yaml") + "odd: &a [{k: *a}, *a]\nother: &b {list: [*b]}\n");
    Execution read = Execution.of("import", "megatron", recipe, "--gpus", 8, "-o", written());
    assertThat(read.exit()).as(read.err()).isZero();
    assertThat(read.err()).contains("\"odd\": not a known argument");
  }
}
