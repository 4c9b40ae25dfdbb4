package io.heddle.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ExportCommandTest {
  private static final Path LIBRARY =
      Path.of("../processor/src/main/resources/io/heddle/std/models");

  private static final Path ARGUMENTS =
      Path.of("src/test/resources/io/heddle/cli/convert/megatron");

  private static final Path LLAMA = Path.of("../examples/models/llama3_8b.tfm");

  @TempDir private Path folder;

  private Path imported(String name, Object arguments, Object... more) {
    Path file = folder.resolve(name + ".tfm");
    List<Object> all =
        new ArrayList<>(List.of("import", "megatron", arguments, "-o", file, "--name", "M"));
    all.addAll(List.of(more));
    Execution read = Execution.of(all.toArray());
    assertThat(read.exit()).as(read.err()).isZero();
    return file;
  }

  /** What stands in a file without its comments. */
  private static String lines(Path file) throws IOException {
    return Files.readString(file)
        .lines()
        .filter(line -> !line.startsWith("//"))
        .collect(Collectors.joining("\n"));
  }

  /** Arguments, the plan that they make, its arguments, and the plan that those make. */
  @ParameterizedTest
  @CsvSource({
    "gpt3.args,       --gpus, 768",
    "deepseek_v3.args,--gpus, 2048",
    "llama3_8b.yaml,  --gpus, 64",
  })
  void argumentsComeBack(String name, String option, int gpus) throws IOException {
    Path given = ARGUMENTS.resolve(name);
    Object arguments = name.endsWith(".yaml") ? given : Files.readString(given);
    Path first = imported("first", arguments, option, gpus);
    Execution exported = Execution.of("export", "megatron", first);
    assertThat(exported.exit()).as(exported.err()).isZero();
    Path second = imported("second", exported.out());
    assertThat(lines(second)).isEqualTo(lines(first));
    assertThat(Execution.of("export", "megatron", second).out()).isEqualTo(exported.out());
  }

  @Test
  void argumentsOfGpt3AreThoseThatMadeIt() throws IOException {
    Path file = imported("m", Files.readString(ARGUMENTS.resolve("gpt3.args")), "--gpus", 768);
    assertThat(Execution.of("export", "megatron", file).out().replaceAll("[\\s\\\\]+", " "))
        .startsWith("CUDA_DEVICE_MAX_CONNECTIONS=1 torchrun --nnodes 96 --nproc-per-node 8")
        .contains("--num-layers 96 --hidden-size 12288 --num-attention-heads 96")
        .contains("--seq-length 2048")
        .contains("--max-position-embeddings 2048")
        .contains("--vocab-size 51200")
        .contains("--tensor-model-parallel-size 8")
        .contains("--pipeline-model-parallel-size 8")
        .contains("--num-layers-per-virtual-pipeline-stage 3")
        .contains("--micro-batch-size 1")
        .contains("--global-batch-size 1536")
        .contains("--sequence-parallel")
        .contains("--recompute-granularity selective --recompute-modules core_attn")
        .contains("--attention-dropout 0.0 --hidden-dropout 0.0")
        .contains("--use-distributed-optimizer")
        .contains("--bf16");
  }

  /** Plans of other names and blocks of other lines: read back, each stage does the same. */
  @ParameterizedTest
  @CsvSource({
    "llama2.tfm,      Llama2_70B_A100x128",
    "llama3.tfm,      Llama3_405B_H100x8192",
    "mixtral.tfm,     Mixtral_8x22B_H100x128",
    "qwen2_5.tfm,     Qwen2_5_72B_H100x128",
    "qwen3.tfm,       Qwen3_32B_H100x64",
    "glm4_5.tfm,      Glm4_5_H100x256",
    "kimi_k2.tfm,     Kimi_K2_H100x2048",
    "deepseek_v3.tfm, DeepSeek_V3_H100x2048",
  })
  void plansOfTheLibraryAreSaidInFull(String file, String plan) {
    Execution exported = Execution.of("export", "megatron", LIBRARY.resolve(file), "--plan", plan);
    assertThat(exported.exit()).as(exported.err()).isZero();
    assertThat(exported.err()).doesNotContain("not supported: ");
  }

  /** With other lines of the plan, as they stand in a file. */
  private static Execution changed(String program, Path file, String plan, String... lines) {
    List<Object> arguments = new ArrayList<>(List.of("export", program, file, "--plan", plan));
    for (String line : lines) {
      String[] words = line.split(" ", 2);
      String value = words[1].contains(",") ? "(" + words[1] + ")" : words[1];
      arguments.addAll(List.of("--set", words[0] + " = " + value));
    }
    return Execution.of(arguments.toArray());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "schedule interleaved(chunks = 2)     | --num-layers-per-virtual-pipeline-stage 4",
        "stages 1 of 7, 2 of 9, 1 of 7        | --decoder-first-pipeline-num-layers 7",
        "recompute full                       | --recompute-granularity full --recompute-method uniform",
        "recompute attend                     | --recompute-modules core_attn",
        "optimizer adam clipped sharded over dp, weights sharded | --use-megatron-fsdp",
        "optimizer adam clipped sharded over dp, gradients sharded | optim_grads ",
        "dtype fp8 blockwise, gradients fp32  | --fp8-format e4m3 --fp8-recipe blockwise",
        "dtype bf16, gradients bf16           | --grad-reduce-in-bf16",
        "dtype bf16, stream fp32              | --fp32-residual-connection",
        "reduce in buckets of 80 MB           | --overlap-grad-reduce --ddp-bucket-size 20000000",
        "layout dp > pp > tp                  | --use-tp-pp-dp-mapping",
        "overlap tp chunks 4                  | --tp-comm-overlap",
      })
  void linesAreArguments(String line, String arguments) {
    Execution exported = changed("megatron", LLAMA, "Pod64", line);
    assertThat(exported.exit()).as(exported.err()).isZero();
    assertThat(exported.out().replaceAll("[\\s\\\\]+", " ")).contains(arguments);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "schedule gpipe                       | `schedule gpipe`",
        "stages 1 of 9, 1 of 8, 1 of 7, 1 of 8 | `stages`: stages between the first and the last",
        "reduce per layer                     | `reduce per layer`",
        "dtype fp8 rowwise, gradients fp32    | `dtype bf16, products fp8 rowwise, gradients fp32`",
        "dtype bf16, qkv fp8                  | `dtype bf16, qkv fp8, gradients fp32`",
        "dtype bf16, logits fp32              | `dtype bf16, logits fp32, gradients fp32`",
        "recompute full every 2               | every 2 layers",
        "layout tp > dp > pp                  | `layout tp > dp > pp`: ranks in another order",
        "freeze attention                     | `freeze`: weights that are not trained",
        "optimizer sgd sharded over dp        | ''",
      })
  void whatCannotBeSaidIsListed(String line, String lost) {
    Execution exported = changed("megatron", LLAMA, "Pod64", line);
    if (lost.isEmpty()) {
      assertThat(exported.exit()).as(exported.err()).isZero();
      return;
    }
    assertThat(exported.exit()).as(exported.err()).isEqualTo(1);
    assertThat(exported.err()).contains("heddle: not supported: ").contains(lost);
    assertThat(exported.out()).contains("pretrain_gpt.py");
  }

  @Test
  void whatOnlyReadingBackTellsIsListed() {
    Path file =
        Execution.write(
            folder.resolve("m.tfm"),
            read(LLAMA).replace("y[b s h]     = o * wo", "y[b s h]     = silu(o * wo)"));
    Execution exported = Execution.of("export", "megatron", file, "--plan", "Node8");
    assertThat(exported.exit()).isEqualTo(1);
    assertThat(exported.err()).contains("stage 0: the plan has ").contains("these arguments make");
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"megatron", "torchtitan"})
  void jsonHasWhatTextHas(String program) {
    Execution text = Execution.of("export", program, LLAMA, "--plan", "Pod64");
    Execution exported = Execution.of("export", program, LLAMA, "--plan", "Pod64", "--json");
    JsonNode json = exported.json();
    assertThat(exported.exit()).isEqualTo(text.exit());
    assertThat(json.path("text").asText()).isEqualTo(text.out());
    assertThat(json.path("launch").path("nnodes").asInt()).isEqualTo(8);
    assertThat(json.path("lost").isArray()).isTrue();
    assertThat(json.path("keys").size()).isGreaterThan(8);
  }

  @Test
  void torchtitanIsToldByATomlFile() {
    Execution exported =
        changed(
            "torchtitan",
            LIBRARY.resolve("llama3.tfm"),
            "Llama3_405B_H100x8192",
            "optimizer adam clipped sharded over dp, weights sharded",
            "reduce per layer");
    assertThat(exported.exit()).as(exported.err()).isZero();
    assertThat(exported.err()).isEmpty();
    assertThat(exported.out())
        .startsWith(
            "# torchtitan 0.2: torchrun --nnodes 1024 --nproc-per-node 8 -m torchtitan.train")
        .contains("[model]\nname = \"llama3\"\nflavor = \"405B\"\n")
        .contains("seq_len = 8192\nlocal_batch_size = 32\nglobal_batch_size = 2048\n")
        .contains("data_parallel_shard_degree = 64\n")
        .contains("fsdp_reshard_after_forward = \"always\"\n")
        .contains("tensor_parallel_degree = 8\n")
        .contains("pipeline_parallel_degree = 16\n")
        .doesNotContain("less_layers")
        .contains("[activation_checkpoint]\nmode = \"none\"\n");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "schedule interleaved(chunks = 2) | pipeline_parallel_schedule = \"Interleaved1F1B\"",
        "schedule interleaved(chunks = 2) | pipeline_parallel_layers_per_stage = 4",
        "schedule dualpipe_v              | pipeline_parallel_schedule = \"DualPipeV\"",
        "dtype fp8 rowwise, gradients fp32 | [quantize.linear.float8]\\nrecipe_name = \"rowwise\"",
        "recompute full every 2           | mode = \"selective\"\\nselective_ac_option = \"2\"",
        "recompute full                   | mode = \"full\"",
      })
  void linesAreKeysOfTorchtitan(String line, String key) {
    Execution exported = changed("torchtitan", LLAMA, "Pod64", line);
    assertThat(exported.out()).as(exported.err()).contains(key.replace("\\n", "\n"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "dtype bf16, gradients fp32    | `optimizer … sharded over dp`, states alone",
        "recompute attend              | only whole layers",
        "ffn 8192                      | the sizes of the model: no flavor has them",
        "schedule zero_bubble          | `schedule zero_bubble`",
        "optimizer sgd                 | `optimizer`",
        "dtype fp16, gradients fp32    | `dtype fp16, gradients fp32`",
        "dtype bf16, stream fp32       | `dtype bf16, stream fp32, gradients fp32`",
      })
  void whatTorchtitanCannotBeToldIsListed(String line, String lost) {
    Execution exported = changed("torchtitan", LLAMA, "Pod64", line);
    assertThat(exported.exit()).as(exported.err()).isEqualTo(1);
    assertThat(exported.err()).contains("heddle: not supported: ").contains(lost);
  }

  @Test
  void aPlanMustBeNamed() {
    assertThat(Execution.of("export", "megatron", LLAMA).exit()).isEqualTo(2);
    assertThat(Execution.of("export").exit()).isEqualTo(2);
  }
}
