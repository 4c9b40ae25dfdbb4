package io.heddle.processor.lower;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.processor.Sources;
import io.heddle.processor.TfmCompiler.Compiled;
import io.heddle.processor.diagnose.Source;
import io.heddle.processor.program.LocalNode;
import io.heddle.processor.program.LocalNode.Communicate;
import io.heddle.processor.program.LocalNode.Compute;
import io.heddle.processor.program.Sizes;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Terms of a sum, and reductions: what is linear passes partial sums on. */
final class LinearTermsTest {
  private static final String FILE =
      """
      tfm 1
      import "std/clusters.tfm"
      model M {
        dim b
        dim s = 32, h = 64, f = 128, g = 16, voc = 128
        block two(x[b s h]) {
          weight up[h f]
          a        = rmsnorm(x)
          u[b s f] = silu(a * up)
          BODY
        }
        embed tokens[voc h]
        stack 2 of two
        head logits[h voc] norm rmsnorm
      }
      plan P of M {
        mesh dp = 2, tp = 4
        shard { b over dp  f g voc over tp  STREAM }
        batch 4  micro_batch 1
        on hgx_h100(nodes = 1)
      }
      """;

  private static List<LocalNode> forward(String body, String stream) {
    String text = FILE.replace("BODY", body).replace("STREAM", stream);
    Compiled compiled = Sources.compile(new Source("a.tfm", text), "P");
    return compiled.program().blocks().get(0).forward();
  }

  private static List<String> collectives(List<LocalNode> nodes) {
    return nodes.stream().filter(Communicate.class::isInstance).map(LocalNode::operation).toList();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "return x + dropout(u * down) + dropout(v * last)",
        "return x + (dropout(u * down) + 2 * dropout(v * last))",
        "y[b s h] = u * down  t[b s h] = dropout(y)  z[b s h] = v * last  return x + t + z",
      })
  void partialProductsAreAddedAfterTheirLinearFunctionsAndReducedOnce(String body) {
    String two = "weight down[f h], in[h g], last[g h]  v[b s g] = silu(a * in)  ";
    List<LocalNode> nodes = forward(two + body, "");
    assertThat(collectives(nodes)).containsExactly("reduce.out.partial");
    Compute partial =
        (Compute)
            nodes.stream()
                .filter(node -> node.operation().equals("add.out.partial"))
                .findFirst()
                .orElseThrow();
    assertThat(partial.title()).startsWith("dropout").endsWith("add");
    Compute out = (Compute) nodes.get(nodes.size() - 1);
    assertThat(out.title()).isEqualTo("add");
  }

  /** One partial product goes straight to where the sum is stored, its functions after that. */
  @Test
  void oneProductIsReducedFirst() {
    List<LocalNode> nodes =
        forward("weight down[f h] return x + dropout(u * down) + gelu(a)", "stream: s over tp");
    assertThat(collectives(nodes)).containsExactly("gather.a", "scatter.down");
    assertThat(((Compute) nodes.get(nodes.size() - 1)).title()).contains("dropout");
  }

  /** Dropout reads and writes a byte of mask for each element. */
  @Test
  void dropoutKeepsAMask() {
    String with = "weight down[f h] return x + dropout(u * down)";
    String without = "weight down[f h] return x + rope(u * down)";
    assertThat(bytesOfLast(with) - bytesOfLast(without)).isEqualTo(1L * 32 * 64);
  }

  private static long bytesOfLast(String body) {
    String text = FILE.replace("BODY", body).replace("STREAM", "");
    Compiled compiled = Sources.compile(new Source("a.tfm", text), "P");
    List<LocalNode> nodes = compiled.program().blocks().get(0).forward();
    Sizes sizes = new Sizes(compiled.numbers());
    return sizes.of(((Compute) nodes.get(nodes.size() - 1)).bytes());
  }

  /** A sum over a split dimension is partial and reduced where it is stored. */
  @Test
  void reductionsOfASplitDimension() {
    String body = "p[b s] = KIND(u, over = f)  return x * p";
    for (String kind : List.of("sum", "mean", "first", "max")) {
      List<LocalNode> nodes = forward(body.replace("KIND", kind), "");
      assertThat(collectives(nodes)).as(kind).containsExactly("reduce.p");
      Communicate reduce =
          (Communicate) nodes.stream().filter(Communicate.class::isInstance).findFirst().get();
      assertThat(reduce.axes()).containsExactly("tp");
    }
  }
}
