package io.heddle.processor.oracle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.heddle.processor.GeneratedClass;
import io.heddle.processor.TfmCompiler;
import io.heddle.processor.program.MemoryEstimate;
import io.heddle.processor.program.ParameterCount;
import io.heddle.runtime.pipeline.PipelineFlattener;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Weights that layers share, with one another or with the ends, on any stages: each stage holds
 * them once, and gradients are added once.
 */
final class SharedWeightsTest {
  private static final String LAYERS =
      """
      model Small {
        dim b
        dim s = 4, h = 8, f = 8, voc = 12
        block mlp(x[b s h]) {
          weight up[h f], down[f h]
          a        = rmsnorm(x)
          u[b s f] = gelu(a * up)
          y[b s h] = u * down
          return x + y
        }
        block gate(x[b s h]) {
          weight w[h f], v[f h]
          u[b s f] = silu(x * w)
          y[b s h] = u * v
          return x + y
        }
        embed tokens[voc h]
        stack 8 of cycle((gate, shared mlp), gate)
        head  logits[h voc]
      }
      """;

  /** Encoder, decoder and head have one table; the decoder begins in the middle. */
  private static final String TABLES =
      """
      model Small {
        dim b
        dim s = 4, u = 8, h = 8, f = 8, voc = 12
        block enc(x[b s h]) {
          weight up[h f], down[f h]
          a        = rmsnorm(x)
          w[b s f] = gelu(a * up)
          y[b s h] = w * down
          return x + y
        }
        block dec(x[b u h], m[b s h]) {
          weight up[h f], down[f h], take[h f]
          n[b f]   = mean(m, over = s) * take
          a        = rmsnorm(x)
          w[b u f] = gelu(a * up + n)
          y[b u h] = w * down
          return x + y
        }
        stream left {
          embed tokens[voc h]
          stack 4 of enc
        }
        stream right {
          embed tied tokens
          stack 4 of dec(m = left)
          head  tied tokens
        }
      }
      """;

  private static final Map<String, String> MODELS = Map.of("layers", LAYERS, "tables", TABLES);

  private static final List<String> LINES =
      List.of(
          "schedule one_f_one_b",
          "schedule gpipe\n recompute full",
          "schedule interleaved(chunks = 2)",
          "schedule zero_bubble",
          "schedule zb_v",
          "schedule dualpipe_v",
          "optimizer adam clipped sharded over dp",
          "stages 1 of 0, 1 of 3, 1 of 5, 1 of 0",
          "reduce per layer",
          "reduce in gaps\n schedule zb_v\n optimizer adam sharded over dp",
          "optimizer adam sharded over dp, gradients sharded",
          "schedule zero_bubble\n optimizer adam sharded over dp, gradients sharded",
          "schedule dualpipe_v\n optimizer adam sharded over dp, weights sharded\n reduce in buckets of 1 kB",
          "schedule interleaved(chunks = 2)\n reduce per layer blocking",
          "freeze embed");

  static Stream<Arguments> plans() {
    return MODELS.keySet().stream()
        .sorted()
        .flatMap(model -> LINES.stream().map(lines -> arguments(model, lines)));
  }

  @ParameterizedTest
  @MethodSource("plans")
  void generatedClassesDoWhatTheProgramSaysAndEnd(String model, String lines) {
    TfmCompiler.Compiled compiled = pipeline(MODELS.get(model), lines);
    PipelineFlattener generated = (PipelineFlattener) GeneratedClass.flattener(compiled);
    InterpretedFlattener interpreted = new InterpretedFlattener(compiled, generated.plan());
    for (int rank = 0; rank < generated.mesh().ranks(); rank++) {
      assertThat(NodeLines.of(generated, rank)).isEqualTo(NodeLines.of(interpreted, rank));
    }
    TerminationProperties.assertEnds(compiled);
  }

  static Stream<Arguments> shardings() {
    List<String> plans =
        List.of(
            "mesh dp = 2\n shard { b over dp }\n",
            "mesh dp = 2, tp = 2\n shard { b over dp  f voc over tp }\n",
            "mesh dp = 2, tp = 2\n shard { b over dp  f voc over tp }\n recompute gelu every 2\n",
            """
            mesh pp = 2, tp = 2
             shard { f voc over tp  layers over pp }
             schedule zero_bubble
            """);
    return MODELS.keySet().stream()
        .sorted()
        .flatMap(model -> plans.stream().map(plan -> arguments(model, plan)));
  }

  /** The gradients of all layers are terms of one. */
  @ParameterizedTest
  @MethodSource("shardings")
  void ranksComputeWhatTheModelSays(String model, String plan) {
    RankRun.check(new Problem(SmallModels.compile(MODELS.get(model), plan), 31));
  }

  @Test
  void whatLayersShareIsHeldOnceByEachStage() {
    TfmCompiler.Compiled compiled = pipeline(LAYERS, "stages 1 of 1, 1 of 1, 1 of 6, 1 of 0");
    long mlp = 8 + 2 * 8 * 8;
    long gate = 2 * 8 * 8;
    long table = 12 * 8;
    MemoryEstimate memory = new MemoryEstimate(compiled.program(), compiled.numbers());
    assertThat(memory.weights(0)).isEqualTo(2 * (table + gate + mlp));
    assertThat(memory.weights(1)).isEqualTo(2 * gate);
    assertThat(memory.weights(2)).isEqualTo(2 * (6 * gate + mlp));
    assertThat(memory.weights(3)).isEqualTo(2 * (8 + table));
    assertThat(ParameterCount.of(compiled.plan().model(), compiled.numbers()))
        .isEqualTo(2 * table + 8 * gate + mlp + 8);
    assertThat(stagesThatAdd(compiled, "reduce.tied")).containsExactly(0, 2);
  }

  @Test
  void tablesAreHeldByTheStagesThatUseThem() {
    TfmCompiler.Compiled compiled = pipeline(TABLES, "");
    long enc = 8 + 2 * 8 * 8;
    long dec = 8 + 3 * 8 * 8;
    long table = 12 * 8;
    MemoryEstimate memory = new MemoryEstimate(compiled.program(), compiled.numbers());
    assertThat(memory.weights(0)).isEqualTo(2 * (table + 2 * enc));
    assertThat(memory.weights(1)).isEqualTo(2 * 2 * enc);
    assertThat(memory.weights(2)).isEqualTo(2 * (table + 2 * dec));
    assertThat(memory.weights(3)).isEqualTo(2 * (table + 2 * dec + 8));
    assertThat(ParameterCount.of(compiled.plan().model(), compiled.numbers()))
        .isEqualTo(table + 4 * enc + 4 * dec + 8);
    assertThat(stagesThatAdd(compiled, "reduce.tied.tokens")).containsExactly(0, 2, 3);
  }

  /** One stage holds all layers that share: there is nothing to add with others. */
  @Test
  void oneStageAddsWithNobody() {
    String plan = "mesh pp = 2, dp = 4 shard { b over dp  layers over pp } stages 1 of 8, 1 of 0\n";
    TfmCompiler.Compiled compiled = SmallModels.compile(LAYERS, plan, 16);
    PipelineFlattener generated = (PipelineFlattener) GeneratedClass.flattener(compiled);
    assertThat(NodeLines.of(generated, 0)).noneMatch(node -> node.contains("reduce.tied"));
    TerminationProperties.assertEnds(compiled);
  }

  private static List<Integer> stagesThatAdd(TfmCompiler.Compiled compiled, String name) {
    PipelineFlattener generated = (PipelineFlattener) GeneratedClass.flattener(compiled);
    List<Integer> stages = new ArrayList<>();
    for (int stage = 0; stage < 4; stage++) {
      if (NodeLines.of(generated, 2 * stage).stream().anyMatch(node -> node.contains(name))) {
        stages.add(stage);
      }
    }
    return stages;
  }

  private static TfmCompiler.Compiled pipeline(String model, String lines) {
    String plan =
        """
        mesh   pp = 4, dp = 2
        layout pp > dp
        shard  { b over dp  layers over pp }
        """
            + lines
            + "\n";
    return SmallModels.compile(model, plan, 16);
  }
}
