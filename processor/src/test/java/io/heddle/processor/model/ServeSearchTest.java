package io.heddle.processor.model;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.processor.Imports;
import io.heddle.processor.TfmCompiler;
import io.heddle.processor.diagnose.Diagnostic;
import io.heddle.processor.diagnose.Source;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Searches among fleets, resolved. */
class ServeSearchTest {
  private static final String CHAT =
      """
      tfm 1
      import "std/models/llama3.tfm"
      import "std/clusters.tfm"
      plan Prefill of Llama3_8B {
        mesh dp = 2, tp = 4  shard { b over dp  g f voc over tp }  prefill 2048
        on hgx_h100(nodes = dp * tp / 8)
      }
      plan Decode of Llama3_8B {
        mesh dp = 2, tp = 4  shard { b over dp  g f voc over tp }
        decode 64 (context = 1000)  on hgx_h100(nodes = dp * tp / 8)
      }
      serve Chat of Llama3_8B {
        pool     prefill 3 of Prefill, decode 1 of Decode
        transfer (at = 45 GB/s)
        requests poisson 2 (input = 4096, output = 512)
        batching sglang (tokens = 16384, sequences = 512)
        goal     ttft p99 <= 2 s, tpot <= 50 ms
      }
      serve Aimless of Llama3_8B {
        pool     prefill 3 of Prefill, decode 1 of Decode
        transfer (at = 45 GB/s)
        requests poisson 2 (input = 4096, output = 512)
        batching sglang (tokens = 16384, sequences = 512)
      }
      """;

  private static TfmCompiler compiler(String search) {
    return TfmCompiler.read(new Source("serve.tfm", CHAT + search), Imports.LIBRARY_ONLY);
  }

  @Test
  void numbersOfPoolsAndOfBatchingAreVaried() {
    TfmCompiler compiler =
        compiler(
            """
            search Best of Chat {
              prefill.count in any
              decode.tp in 2, 4, 2 * 4
              batching.tokens in 2048, 8192
              maximize goodput_per_gpu when gpus <= 16
            }
            """);
    assertThat(compiler.isOfServe("Best")).isTrue();
    ServeSearch search = compiler.serveSearch("Best").orElseThrow();
    assertThat(search.varied().stream().map(ServeSearch.Varied::name).toList())
        .containsExactly("prefill.count", "decode.tp", "batching.tokens");
    assertThat(search.varied().get(0).values())
        .isEqualTo(IntStream.rangeClosed(1, 16).boxed().toList());
    assertThat(search.varied().get(1).values()).containsExactly(2, 4, 8);
    assertThat(search.varied().get(1).isOfMesh()).isTrue();
    assertThat(search.varied().get(2).isOfMesh()).isFalse();
    assertThat(search.size()).isEqualTo(16 * 3 * 2);
    assertThat(search.aim()).isEqualTo(ServeAim.GOODPUT_PER_GPU);
    assertThat(search.aimText()).isEqualTo("maximize goodput_per_gpu when gpus <= 16");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "Chat | decode.count in any | minimize gpus | it says nothing of how many GPUs there are",
        "Chat | decode.count in any | minimize gpus when gpus >= 8 | only `gpus <=` limits it",
        "Chat | decode.count in any | minimize gpus when time <= 8 s | only `gpus <=` limits it",
        "Chat | decode.count in any | minimize gpus when gpus <= 0 | out of range",
        "Chat | decode.count in any | maximize gpus when gpus <= 8 | `gpus` is better the less it is",
        "Chat | decode.count in any | minimize time when gpus <= 8 | unknown measure `time`",
        "Chat | decode.count in any | '' | search `Best` has 0 aims",
        "Chat | both.count in any | minimize gpus when gpus <= 8 | unknown number to vary `both.count`",
        "Chat | decode.context in 1, 2 | minimize gpus when gpus <= 8 | unknown number to vary `decode.context`",
        "Chat | tp in 1, 2 | minimize gpus when gpus <= 8 | unknown number to vary `tp`",
        "Chat | batching.tokens in any | minimize gpus when gpus <= 8 | `batching.tokens in any` has no values",
        "Chat | decode.count in 0, 1 | minimize gpus when gpus <= 8 | a whole number from 1 to 65,536",
        "Chat | decode.count in (schedule) | minimize gpus when gpus <= 8 | `decode.count` takes numbers",
        "Chat | dp = 8 | minimize gpus when gpus <= 8 | it varies numbers of its pools and of `batching` only",
        "Chat | keep when dp == 8 | minimize gpus when gpus <= 8 | it varies numbers of its pools",
        "Chat | decode.tp in 1  decode.tp in 2 | minimize gpus when gpus <= 8 | `decode.tp` is varied twice",
        "Aimless | decode.count in any | minimize gpus when gpus <= 8 | `Aimless` has no goal to reach",
      })
  void whatCannotBeIsSaid(String serve, String line, String aim, String message) {
    String text = "search Best of %s {\n  %s\n  %s\n}\n".formatted(serve, line, aim);
    TfmCompiler compiler = compiler(text);
    compiler.checkAll();
    List<String> messages = compiler.diagnostics().stream().map(Diagnostic::message).toList();
    assertThat(messages).anyMatch(each -> each.contains(message));
    assertThat(compiler.serveSearch("Best")).isEmpty();
  }

  @Test
  void aSearchOfAPlanIsNone() {
    TfmCompiler compiler = compiler("search Best of Decode {\n  tp in 2, 4\n  minimize time\n}\n");
    assertThat(compiler.isOfServe("Best")).isFalse();
    assertThat(compiler.isOfServe("Nobody")).isFalse();
  }
}
