package io.heddle.processor.model;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.plan.serving.BatchPolicy;
import io.heddle.plan.serving.Goal;
import io.heddle.plan.serving.Role;
import io.heddle.processor.Imports;
import io.heddle.processor.TfmCompiler;
import io.heddle.processor.diagnose.Diagnostic;
import io.heddle.processor.diagnose.Source;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What serves requests, resolved; examples of each code of a finding stand beside the codes. */
class ServingTest {
  private static final String PLANS =
      """
      tfm 1
      import "std/models/llama3.tfm"
      import "std/clusters.tfm"
      plan Prefill of Llama3_8B {
        mesh dp = 2, tp = 4  shard { b over dp  g f voc over tp }  prefill 2048  on hgx_h100
      }
      plan Decode of Llama3_8B {
        mesh dp = 2, tp = 4  shard { b over dp  g f voc over tp }
        decode 64 (context = 1000)  on hgx_h100
      }
      plan Train of Llama3_8B {
        mesh dp = 2, tp = 4  shard { b over dp  g f voc over tp }  batch 8  micro_batch 1  on hgx_h100
      }
      """;

  private static final String WHOLE =
      """
      serve Chat of Llama3_8B {
        pool     decode 1 of Decode, prefill 3 of Prefill
        transfer (at = 45 GB/s, latency = 20 us, overlap = layer)
        requests gamma 2.5 (input = 4096, output = 512, spread = 80 %, count = 300, variation = 2)
        batching sglang (tokens = 16384, sequences = 512, memory = 88 %)
        route    least_loaded (prefix = 1)
        goal     ttft p99 <= 2 s, tpot <= 50 ms
      }
      """;

  private static TfmCompiler compiler(String serve) {
    return TfmCompiler.read(new Source("serve.tfm", PLANS + serve), Imports.LIBRARY_ONLY);
  }

  private static List<String> findings(String serve) {
    TfmCompiler compiler = compiler(serve);
    assertThat(compiler.serve("Chat")).isEmpty();
    return compiler.diagnostics().stream().map(Diagnostic::message).toList();
  }

  @Test
  void allLinesAreRead() {
    Serving serving = compiler(WHOLE).serve("Chat").orElseThrow();
    assertThat(serving.pools().stream().map(Serving.Pool::role).toList())
        .containsExactly(Role.PREFILL, Role.DECODE);
    assertThat(serving.pools().get(0).instances()).isEqualTo(3);
    assertThat(serving.pools().get(0).plans()).containsExactly("Prefill");
    assertThat(serving.transfer()).isEqualTo(new Serving.Transfer(45e9, 20_000, true));
    Serving.Load load = serving.load();
    assertThat(load.arrival()).isEqualTo(Serving.Arrival.GAMMA);
    assertThat(List.of(load.amount(), load.least(), load.variation()))
        .containsExactly(2.5, 0.8, 2.0);
    assertThat(List.of(load.input(), load.output(), load.count())).containsExactly(4096, 512, 300);
    assertThat(serving.batching().policy()).isEqualTo(BatchPolicy.SGLANG);
    assertThat(serving.batching().memory()).isEqualTo(0.88);
    assertThat(serving.route()).isEqualTo(new Serving.Route(true, 1));
    assertThat(serving.goals())
        .containsExactly(
            new Goal(Goal.Metric.TTFT, Goal.Share.P99, 2),
            new Goal(Goal.Metric.TPOT, Goal.Share.MEAN, 0.05));
  }

  @Test
  void aPoolThatDoesBothHasAPlanOfEachKind() {
    Serving serving =
        compiler(
                """
                serve Chat of Llama3_8B {
                  pool     both 4 of Decode and Prefill
                  requests closed 256 (input = 100, output = 10)
                  batching vllm
                }
                """)
            .serve("Chat")
            .orElseThrow();
    assertThat(serving.pools().get(0).prefill()).isEqualTo(Optional.of("Prefill"));
    assertThat(serving.pools().get(0).decode()).isEqualTo(Optional.of("Decode"));
    assertThat(serving.load().count()).isEqualTo(10_000);
    assertThat(List.of(serving.batching().tokens(), serving.batching().sequences()))
        .containsExactly(8192, 256);
    assertThat(serving.batching().memory()).isEqualTo(0.9);
    assertThat(serving.route()).isEqualTo(new Serving.Route(false, 0));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          decode 1 of Decode             | decode 1 of Nothing           | unknown plan `Nothing`
          decode 1 of Decode             | decode 1 of Train             | it has no line `decode`
          decode 1 of Decode             | decod 1 of Decode             | unknown pool `decod`
          decode 1 of Decode             | decode 0 of Decode            | instances
          decode 1 of Decode             | decode 1 of Decode and Prefill| the pool has a plan
          gamma 2.5                      | gama 2.5                      | unknown kind of arrivals `gama`
          gamma 2.5                      | gamma 0                       | a rate above 0
          gamma 2.5                      | closed 2.5                    | a number of users
          gamma 2.5                      | gamma                         | a rate above 0
          gamma 2.5                      | trace                         | a file
          input = 4096                   | inptu = 4096                  | unknown figure `inptu`
          input = 4096                   | input = 4.5                   | a whole number
          input = 4096                   | input = much                  | a number such as
          count = 300                    | count = 99999999              | a whole number from 1 to 10,000,000
          spread = 80 %                  | spread = 8                    | a share such as
          sglang (tokens = 16384         | vlm (tokens = 16384           | unknown scheduler `vlm`
          sglang (tokens = 16384         | vllm (tokens = 256            | as many tokens of a step as sequences
          sglang (                       | static (                      | static batches stay where they are
          tokens = 16384, sequences = 512| sequences = 512, tokens = 4.5 | a whole number
          sglang (tokens = 16384, sequences = 512 | vllm (tokens = 128   | as many tokens of a step as sequences
          sglang (tokens = 16384, sequences = 512 | vllm (sequences = 8193 | as many tokens of a step as sequences
          variation = 2                  | variation = 0.0001            | a number from 0.001 to 100
          variation = 2                  | variation = 101               | a number from 0.001 to 100
          gamma 2.5                      | gamma 0.0000000001            | a rate above 0
          overlap = layer                | overlap = layers              | the word `layer`
          at = 45 GB/s                   | at = 45 GB                    | a bandwidth
          least_loaded (prefix = 1)      | random                        | unknown kind of routing `random`
          least_loaded (prefix = 1)      | round_robin (prefix = 1)      | unknown figure `prefix`
          ttft p99                       | ttft p42                      | unknown share `p42`
          ttft p99                       | tftt p99                      | unknown metric `tftt`
          p99 <= 2 s                     | p99 >= 2 s                    | is better the less it is
          p99 <= 2 s                     | p99 <= 2 GB                   | a time such as
          of Llama3_8B {                 | of Llama3_70B {               | it is of Llama3_8B, not of Llama3_70B
          """)
  void whatIsWrongIsSaid(String right, String wrong, String said) {
    assertThat(WHOLE).contains(right);
    assertThat(findings(WHOLE.replace(right, wrong))).anyMatch(text -> text.contains(said));
  }

  @Test
  void twoPoolsNeedATransferAndOneHasNone() {
    assertThat(findings(WHOLE.replaceAll("transfer .*\n", "\n")))
        .contains("serving `Chat` has no `transfer`");
    assertThat(findings(WHOLE.replaceAll("pool .*\n", "pool both 1 of Prefill and Decode\n")))
        .contains("the pools of `Chat` do not serve requests: one pool hands no cache on");
  }

  @Test
  void noLineStandsTwice() {
    assertThat(findings(WHOLE.replace("  goal", "  route round_robin\n  goal")))
        .contains("a second `route`");
  }
}
