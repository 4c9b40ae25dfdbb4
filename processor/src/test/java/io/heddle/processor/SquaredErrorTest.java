package io.heddle.processor;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.processor.diagnose.Code;
import io.heddle.processor.diagnose.Diagnostic;
import io.heddle.processor.diagnose.Source;
import io.heddle.processor.program.LocalNode.Compute;
import io.heddle.processor.program.Section;
import io.heddle.processor.program.Sizes;
import org.junit.jupiter.api.Test;

/** A loss that compares what the model makes with values that are given. */
final class SquaredErrorTest {
  private static final String MODEL =
      """
      tfm 1
      import "std/clusters.tfm"
      model M {
        dim b
        dim s = 64, h = 128, p = 32, voc = 512
        block mlp(x[b s h]) {
          weight up[h p], down[p h]
          u[b s p] = gelu(rmsnorm(x) * up)
          y[b s h] = u * down
          return x + y
        }
        block denoise(x[b s h]) {
          weight out[h p]
          z[b s p] = x * out
          return squared_error(z)
        }
        embed tokens[voc h]
        stack 2 of mlp
        end   denoise
      }
      plan P of M {
        mesh  dp = 4, tp = 2
        shard { b over dp  p over tp }
        @batch
        on    hgx_h100
      }
      """;

  /** A rank has 64 tokens of 16 numbers: it reads them and as many given ones, bf16. */
  @Test
  void eachRankComparesItsPart() {
    String text = MODEL.replace("@batch", "batch 4  micro_batch 1");
    TfmCompiler.Compiled compiled = Sources.compile(new Source("error.tfm", text), "P");
    Section head = compiled.program().head();
    Sizes sizes = new Sizes(compiled.numbers());
    long elements = 64L * 16;
    Compute forward = kernel(head, "loss");
    Compute backward = kernel(head, "loss.dx");
    assertThat(sizes.of(forward.operations())).isEqualTo(3 * elements);
    assertThat(sizes.of(forward.bytes())).isEqualTo(2 * 2 * elements);
    assertThat(sizes.of(backward.operations())).isEqualTo(2 * elements);
    assertThat(sizes.of(backward.bytes())).isEqualTo(3 * 2 * elements);
    assertThat(sizes.of(forward.matmulOperations()) + sizes.of(backward.matmulOperations()))
        .isZero();
    Verified.assertEnds(GeneratedClass.flattener(compiled));
  }

  private static Compute kernel(Section section, String operation) {
    return (Compute)
        section.passes().stream()
            .flatMap(pass -> pass.nodes().stream())
            .filter(node -> node.operation().equals(operation))
            .findFirst()
            .orElseThrow();
  }

  /** There is no token to go on with. */
  @Test
  void noTokenIsDrawn() {
    String text = MODEL.replace("@batch", "decode 8 (context = 64)");
    TfmCompiler compiler = TfmCompiler.read(new Source("error.tfm", text), Imports.LIBRARY_ONLY);
    assertThat(compiler.compile("P")).isEmpty();
    assertThat(compiler.diagnostics()).extracting(Diagnostic::code).contains(Code.NOT_CACHED);
  }
}
