package io.heddle.processor;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.processor.diagnose.Source;
import io.heddle.processor.program.LocalNode;
import io.heddle.processor.program.LocalNode.Communicate;
import io.heddle.processor.program.Section;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The collectives of tensor parallelism as Megatron has them (Korthikanti et al. 2022,
 * arXiv:2205.05198, figures 3 and 5), in words.
 */
final class MegatronPatternTest {
  /** Collectives and GEMMs of one direction, in order. */
  private static List<String> pattern(List<LocalNode> nodes) {
    List<String> pattern = new ArrayList<>();
    for (LocalNode node : nodes) {
      if (node instanceof Communicate collective) {
        assertThat(collective.axes()).containsExactly("tp");
        pattern.add(collective.kind().title() + " " + collective.tensor());
      } else if (node instanceof LocalNode.Compute compute
          && !(compute.shape() instanceof LocalNode.Shape.Elements)) {
        pattern.add(compute.operation());
      }
    }
    return pattern;
  }

  private static Section block(String file, String plan, String name) {
    return Sources.shipped(file, plan).program().allBlocks().stream()
        .filter(block -> block.block().name().equals(name))
        .findFirst()
        .orElseThrow();
  }

  @ParameterizedTest
  @CsvSource({
    "llama3_8b.tfm, Pod64, attention, qkv, o, y, y",
    "gpt3_175b.tfm, Pod512, attention, qkv, o, wo, wo",
  })
  void sequenceParallelAttention(
      String file, String plan, String block, String in, String core, String out, String result) {
    Section program = block(file, plan, block);
    assertThat(pattern(program.forward()))
        .containsExactly("all-gather a", in, core, out, "reduce-scatter " + result);
    assertThat(pattern(program.backward()))
        .containsExactly(
            "all-gather dout",
            out + ".dx",
            out + ".dw",
            core + ".dx",
            "all-gather a",
            in + ".dx",
            in + ".dw",
            "reduce-scatter da");
  }

  @ParameterizedTest
  @CsvSource({
    "llama3_8b.tfm, Pod64, swiglu, gate_up, y",
    "gpt3_175b.tfm, Pod512, mlp, up, down",
  })
  void sequenceParallelFeedForward(String file, String plan, String block, String in, String out) {
    Section program = block(file, plan, block);
    assertThat(pattern(program.forward()))
        .containsExactly("all-gather a", in, out, "reduce-scatter " + out);
    assertThat(pattern(program.backward()))
        .containsExactly(
            "all-gather dout",
            out + ".dx",
            out + ".dw",
            "all-gather a",
            in + ".dx",
            in + ".dw",
            "reduce-scatter da");
  }

  /** Gathered once, so that the collectives are as many as without sequence parallelism. */
  @ParameterizedTest
  @CsvSource({"attention, qkv", "mlp, up"})
  void keptInputsAreNotGatheredAgain(String name, String in) {
    Section again = block("gpt3_175b.tfm", "Pod512", name);
    String text = Sources.shipped("gpt3_175b.tfm").text();
    String keeping =
        text.replaceFirst("(?s)(plan Pod512 .*?)\n  on ", "$1\n  keep attention.a, mlp.a\n  on ");
    Section kept =
        Sources.compile(new Source("gpt3_175b.tfm", keeping), "Pod512").program().blocks().stream()
            .filter(block -> block.block().name().equals(name))
            .findFirst()
            .orElseThrow();
    assertThat(pattern(kept.forward())).isEqualTo(pattern(again.forward()));
    List<String> expected = new ArrayList<>(pattern(again.backward()));
    assertThat(expected.remove("all-gather a")).isTrue();
    assertThat(pattern(kept.backward())).isEqualTo(expected).contains(in + ".dw");
  }

  @ParameterizedTest
  @CsvSource({
    "llama3_8b.tfm, Node8, attention",
    "llama3_8b.tfm, Node8, swiglu",
    "gpt3_175b.tfm, Pod64, attention",
    "gpt3_175b.tfm, Pod64, mlp",
  })
  void oneAllReduceEachWayWithoutIt(String file, String plan, String block) {
    Section program = block(file, plan, block);
    for (List<LocalNode> direction : List.of(program.forward(), program.backward())) {
      List<String> collectives =
          pattern(direction).stream().filter(node -> node.contains(" ")).toList();
      assertThat(collectives).hasSize(1);
      assertThat(collectives.get(0)).startsWith("all-reduce ");
    }
    // It stands after the last product of its direction.
    assertThat(pattern(program.forward())).last().asString().startsWith("all-reduce ");
    assertThat(pattern(program.backward())).last().asString().isEqualTo("all-reduce da");
  }

  /** Both tables need the whole gradient of the embedding: it is gathered once. */
  @Test
  void embeddingGathersItsGradientOnce() {
    Section embed = block("gpt3_175b.tfm", "Pod512", "embed");
    assertThat(pattern(embed.forward())).containsExactly("reduce-scatter tokens");
    assertThat(pattern(embed.backward())).containsExactly("all-gather dout");
  }
}
