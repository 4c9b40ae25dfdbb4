package io.heddle.processor.oracle;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.processor.GeneratedClass;
import io.heddle.processor.TfmCompiler;
import io.heddle.processor.program.MemoryEstimate;
import io.heddle.runtime.trace.Flattener;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The first layer with a trained weight makes no gradient of its input, whether literals or numbers
 * of the plan say which layer that is.
 */
final class FirstTrainedLayerTest {
  private static final String MODEL =
      """
      model Small {
        param none = 0, one = 1, two = 2, nine = 9
        dim b
        dim s = 8, h = 8, f = 16, voc = 12
        block frozen(x[b s h]) {
          weight up[h f], down[f h]
          u[b s f] = gelu(rmsnorm(x) * up)
          y[b s h] = u * down
          return x + y
        }
        block mlp(x[b s h]) {
          weight up[h f], down[f h]
          u[b s f] = gelu(rmsnorm(x) * up)
          y[b s h] = u * down
          return x + y
        }
        block plain(x[b s h]) {
          return gelu(x)
        }
        embed tokens[voc h]
        @stacks
        head  logits[h voc]
      }
      """;

  private static TfmCompiler.Compiled compile(String stacks) {
    String all = stacks + "\nstack 1 of frozen, plain\nstack 2 of mlp, plain";
    String plan =
        """
        mesh dp = 4, tp = 2
        shard { b over dp  f voc over tp  stream: s over tp }
        freeze embed, frozen
        """;
    return SmallModels.compile(MODEL.replace("@stacks", all), plan);
  }

  /** Stacks whose counts are numbers of the plan, and the same layers with literals. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "stack none of mlp | stack 0 of mlp",
        "stack one of mlp | stack 1 of mlp",
        "stack two of mlp | stack 2 of mlp",
        "stack none of mlp stack one of mlp | stack 1 of mlp",
        "stack none of mlp stack none of mlp | stack 0 of mlp",
        "stack one of mlp stack none of mlp | stack 1 of mlp",
        "stack none of frozen, mlp stack 3 of plain | stack 3 of plain",
        "stack 2 * one of cycle(2 of frozen, mlp) | stack 2 of frozen",
        "stack nine of cycle(two of frozen, one of mlp)"
            + " | stack 2 of frozen stack 1 of mlp stack 2 of frozen stack 1 of mlp stack 2 of frozen"
            + " stack 1 of mlp",
        "stack 5 of cycle(two of frozen, none of mlp, plain, one of mlp)"
            + " | stack 2 of frozen stack 1 of plain stack 1 of mlp stack 1 of frozen",
        "stack nine - 4 of cycle(none of mlp, plain, none of mlp) | stack 5 of plain",
      })
  void emitsWhatLiteralsWould(String numbers, String literals) {
    TfmCompiler.Compiled compiled = compile(numbers);
    TfmCompiler.Compiled written = compile(literals);
    Flattener one = new InterpretedFlattener(compiled, BoundPlan.of(compiled));
    Flattener other = new InterpretedFlattener(written, BoundPlan.of(written));
    assertThat(NodeLines.of(one, 3)).isEqualTo(NodeLines.of(other, 3));
    assertThat(new MemoryEstimate(compiled.program(), compiled.numbers()).all())
        .isEqualTo(new MemoryEstimate(written.program(), written.numbers()).all());
    RankRun.check(new Problem(compiled, 22));
  }

  /** Too many cases to tell apart: the layers are those of the plan, the last cases alike. */
  @Test
  void manyStacksMayBeEmpty() {
    TfmCompiler.Compiled compiled = compile("stack none of mlp\n".repeat(100));
    Flattener one = new InterpretedFlattener(compiled, BoundPlan.of(compiled));
    TfmCompiler.Compiled written = compile("");
    Flattener other = new InterpretedFlattener(written, BoundPlan.of(written));
    assertThat(forward(one)).isEqualTo(forward(other)).isNotEmpty();
    RankRun.check(new Problem(compiled, 23));
  }

  private static List<String> forward(Flattener flattener) {
    return NodeLines.of(flattener, 3).stream().filter(node -> node.contains(" fwd.")).toList();
  }

  /** One class for all numbers: a plan's own say which layer is the first. */
  @Test
  void generatedClassesFollowTheirNumbers() {
    TfmCompiler.Compiled compiled = compile("stack none of mlp");
    GeneratedClass generated = GeneratedClass.of(compiled.java("demo"));
    for (int layers : List.of(0, 1, 3)) {
      Flattener one = generated.flattener(generated.defaults().withParameter("none", layers));
      TfmCompiler.Compiled written = compile("stack %d of mlp".formatted(layers));
      Flattener other = new InterpretedFlattener(written, BoundPlan.of(written));
      assertThat(NodeLines.of(one, 5)).isEqualTo(NodeLines.of(other, 5));
    }
  }
}
