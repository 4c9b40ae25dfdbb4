package io.heddle.processor.lower;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.processor.GeneratedClass;
import io.heddle.processor.Imports;
import io.heddle.processor.Sources;
import io.heddle.processor.TfmCompiler;
import io.heddle.processor.TfmCompiler.Compiled;
import io.heddle.processor.diagnose.Diagnostic;
import io.heddle.processor.diagnose.Source;
import io.heddle.processor.program.LocalNode;
import io.heddle.processor.program.LocalNode.Compute;
import io.heddle.processor.program.Sizes;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Operations that files declare cost what they say, on what a rank has. */
final class DeclaredOperationsTest {
  private static final String FILE =
      """
      tfm 1
      import "std/clusters.tfm"
      OP
      model M {
        dim b
        dim s = 32, h = 64, f = 128, voc = 128
        block only(x[b s h]) {
          weight up[h f], slope[f], down[f h]
          a        = rmsnorm(x)
          u[b s f] = a * up
          v[b s f] = prelu(u, slope)
          return x + v * down
        }
        embed tokens[voc h]
        stack 2 of only
        head logits[h voc]
      }
      plan P of M {
        mesh dp = 2, tp = 4
        shard { b over dp  f voc over tp }
        batch 4  micro_batch 1
        on hgx_h100(nodes = 1)
      }
      """;

  private static final String PRELU =
      "op prelu(a, w) flops max(2 * size(a), 7) - size(w) / 8 bytes ceil_div(9 * bytes(a), 4)";

  private static Compute node(List<LocalNode> nodes, String name) {
    return (Compute)
        nodes.stream().filter(node -> node.operation().equals(name)).findFirst().orElseThrow();
  }

  @Test
  void costsAreThoseOfTheRanksParts() {
    Compiled compiled = Sources.compile(new Source("a.tfm", FILE.replace("OP", PRELU)), "P");
    Sizes sizes = new Sizes(compiled.numbers());
    long size = 32 * 128 / 4;
    long flops = 2 * size - 128 / 4 / 8;
    long bytes = -Math.floorDiv(-9 * 2 * size, 4);
    Compute forward = node(compiled.program().blocks().get(0).forward(), "v");
    assertThat(sizes.of(forward.operations())).isEqualTo(flops);
    assertThat(sizes.of(forward.bytes())).isEqualTo(bytes);
    assertThat(forward.title()).isEqualTo("prelu");
    // Once for the gradient of each operand.
    Compute backward = node(compiled.program().blocks().get(0).backward(), "v.dx");
    assertThat(sizes.of(backward.operations())).isEqualTo(2 * flops);
    assertThat(sizes.of(backward.bytes())).isEqualTo(2 * bytes);
    assertThat(compiled.java("demo").text()).contains("Math.max(");
    GeneratedClass.flattener(compiled);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          op prelu(a, w) flops size(a) / 3 bytes bytes(a)      | 1024 / 3 leaves the remainder 1
          op prelu(a, w) flops size(w) - size(a) bytes bytes(a) | out of range: expected a cost of at least 1
          op prelu(a, w) flops 9007199254740992 * size(a) bytes bytes(a) | 9007199254740992 * 1024 does not fit into 63 bits
          op prelu(a, w) flops size(a) bytes 4503599627370496 * bytes(a) | 4503599627370496 * 2048 does not fit into 63 bits
          op prelu(a, w) flops hidden bytes bytes(a)           | unknown number `hidden`
          op prelu(a, w) flops size(c) bytes bytes(a)          | `size` takes one parameter of the operation
          op prelu(a, w) flops sin(size(a)) bytes bytes(a)     | unknown function `sin`
          op prelu(a, a) flops size(a) bytes bytes(a)          | parameter `a` is declared twice
          op prelu(a) flops size(a) bytes bytes(a)             | `prelu` takes tensors as declared, 1
          op swish(a) flops size(a) bytes bytes(a)             | unknown operation `prelu`
          """)
  void wrongDeclarations(String operation, String message) {
    Source source = new Source("a.tfm", FILE.replace("OP", operation));
    TfmCompiler compiler = TfmCompiler.read(source, Imports.LIBRARY_ONLY);
    compiler.checkAll();
    assertThat(compiler.diagnostics()).extracting(Diagnostic::message).containsExactly(message);
  }
}
