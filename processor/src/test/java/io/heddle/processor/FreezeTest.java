package io.heddle.processor;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.plan.mesh.Collective;
import io.heddle.processor.diagnose.Code;
import io.heddle.processor.diagnose.Diagnostic;
import io.heddle.processor.diagnose.Source;
import io.heddle.processor.model.Model;
import io.heddle.processor.program.Explanation;
import io.heddle.processor.program.LocalNode;
import io.heddle.processor.program.LocalWeight;
import io.heddle.processor.program.MemoryEstimate;
import io.heddle.processor.program.Saved;
import io.heddle.processor.program.Section;
import io.heddle.processor.program.Sizes;
import io.heddle.processor.program.StageMemory;
import io.heddle.runtime.trace.CountingSink;
import io.heddle.runtime.trace.Traffic;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Frozen weights have no gradients, and what only these need is left out. */
class FreezeTest {
  private static final String MODEL =
      """
      tfm 1
      import "std/clusters.tfm"
      model M {
        dim b
        dim s = 64, h = 32, f = 128, lr = 4, voc = 512
        block tower(x[b s h]) {
          weight up[h f], down[f h]
          u[b s f] = gelu(rmsnorm(x) * up)
          y[b s h] = u * down
          return x + y
        }
        block mlp(x[b s h]) {
          weight up[h f], down[f h], a1[h lr], b1[lr f]
          a         = rmsnorm(x)
          l[b s lr] = a * a1
          u[b s f]  = gelu(a * up + l * b1)
          y[b s h]  = u * down
          return x + y
        }
        embed tokens[voc h]
        stack 4 of tower
        stack 4 of mlp
        head  logits[h voc]
      }
      plan P of M {
        mesh pp = 4, dp = 2
        shard { b over dp  layers over pp }
        batch 16  micro_batch 1
        @freeze
        on hgx_h100
      }
      """;

  private static TfmCompiler.Compiled compiled(String freeze) {
    return Sources.compile(new Source("freeze.tfm", MODEL.replace("@freeze", freeze)), "P");
  }

  private static Section mlp(TfmCompiler.Compiled compiled) {
    return compiled.program().blocks().stream()
        .filter(section -> section.block().name().equals("mlp"))
        .findFirst()
        .orElseThrow();
  }

  private static TfmCompiler.Compiled adapters() {
    return compiled("freeze embed, tower, mlp.up, mlp.down, mlp.a, head");
  }

  @Test
  void onlyTrainedWeightsHaveGradients() {
    TfmCompiler.Compiled compiled = adapters();
    Section mlp = mlp(compiled);
    assertThat(mlp.weights().stream().filter(LocalWeight::isTrained))
        .extracting(weight -> weight.weight().name())
        .containsExactlyInAnyOrder("a1", "b1");
    assertThat(mlp.backward())
        .extracting(LocalNode::operation)
        .noneMatch(name -> name.startsWith("y.dw"));
    // The other operand of a frozen product is not kept.
    assertThat(mlp.kept(false)).extracting(Saved::name).doesNotContain("u");
    assertThat(mlp(compiled("")).kept(false)).extracting(Saved::name).contains("u");
    assertThat(Explanation.of(compiled.program(), compiled.numbers()))
        .contains("frozen     embed.tokens, ");
  }

  @Test
  void theOptimizerHasStatesOfTrainedWeightsAlone() {
    TfmCompiler.Compiled compiled = adapters();
    long adapters = 32 * 4 + 4 * 128;
    StageMemory last = new MemoryEstimate(compiled.program(), compiled.numbers()).of(3);
    assertThat(last.gradients()).isEqualTo(2 * adapters * 4);
    assertThat(last.optimizer()).isEqualTo(2 * adapters * 12);
    StageMemory first = new MemoryEstimate(compiled.program(), compiled.numbers()).of(0);
    assertThat(first.optimizer()).isZero();
    assertThat(first.activations()).isZero();
    assertThat(first.weights()).isPositive();
  }

  @Test
  void aStackOfNothingTrainsNothing() {
    String none = MODEL.replace("stack 4 of mlp\n", "stack 0 of mlp\n");
    TfmCompiler compiler =
        TfmCompiler.read(
            new Source("freeze.tfm", none.replace("@freeze", "freeze embed, tower, head")),
            Imports.LIBRARY_ONLY);
    assertThat(compiler.compile("P")).isEmpty();
    assertThat(compiler.diagnostics()).extracting(Diagnostic::code).contains(Code.NOTHING_TRAINED);
  }

  /** Of three hops of gradients one is left: none goes to the stages of the frozen tower. */
  @Test
  void stagesBeforeTheFirstTrainedLayerGetNoGradient() {
    CountingSink whole = Counts.of(GeneratedClass.flattener(compiled("")));
    CountingSink some = Counts.of(GeneratedClass.flattener(adapters()));
    long forward = 3 * 8 * 2;
    assertThat(whole.sendNodes()).isEqualTo(2 * forward);
    assertThat(some.sendNodes()).isEqualTo(forward + 8 * 2);
  }

  @Test
  void aFrozenModelBelowTheHeadHasTheHeadsGradientAlone() {
    TfmCompiler.Compiled compiled = compiled("freeze embed, tower, mlp, head.norm");
    assertThat(compiled.program().blocks()).allMatch(section -> section.backward().isEmpty());
    CountingSink counts = Counts.of(GeneratedClass.flattener(compiled));
    CountingSink forward = Counts.of(GeneratedClass.flattener(compiled("forward")));
    BigInteger head = BigInteger.valueOf(2L * 16 * 64 * 32 * 512);
    assertThat(counts.modelMatmulOperations().subtract(forward.modelMatmulOperations()))
        .isEqualTo(head);
  }

  /**
   * The layers before the first trained one in a pattern have no backward pass, and it no {@code
   * dx}.
   */
  @Test
  void theFirstTrainedLayerMakesNoGradientOfItsInput() {
    String pattern = MODEL.replace("stack 4 of tower\n  stack 4 of mlp", "@stack");
    assertThat(pattern).contains("@stack");
    String frozen = "freeze embed, tower, mlp.up, mlp.down, mlp.a, head";
    long kernels = 0;
    for (String stack :
        List.of(
            "stack 8 of cycle(tower, mlp)",
            "stack 8 of cycle(3 of tower, mlp)",
            "stack 8 of cycle(2 of mlp, 2 of tower)",
            "stack 2 of mlp\n  stack 6 of tower")) {
      TfmCompiler.Compiled compiled =
          Sources.compile(
              new Source(
                  "pattern.tfm", pattern.replace("@stack", stack).replace("@freeze", frozen)),
              "P");
      assertThat(compiled.numbers().totalLayers()).isEqualTo(8);
      List<Integer> withInput = new ArrayList<>();
      List<Integer> without = new ArrayList<>();
      for (int layer = 0; layer < 8; layer++) {
        Model.LayerKind kind =
            compiled.plan().model().layerKinds().get(compiled.numbers().layers().kindOf(layer));
        Section section = compiled.program().section(kind.blocks().get(0));
        List<LocalNode> backward = section.backward();
        if (backward.stream().anyMatch(node -> node.operation().equals("a.dx"))) {
          withInput.add(layer);
        } else if (!backward.isEmpty() && section.block().name().equals("mlp")) {
          without.add(layer);
        }
      }
      int first = stack.contains("3 of") ? 3 : stack.contains("(tower") ? 1 : 0;
      assertThat(without).as(stack).containsExactly(first);
      assertThat(compiled.plan().trained().backwardFrom(compiled.numbers().layers()))
          .isEqualTo(first);
      kernels += withInput.size();
    }
    assertThat(kernels).isPositive();
  }

  /** The gate's gradient needs what it is multiplied with, and the other way round. */
  @Test
  void aFactorIsKeptForTheGradientOfTheOther() {
    String gated =
        MODEL
            .replace(
                "u[b s f]  = gelu(a * up + l * b1)",
                "p[b s f] = a * up  q[b s f] = l * b1  u = p * q")
            .replace("@freeze", "freeze embed, tower, mlp.up, mlp.down, mlp.a, head");
    TfmCompiler.Compiled compiled = Sources.compile(new Source("gated.tfm", gated), "P");
    Section first =
        compiled.program().blocks().stream()
            .filter(section -> compiled.plan().model().makesMoreElsewhere(section.block()))
            .findFirst()
            .orElseThrow();
    assertThat(first.kept(false)).extracting(Saved::name).contains("p").doesNotContain("q");
    Section others = mlp(compiled).equals(first) ? last(compiled) : mlp(compiled);
    assertThat(others.kept(false)).extracting(Saved::name).contains("p", "q");
    LocalNode.Compute one = product(first);
    LocalNode.Compute both = product(others);
    assertThat(one.operations()).isNotEqualTo(both.operations());
  }

  /** Its norm makes the gradient of its scale alone, of what is 64 tokens of 32 numbers. */
  @Test
  void theFirstNormMakesTheGradientOfItsScaleAlone() {
    TfmCompiler.Compiled compiled = compiled("freeze embed, tower");
    List<Section> sections =
        compiled.program().blocks().stream()
            .filter(section -> section.block().name().equals("mlp"))
            .toList();
    Sizes sizes = new Sizes(compiled.numbers());
    List<String> kernels = new ArrayList<>();
    for (Section section : sections) {
      for (LocalNode node : section.backward()) {
        if (node.operation().startsWith("a.d")) {
          LocalNode.Compute norm = (LocalNode.Compute) node;
          kernels.add(norm.operation());
          boolean alone = norm.operation().equals("a.dw");
          // The gradient and the input are read, and the sum of the scale's is read and written.
          long read = 2 * 64 * 32 * 2 + 2 * 32 * 4;
          // Beside it the gradient of the stream is read and that of the input written.
          long both = read + 2 * 64 * 32 * 2 + 32 * 2;
          assertThat(sizes.of(norm.bytes())).isEqualTo(alone ? read : both);
          assertThat(sizes.of(norm.operations())).isEqualTo(64L * 32 * (alone ? 3 : 8 + 1));
        }
      }
    }
    assertThat(kernels).containsExactlyInAnyOrder("a.dw", "a.dx");
  }

  private static Section last(TfmCompiler.Compiled compiled) {
    List<Section> blocks = compiled.program().blocks();
    return blocks.get(blocks.size() - 1);
  }

  private static LocalNode.Compute product(Section section) {
    return (LocalNode.Compute)
        section.backward().stream()
            .filter(node -> node.operation().equals("u.dx"))
            .findFirst()
            .orElseThrow();
  }

  /** As FSDP does: a rank keeps a share of every weight, and gathers layers when it uses them. */
  @Test
  void frozenWeightsAreShardedToo() {
    String sharded = "optimizer adam sharded over dp, weights sharded(prefetch = 0)";
    TfmCompiler.Compiled some =
        compiled("freeze embed, tower, mlp.up, mlp.down, mlp.a, head  " + sharded);
    TfmCompiler.Compiled all = compiled(sharded);
    MemoryEstimate memory = new MemoryEstimate(some.program(), some.numbers());
    for (int stage = 0; stage < 4; stage++) {
      assertThat(memory.weights(stage))
          .isEqualTo(new MemoryEstimate(all.program(), all.numbers()).weights(stage));
    }
    long adapters = 32 * 4 + 4 * 128;
    assertThat(memory.optimizer(3)).isEqualTo(2 * adapters / 2 * 12);
    // A forward gather of each unit, and one more for each that has a backward pass.
    long units = 4 + 4 + 2;
    assertThat(Counts.of(GeneratedClass.flattener(some)).traffic())
        .filteredOn(traffic -> traffic.collective() == Collective.ALL_GATHER)
        .singleElement()
        .extracting(Traffic::nodes)
        .isEqualTo(2 * 8 * (units + 4 + 1));
  }
}
