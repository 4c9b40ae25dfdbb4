package io.heddle.processor.program;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.plan.LayerKinds;
import io.heddle.plan.mesh.Collective;
import io.heddle.plan.mesh.Group;
import io.heddle.processor.GeneratedClass;
import io.heddle.processor.Imports;
import io.heddle.processor.Sources;
import io.heddle.processor.TfmCompiler;
import io.heddle.processor.TfmCompiler.Compiled;
import io.heddle.processor.diagnose.Source;
import io.heddle.runtime.trace.Direction;
import io.heddle.runtime.trace.Flattener;
import io.heddle.runtime.trace.Kernel;
import io.heddle.runtime.trace.NodeHeader;
import io.heddle.runtime.trace.NodeSink;
import io.heddle.runtime.trace.RankTrace;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What {@code explain} says of the end of the step is what the generated code emits there. */
class StepExplanationTest {
  @ParameterizedTest
  @CsvSource({
    "llama3_8b.tfm, Node8",
    "llama3_8b.tfm, Pod64",
    "llama3_8b_long.tfm, Ring64",
    "gpt3_175b.tfm, Pod64",
    "gpt3_175b.tfm, Pod512",
    "gpt3_kp.tfm, Kp2x4",
    "gpt3_kp.tfm, Kp2x4Rc",
  })
  void saysWhatIsEmitted(String file, String plan) {
    check(Sources.shipped(file, plan));
  }

  @Test
  void saysWhatIsEmittedForExpertsOnUnevenStages() {
    TfmCompiler compiler =
        TfmCompiler.read(
            new Source("m.tfm", "tfm 1\nimport \"std/models/deepseek_v3.tfm\"\n"),
            Imports.LIBRARY_ONLY);
    assertThat(compiler.plans()).isNotEmpty();
    check(compiler.compile(compiler.plans().get(0)).orElseThrow());
  }

  @Test
  void saysWhatIsEmittedForUnevenChunks() {
    String text =
        """
        tfm 1
        import "std/models/llama3.tfm"
        import "std/clusters.tfm"
        plan P of Llama3_8B {
          mesh  pp = 2, dp = 4
          shard { b over dp  layers over pp }
          batch 16  micro_batch 1
          schedule interleaved(chunks = 2)
          stages 1 of 20, 2 of 4, 1 of 4
          on hgx_h100
        }
        """;
    TfmCompiler compiler = TfmCompiler.read(new Source("m.tfm", text), Imports.LIBRARY_ONLY);
    Compiled compiled = compiler.compile("P").orElseThrow();
    LayerKinds kinds = compiled.numbers().layers();
    assertThat(compiled.numbers().split(compiled.plan()).layersOf(0, kinds, 0)).isEqualTo(24);
    assertThat(compiled.numbers().split(compiled.plan()).layersOf(1, kinds, 0)).isEqualTo(8);
    check(compiled);
  }

  @Test
  void saysWhatIsEmittedForClippedGradients() {
    String text =
        """
        tfm 1
        import "std/models/llama3.tfm"
        import "std/clusters.tfm"
        plan P of Llama3_8B {
          mesh  pp = 2, dp = 4
          shard { b over dp  layers over pp }
          batch 16  micro_batch 1
          optimizer adam clipped sharded over dp
          on hgx_h100
        }
        """;
    TfmCompiler compiler = TfmCompiler.read(new Source("m.tfm", text), Imports.LIBRARY_ONLY);
    Compiled compiled = compiler.compile("P").orElseThrow();
    check(compiled);
    assertThat(explained(Explanation.of(compiled.program(), compiled.numbers()), 0))
        .containsExactly(
            "scatter.dp 16,060,514,304",
            "norm kernel",
            "reduce.norm.pp.dp 4",
            "optimizer kernel",
            "gather.weights.dp 2,007,564,288");
  }

  private static void check(Compiled compiled) {
    String text = Explanation.of(compiled.program(), compiled.numbers());
    Flattener flattener = GeneratedClass.flattener(compiled);
    boolean[] seen = new boolean[flattener.stages()];
    for (int rank = 0; rank < flattener.mesh().ranks(); rank++) {
      int stage = flattener.stage(rank);
      if (!seen[stage]) {
        seen[stage] = true;
        assertThat(explained(text, stage))
            .as("stage %d", stage)
            .containsExactlyElementsOf(emitted(flattener, rank));
      }
    }
  }

  /** Each node: its operation, and bytes of a collective. */
  private static List<String> explained(String text, int stage) {
    List<String> nodes = new ArrayList<>();
    boolean here = false;
    for (String line : text.lines().toList()) {
      if (line.startsWith("step, stage")) {
        here = covers(line, stage);
      } else if (here && !line.isBlank()) {
        String[] words = line.strip().split(" +", -1);
        boolean isCollective = line.endsWith(" B");
        nodes.add(words[0] + " " + (isCollective ? words[words.length - 2] : "kernel"));
      }
    }
    return nodes;
  }

  private static boolean covers(String heading, int stage) {
    List<Integer> numbers =
        Pattern.compile("\\d+")
            .matcher(heading)
            .results()
            .map(match -> Integer.valueOf(match.group()))
            .toList();
    return heading.contains(" to ")
        ? numbers.get(0) <= stage && stage <= numbers.get(1)
        : numbers.contains(stage);
  }

  private static List<String> emitted(Flattener flattener, int rank) {
    List<String> nodes = new ArrayList<>();
    NodeSink sink =
        new NodeSink() {
          @Override
          public void compute(NodeHeader node, Kernel kernel) {
            if (node.direction() == Direction.STEP) {
              nodes.add(node.operation() + " kernel");
            }
          }

          @Override
          public void collective(NodeHeader node, Collective collective, Group group, long bytes) {
            if (node.direction() == Direction.STEP) {
              nodes.add(node.operation() + " " + String.format(Locale.ROOT, "%,d", bytes));
            }
          }

          @Override
          public void send(NodeHeader node, int peer, int tag, long bytes) {}

          @Override
          public void receive(NodeHeader node, int peer, int tag, long bytes) {}
        };
    RankTrace trace = flattener.open(rank);
    for (int action = 0; action < flattener.actions(rank); action++) {
      trace.emit(action, sink);
    }
    return nodes;
  }
}
