package io.heddle.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Commands that launch engines of inference. */
class ExportEngineTest {
  private static final String TEXT =
      """
      tfm 1
      import "std/models/llama3.tfm"
      import "std/models/deepseek_v3.tfm"
      import "std/measured/h100_sxm.tfm"

      plan Train of Llama3_8B {
        mesh   tp = 2
        shard  { g f voc over tp }
        batch  2  micro_batch 1
        on     hgx_h100_measured(gpus = 2)
      }
      plan Prefill of Llama3_8B {
        mesh    tp = 2
        shard   { g f voc over tp }
        prefill 8192 (context = 512, sequences = 4)
        cache   (page = 16, dtype = fp8)
        on      hgx_h100_measured(gpus = 2)
      }
      plan Decode of Llama3_8B {
        mesh   tp = 2
        shard  { g f voc over tp }
        decode 128 (context = 4096)
        cache  (page = 16, dtype = fp8)
        on     hgx_h100_measured(gpus = 2)
      }
      plan Mixed of Llama3_8B {
        mesh    tp = 2
        shard   { g f voc over tp }
        decode  128 (context = 4096)
        prefill 1920 (context = 512, sequences = 2)
        on      hgx_h100_measured(gpus = 2)
      }
      plan Piped of Llama3_8B {
        mesh   pp = 2, tp = 2
        shard  { g f voc over tp  layers over pp }
        stages 1 of 17, 1 of 15
        decode 128 (context = 4096)
        on     hgx_h100_measured(gpus = 4)
      }
      plan Wide of DeepSeek_V3 {
        mesh   dp = 32, tp = 1   view moe: (dp tp) = (ep)
        shard  { b over dp  n f fs voc over tp  e over ep }
        decode 128 (context = 4096)
        dtype  bf16, products fp8 blockwise
        cache  mla.nc, mla.rope.kp (page = 64, dtype = fp8) absorbed
        on     hgx_h100(nodes = 4)
      }
      plan Guesses of Llama3_8B {
        mesh   tp = 2
        shard  { g f voc over tp }
        decode 128 (context = 4096, speculate = 3, accept = 0.7)
        cache  (page = 16)
        on     hgx_h100_measured(gpus = 2)
      }
      serve Chat of Llama3_8B {
        pool     both 4 of Prefill and Decode
        requests poisson 8 (input = 4096, output = 512, count = 10)
        batching vllm (tokens = 2048, sequences = 256, pages = 5000)
        route    least_loaded
      }
      serve Apart of Llama3_8B {
        pool     prefill 3 of Prefill, decode 1 of Decode
        transfer (at = 45 GB/s)
        requests closed 64 (input = 4096, output = 512, count = 10)
        batching sglang (tokens = 16384, sequences = 512)
      }
      serve Batched of Llama3_8B {
        pool     both 1 of Prefill and Decode
        requests closed 64 (input = 4096, output = 512, count = 10)
        batching trtllm_max_utilization (tokens = 2048, sequences = 64)
      }
      """;

  @TempDir private Path folder;
  private Path file = Path.of("");

  @BeforeEach
  void write() {
    file = Execution.write(folder.resolve("chat.tfm"), TEXT);
  }

  private Execution export(String engine, Object... more) {
    Object[] arguments = new Object[3 + more.length];
    System.arraycopy(new Object[] {"export", engine, file}, 0, arguments, 0, 3);
    System.arraycopy(more, 0, arguments, 3, more.length);
    return Execution.of(arguments);
  }

  private static String flat(Execution exported) {
    return exported.out().replaceAll("[\\s\\\\]+", " ");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "vllm   | Decode  | vllm serve MODEL --tensor-parallel-size 2 --dtype bfloat16 --kv-cache-dtype fp8 --block-size 16 --max-model-len 4097 --max-num-seqs 128 --max-num-batched-tokens 128",
        "vllm   | Prefill | --max-model-len 2561 --max-num-seqs 4 --max-num-batched-tokens 8192",
        "vllm   | Mixed   | --max-model-len 4097 --max-num-seqs 130 --max-num-batched-tokens 2048",
        "vllm   | Piped   | VLLM_PP_LAYER_PARTITION=17,15 vllm serve MODEL --tensor-parallel-size 2 --pipeline-parallel-size 2 --dtype",
        "vllm   | Wide    | --tensor-parallel-size 1 --data-parallel-size 32 --enable-expert-parallel --data-parallel-size-local 8 --data-parallel-start-rank \"$((NODE * 8))\" --data-parallel-address \"$HEAD\"",
        "vllm   | Wide    | --quantization fp8 --kv-cache-dtype fp8 --block-size 64",
        "sglang | Decode  | python -m sglang.launch_server --model-path MODEL --tensor-parallel-size 2 --dtype bfloat16 --kv-cache-dtype fp8_e4m3 --page-size 16 --context-length 4097 --max-running-requests 128 --chunked-prefill-size 128 --max-prefill-tokens 128",
        "sglang | Piped   | SGLANG_PP_LAYER_PARTITION=17,15 python",
        "sglang | Wide    | --tensor-parallel-size 32 --data-parallel-size 32 --enable-dp-attention --expert-parallel-size 32 --nnodes 4 --node-rank \"$NODE\" --dist-init-addr",
        "sglang | Wide    | --max-running-requests 4096 --chunked-prefill-size 4096 --max-prefill-tokens 128",
        "trtllm | Decode  | dtype: bfloat16 kv_cache_config: dtype: fp8 tokens_per_block: 16 END trtllm-serve MODEL --tp_size 2 --max_seq_len 4097 --max_batch_size 128 --max_num_tokens 128 --config trtllm_Decode.yaml",
        "trtllm | Wide    | enable_attention_dp: true",
        "vllm   | Guesses | --max-model-len 4100 --max-num-seqs 128 --max-num-batched-tokens 512 --speculative-config '{\"method\":\"ngram\",\"num_speculative_tokens\":3,\"prompt_lookup_max\":4}'",
        "sglang | Guesses | --speculative-algorithm NGRAM --speculative-num-draft-tokens 4",
        "trtllm | Guesses | speculative_config: decoding_type: NGram max_draft_len: 3",
        "trtllm | Wide    | srun -N 4 --ntasks 32 --ntasks-per-node 8 --mpi=pmix trtllm-llmapi-launch trtllm-serve MODEL --tp_size 32 --ep_size 32 --gpus_per_node 8",
      })
  void aPlanIsACommand(String engine, String plan, String arguments) {
    assertThat(flat(export(engine, "--plan", plan))).contains(arguments);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "vllm   | Decode | ''",
        "vllm   | Wide   | ''",
        "sglang | Wide   | ''",
        "trtllm | Wide   | ''",
        "trtllm | Piped  | `stages`: layers of each stage",
        "vllm   | Piped  | `cache (page = 1)`: pages of other sizes",
        "sglang | Piped  | ''",
        "vllm   | Guesses | `accept = 70 %`: engines are not told an acceptance rate",
        "sglang | Guesses | `accept = 70 %`: engines are not told an acceptance rate",
        "trtllm | Guesses | `accept = 70 %`: engines are not told an acceptance rate",
      })
  void whatCannotBeSaidIsListed(String engine, String plan, String lost) {
    Execution exported = export(engine, "--plan", plan);
    assertThat(exported.exit()).as(exported.err()).isEqualTo(lost.isEmpty() ? 0 : 1);
    if (lost.isEmpty()) {
      assertThat(exported.err()).doesNotContain("not supported: ");
    } else {
      assertThat(exported.err()).contains("heddle: not supported: " + lost);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "vllm   | Wide   | shard = { b over dp  n f fs voc over tp } | experts that are split over 1 of 32 ranks",
        "vllm   | Wide   | dtype = (bf16, products mxfp8)             | `dtype bf16, products mxfp8`",
        "trtllm | Wide   | cache = (mla.nc, mla.rope.kp (page = 48) absorbed) | `cache (page = 48)`: pages of other sizes",
        "vllm   | Decode | cache = ((page = 16, dtype = fp16))        | `cache (dtype = fp16)`",
        "vllm   | Prefill | shard = { g f voc over tp  stream: s over tp } | `stream:`",
        "vllm   | Decode | shard = { g f over tp }                    | a vocabulary that is whole",
      })
  void linesThatNoArgumentSaysAreListed(String engine, String plan, String line, String lost) {
    Execution exported = export(engine, "--plan", plan, "--set", line);
    assertThat(exported.err()).contains("heddle: not supported: " + lost);
    assertThat(exported.exit()).isEqualTo(1);
  }

  @Test
  void aPoolHasTheLimitsOfItsScheduler() {
    Execution exported = export("vllm", "--serve", "Chat", "--model", "meta/Llama 8B");
    assertThat(exported.exit()).as(exported.err()).isZero();
    assertThat(exported.out()).startsWith("# vLLM 0.11, pool both: 4 of these, of 2 GPUs each\n");
    assertThat(flat(exported))
        .contains("vllm serve 'meta/Llama 8B' --tensor-parallel-size 2 ")
        .contains("--block-size 16 --max-model-len 4608 --max-num-seqs 256")
        .contains("--max-num-batched-tokens 2048 --num-gpu-blocks-override 5000")
        .contains("--no-enable-prefix-caching")
        .doesNotContain("gpu-memory-utilization");
    assertThat(exported.err()).contains("4 such instances: `route` is said to the router");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "vllm   | --kv-transfer-config '{\"kv_connector\":\"NixlConnector\",\"kv_role\":\"kv_both\"}' | 2",
        "sglang | --disaggregation-mode prefill | 1",
        "sglang | --disaggregation-mode decode  | 1",
        "trtllm | cache_transceiver_config: backend: DEFAULT | 2",
        "trtllm | disable_overlap_scheduler: true | 1",
      })
  void twoPoolsAreTwoCommands(String engine, String arguments, int count) {
    String text = flat(export(engine, "--serve", "Apart"));
    assertThat(text.split(java.util.regex.Pattern.quote(arguments), -1)).hasSize(count + 1);
    assertThat(text).contains("pool prefill: 3 of these", "pool decode: 1 of these");
  }

  @Test
  void aFileOfBlocksTurnsThePrefixCacheOn() {
    Execution.write(
        folder.resolve("m.jsonl"),
        "{\"timestamp\": 0, \"input_length\": 512, \"output_length\": 2, \"hash_ids\": [1]}\n");
    file =
        Execution.write(
            folder.resolve("chat.tfm"),
            TEXT.replace(
                "requests poisson 8 (input = 4096, output = 512, count = 10)",
                "requests trace \"m.jsonl\""));
    assertThat(flat(export("vllm", "--serve", "Chat")))
        .contains("--max-model-len 514", " --enable-prefix-caching");
    assertThat(flat(export("sglang", "--serve", "Chat"))).doesNotContain("--disable-radix-cache");
    assertThat(flat(export("trtllm", "--serve", "Chat"))).contains("enable_block_reuse: true");
  }

  @Test
  void anotherEnginesSchedulerCannotBeSaid() {
    assertThat(export("vllm", "--serve", "Apart").err())
        .contains("not supported: prefill: `batching sglang`: the engine has a scheduler")
        .contains("not supported: decode: `batching sglang`");
    Execution own = export("trtllm", "--serve", "Batched");
    assertThat(own.exit()).as(own.err()).isZero();
    assertThat(flat(own))
        .contains("scheduler_config: capacity_scheduler_policy: MAX_UTILIZATION")
        .contains("enable_chunked_prefill: true");
  }

  @ParameterizedTest
  @ValueSource(strings = {"vllm", "sglang", "trtllm"})
  void jsonHasWhatTextHas(String engine) {
    JsonNode json = export(engine, "--serve", "Apart", "--json").json();
    assertThat(json.at("/pools/0/role").asText()).isEqualTo("prefill");
    assertThat(json.at("/pools/0/instances").asInt()).isEqualTo(3);
    assertThat(json.at("/pools/1/plans/0").asText()).isEqualTo("Decode");
    assertThat(json.at("/pools/1/keys").size()).isGreaterThan(5);
    assertThat(json.at("/pools/0/text").asText() + "\n" + json.at("/pools/1/text").asText())
        .isEqualTo(export(engine, "--serve", "Apart").out());
  }

  @Test
  void whatIsLaunchedMustBeClear() {
    assertThat(export("vllm", "--plan", "Train").err()).contains("plan Train trains");
    assertThat(export("vllm", "--plan", "Train").exit()).isEqualTo(1);
    assertThat(export("vllm").exit()).isEqualTo(2);
    assertThat(export("vllm", "--plan", "Decode", "--serve", "Chat").exit()).isEqualTo(2);
    assertThat(export("vllm", "--serve", "Nobody").exit()).isEqualTo(2);
    assertThat(export("vllm", "--plan", "Decode", "--model", " ").exit()).isEqualTo(2);
  }
}
