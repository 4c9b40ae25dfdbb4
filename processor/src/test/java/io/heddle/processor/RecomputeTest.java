package io.heddle.processor;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.processor.diagnose.Source;
import io.heddle.processor.model.PlanChanges;
import io.heddle.processor.program.Explanation;
import io.heddle.processor.program.LocalNode;
import io.heddle.processor.program.Pass;
import io.heddle.processor.program.Section;
import io.heddle.processor.program.Step;
import io.heddle.runtime.trace.CountingSink;
import io.heddle.runtime.trace.Flattener;
import java.math.BigInteger;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What stands again in the backward pass: which nodes, where, and how much work. */
final class RecomputeTest {
  private static final long BATCH = 8;
  private static final long L = 96;
  private static final long H = 12288;
  private static final long S = 2048;

  private static String text(String recompute) {
    return Sources.shipped("gpt3_175b.tfm")
        .text()
        .replaceFirst(
            "(?s)(plan Pod512 .*?)\n  recompute [^/\n]*", "$1\n  recompute " + recompute + "\n");
  }

  private static TfmCompiler.Compiled compile(String recompute) {
    TfmCompiler compiler =
        TfmCompiler.read(new Source("gpt.tfm", text(recompute)), Imports.LIBRARY_ONLY);
    return compiler.compile("Pod512", PlanChanges.of("batch = " + BATCH)).orElseThrow();
  }

  private static Section block(String recompute, String name) {
    return compile(recompute).program().blocks().stream()
        .filter(block -> block.block().name().equals(name))
        .findFirst()
        .orElseThrow();
  }

  /** The backward pass in words; what stands again is marked. */
  private static List<String> backward(String recompute, String name) {
    Pass pass = block(recompute, name).pass(Pass.Kind.BACKWARD, true).orElseThrow();
    return pass.nodes().stream()
        .map(node -> (pass.isAgain(node.output()) ? "+" : "") + node.operation())
        .toList();
  }

  @Test
  void attentionStandsJustBeforeItsBackward() {
    assertThat(backward("attend", "attention"))
        .containsExactly(
            "bo.dw",
            "gather.dout",
            "wo.dx",
            "wo.dw",
            "+o",
            "o.dx",
            "gather.a",
            "qkv.dx",
            "qkv.dw",
            "scatter.da",
            "a.dx");
    assertThat(block("attend", "mlp").recomputes()).isFalse();
  }

  /** The gradient of the weight behind it needs it first; the gather that both need stands once. */
  @Test
  void whatIsNotKeptStandsBeforeItsFirstUse() {
    assertThat(backward("mlp.u, layernorm", "mlp"))
        .containsExactly(
            "bd.dw",
            "gather.dout",
            "+a",
            "+gather.a",
            "+up",
            "+u",
            "down.dx",
            "down.dw",
            "u.dx",
            "up.dx",
            "up.dw",
            "scatter.da",
            "a.dx");
  }

  /** Megatron's count: 72 b s l h^2 (1 + s / 6 h + V / 12 l h), and what is done twice. */
  @ParameterizedTest
  @CsvSource({
    "attend, 0, 4",
    "mlp, 16, 0",
    "attention, 8, 4",
    "'attention, mlp', 24, 4",
    "full, 24, 4",
    "full every 2, 12, 2",
    "mlp every 3, 5.333333333333333333, 0",
    "gelu, 0, 0",
    "attention.qkv, 6, 0",
    "'attention.o, attention.qkv every 4', 1.5, 1",
  })
  void operationsAreExact(String recompute, String linear, String quadratic) {
    Flattener flattener = GeneratedClass.flattener(compile(recompute));
    CountingSink counts = Counts.of(flattener);
    Flattener keeping = GeneratedClass.flattener(compile("none"));
    CountingSink plain = Counts.of(keeping);
    assertThat(Counts.stepBytes(flattener)).isEqualTo(Counts.stepBytes(keeping));
    BigInteger again = times(linear, BATCH, S, L, H, H).add(times(quadratic, BATCH, S, S, L, H));
    assertThat(counts.recomputedMatmulOperations()).isEqualTo(again);
    assertThat(counts.modelMatmulOperations()).isEqualTo(plain.modelMatmulOperations());
  }

  private static BigInteger times(String factor, long... factors) {
    BigInteger product = BigInteger.ONE;
    for (long each : factors) {
      product = product.multiply(BigInteger.valueOf(each));
    }
    // Thirds and halves of even numbers are whole.
    BigInteger sixths = BigInteger.valueOf(Math.round(Double.parseDouble(factor) * 6));
    return product.multiply(sixths).divide(BigInteger.valueOf(6));
  }

  @ParameterizedTest
  @CsvSource({"full", "attend", "mlp", "'attention.qkv, gelu, layernorm'"})
  void gradientsLieAsWithout(String recompute) {
    var plain = compile("none").program();
    var again = compile(recompute).program();
    assertThat(again.step().first().stream().map(Step.GradientGroup::axes).toList())
        .isEqualTo(plain.step().first().stream().map(Step.GradientGroup::axes).toList());
    assertThat(again.step().data().stream().map(Step.DataGroup::axes).toList())
        .isEqualTo(plain.step().data().stream().map(Step.DataGroup::axes).toList());
    for (int i = 0; i < plain.blocks().size(); i++) {
      assertThat(texts(again.blocks().get(i))).isEqualTo(texts(plain.blocks().get(i)));
    }
  }

  private static List<String> texts(Section block) {
    Stream<String> gradients =
        block.weights().stream()
            .map(w -> w.weight().fullName() + w.gradient().describe(w.weight().dims()));
    Stream<String> nodes =
        Stream.of(block.forward(), block.backward())
            .flatMap(List::stream)
            .map(LocalNode::operation);
    return Stream.concat(gradients, nodes).toList();
  }

  @Test
  void explainShowsIt() {
    TfmCompiler.Compiled compiled = compile("attend, mlp every 2");
    assertThat(Explanation.of(compiled.program(), compiled.numbers()))
        .contains("recompute attend, mlp every 2\n")
        .contains("\nattention, backward\n")
        .containsPattern("attention, backward with recomputation\n(.*\n)*  again o  +attention")
        .contains("\nmlp, with recomputation: the forward again before the backward\n");
  }

  @ParameterizedTest
  @CsvSource({
    "attnd, unknown recomputation `attnd`",
    "atention.o, unknown block `atention`",
    "attention.x, unknown statement `x`",
    "'full, mlp', `recompute` takes `full` alone",
    "none every 2, `recompute` takes `none` alone",
    "full every 0, '`every` is 0, which is not between 1 and 1099511627776'",
  })
  void whatItCannotNameIsFound(String recompute, String message) {
    TfmCompiler compiler =
        TfmCompiler.read(new Source("gpt.tfm", text(recompute)), Imports.LIBRARY_ONLY);
    assertThat(compiler.compile("Pod512")).isEmpty();
    assertThat(compiler.diagnostics())
        .extracting(finding -> finding.message())
        .containsExactly(message);
  }
}
