package io.heddle.processor.check;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.processor.Imports;
import io.heddle.processor.TfmCompiler;
import io.heddle.processor.diagnose.Source;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Where checks begin to find something: lines of a plan or model beside ones that are right. */
final class EdgesOfChecksTest {
  private static final String FILE =
      """
      tfm 1
      import "std/clusters.tfm"
      op conv(x[b s c]) flops 2 * size(x) bytes 2 * bytes(x) halo 2 over s
      model M {
        param layers = 8
        dim b
        dim s = 64, h = 64, voc = 64, f = 64, n = 16, d = 4
        block attention(x[b s h]) {
          weight wq[h n d], wk[h n d], wv[h n d], wo[n d h]
          a = rmsnorm(x)
          fused qkv { q[b s n d] = a * wq  kk[b s n d] = a * wk  v[b s n d] = a * wv }
          o[b s n d] = attend(q, kk, v, over = s, causal)
          return x + o * wo
        }
        block mlp(x[b s h]) {
          weight up[h f], down[f h]
          a = rmsnorm(x)
          u[b s f] = gelu(a * up)
          y[b s h] = u * down
          return x + y
        }
        embed tokens[voc h]
        stack layers of attention, mlp
        head  logits[h voc]
      }
      plan P of M {
        mesh  dp = 2, tp = 8
        shard { b over dp  n f voc over tp }
        batch 32  micro_batch 1
        on hgx_h100(nodes = 2)
      }
      """;

  private static final String STREAMS =
      """
      tfm 1
      import "std/clusters.tfm"
      model M {
        dim b
        dim s = 8, h = 8, voc = 16, f = 8
        block enc(x[b s h]) {
          weight up[h f], down[f h]
          a        = rmsnorm(x)
          w[b s f] = a * up
          y[b s h] = w * down
          return x + y
        }
        block cross(x[b s h], m[b s h]) {
          weight wm[h f], wx[h f], down[f h]
          n[b f]   = mean(m, over = s) * wm
          w[b s f] = x * wx + n
          y[b s h] = w * down
          return x + y
        }
        stream left {
          embed tokens[voc h]
          stack 3 of enc
        }
        stream right {
          embed tied tokens
          stack 2 of cross(m = left)
          head  logits[h voc]
        }
      }
      plan P of M {
        mesh   pp = 2, dp = 4
        shard  { b over dp  layers over pp }
        batch  8  micro_batch 1
        stages %s
        reduce per layer
        on     hgx_h100
      }
      """;

  private static final String PIPELINE = "mesh pp = 2, tp = 8";

  /** What all checks find, a message each. */
  private static List<String> found(String changes) {
    String text = FILE;
    for (String change : changes.split(" ; ", -1)) {
      String[] sides = change.split("=>", -1);
      assertThat(text).contains(sides[0].strip());
      text = text.replace(sides[0].strip(), sides[1].strip());
    }
    return foundIn(text);
  }

  private static List<String> foundIn(String text) {
    TfmCompiler compiler = TfmCompiler.read(new Source("a.tfm", text), Imports.LIBRARY_ONLY);
    compiler.checkAll();
    return compiler.diagnostics().stream()
        .map(finding -> finding.code().id() + " " + finding.message())
        .toList();
  }

  private static void assertFinds(String changes, String message) {
    if (message.equals("nothing")) {
      assertThat(found(changes)).isEmpty();
    } else {
      assertThat(found(changes)).singleElement().asString().contains(message);
    }
  }

  @Test
  void theFileIsRight() {
    assertFinds("batch 32 => batch 32", "nothing");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          causal) => causal, window = 1)  | nothing
          causal) => causal, window = 0)  | a window of at least one key
          causal) => causal, chunk = 1)   | nothing
          causal) => causal, chunk = 0)   | a chunk of at least one key
          causal) => causal, prefix = 1)  | nothing
          causal) => causal, prefix = 0)  | a prefix of at least one key
          causal) => causal, softcap = 1) | nothing
          causal) => causal, softcap = 0) | a softcap of at least 1
          """)
  void whatAQuerySees(String change, String message) {
    assertFinds(change, message);
  }

  /** Two stages of four layers each, told in other ways. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          stages 2 of 4                                   | nothing
          stages 1 of 5, 1 of 3                           | nothing
          stages 1 of 8, 1 of 0                           | nothing
          stages 1 of 0, 1 of 8                           | nothing
          stages 3 of 4                                   | layers are listed for 3 stages, there are 2
          stages 1 of 4, 1 of 3                           | the stages have 7 layers together, the model has 8
          schedule interleaved(chunks = 4)                | nothing
          schedule interleaved(chunks = 8)                | 8 layers are fewer than 16 chunks
          schedule interleaved(chunks = 3)                | 8 layers do not divide over 6 chunks
          stages balanced schedule interleaved(chunks = 3)| nothing
          schedule interleaved(chunks = 2) stages 4 of 2  | nothing
          schedule interleaved(chunks = 2) stages 3 of 2  | layers are listed for 3 chunks, there are 4
          schedule interleaved(chunks = 2) stages 1 of 4, 1 of 0, 2 of 2 | number 1 of the chunks has no layers
          """)
  void layersOfStages(String lines, String message) {
    assertFinds(
        "mesh  dp = 2, tp = 8 => %s ; b over dp => layers over pp ; batch 32 => %s batch 32"
            .formatted(PIPELINE, lines),
        message);
  }

  /** Two streams of five layers on two stages. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          1 of 3, 1 of 1 | the stages have 4 layers together, the model has 5
          1 of 5         | layers are listed for 1 stages, there are 2
          """)
  void layersOfStreams(String stages, String message) {
    assertThat(foundIn(STREAMS.formatted("1 of 3, 1 of 2"))).isEmpty();
    assertThat(foundIn(STREAMS.formatted(stages))).singleElement().asString().contains(message);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          batch 32 => stages 2 of 4 batch 32        | layers are listed for 2 stages, there are 1
          batch 32 => stages 1 of 8 batch 32        | nothing
          batch 32 => stages 1 of 4 batch 32        | the stages have 4 layers together, the model has 8
          nodes = 2 => nodes = 4                    | the mesh
          mesh  dp = 2, tp = 8 => mesh dp = 2, tp = 8, x = 1 | `x`
          """)
  void oneStageAndItsMesh(String change, String message) {
    assertFinds(change, message);
  }

  /** An axis is used where it splits anything: a dimension of the stream, or of a pin. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          batch 32 => batch 32                                                       | sp
          voc over tp => voc over tp stream: h over sp                               | none
          batch 32 => pin mlp.u[b s/sp f] batch 32                                   | none
          mesh => view v: (dp sp) = (x y) where y = 2 mesh                           | sp
          mesh => view v: (dp sp) = (x y) where y = 2 mesh ; b over dp => b over x    | y
          mesh => view v: (dp sp) = (x y) where y = 2 mesh ; b over dp => b over x, y | none
          """)
  void axesThatSplitNothing(String change, String axis) {
    List<String> found = found("mesh  dp = 2, tp = 8 => mesh dp = 2, sp = 2, tp = 4 ; " + change);
    assertThat(found).noneMatch(finding -> finding.matches("TFM[0-2].*"));
    assertThat(found.stream().filter(finding -> finding.contains(" splits nothing")))
        .hasSize(axis.equals("none") ? 0 : 1)
        .allMatch(finding -> finding.contains("`" + axis + "`"));
  }

  /**
   * A halo is of a place at least, and lies within the neighbour's part: two of 4 places on each of
   * 8 ranks.
   */
  @ParameterizedTest
  @CsvSource({"1, nothing", "4, nothing", "5, `conv` reads 5 places", "0, a halo of at least 1"})
  void halos(int places, String message) {
    assertFinds(
        "halo 2 => halo %d ; = gelu(a * up) => = conv(a) * up ; n f voc over tp => s over tp ; batch 32 => context all_gather batch 32"
            .formatted(places),
        message);
  }

  /** Sums over nodes in two levels, of tensors and of gradients; else it is said what is not. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          dp = 2, tp = 8 | all_reduce two_level over tp | over tp (8): each group lies in one node
          dp = 2, tp = 8 | all_reduce two_level over dp | a tensor over `dp`
          tp = 16        | all_reduce two_level over tp | a tensor group over tp (16) leaves the fast network
          dp = 2, tp = 8 | reduce per layer two_level   | over dp (2): each node of 8 has one rank
          dp = 16        | reduce per layer two_level   | nothing
          dp = 16        | optimizer adam sharded over dp reduce per layer two_level | gradients
          """)
  void sumsInTwoLevels(String mesh, String line, String message) {
    String shard = mesh.equals("tp = 16") ? "n f voc over tp" : "b over dp";
    assertFinds(
        mesh.contains(",")
            ? "batch 32 => %s batch 32".formatted(line)
            : "dp = 2, tp = 8 => %s ; b over dp  n f voc over tp => %s ; batch 32 => %s batch 32"
                .formatted(mesh, shard, line),
        message);
  }

  /** The bounds of a step, each with the largest that is right. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          batch 32 => batch 2097152     | nothing
          batch 32 => batch 2097154     | 1048577
          """)
  void boundsOfAStep(String change, String message) {
    assertFinds(change, message);
  }

  /** `context` is of keys that are split, by a rule, a pin, or as a dimension of the stream. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          n f voc over tp                                               | no axis splits the keys of any attention
          s over tp                                                     | nothing
          """)
  void contextOfKeys(String shard, String message) {
    assertFinds(
        "n f voc over tp => %s ; batch 32 => context all_gather batch 32".formatted(shard),
        message);
  }

  /** What a file says that a kernel costs is one at least, on every rank. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          2 * size(x) => 1                  | nothing
          2 * size(x) => size(x) - 4095     | nothing
          2 * size(x) => size(x) - 4096     | a cost of at least 1
          2 * size(x) => 1 + size(x) - 4096 | nothing
          2 * bytes(x) => bytes(x) - 8192   | a cost of at least 1
          """)
  void costsOfOperations(String change, String message) {
    assertFinds(change + " ; halo 2 over s =>  ; = gelu(a * up) => = conv(a) * up", message);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          freeze embed, attention, mlp, head | 0 | all weights are frozen
          freeze embed, mlp, head            | 0 | all weights are frozen
          freeze embed, mlp, head            | 1 | nothing
          freeze attention, mlp, head        | 0 | nothing
          """)
  void whatIsTrained(String line, int layers, String message) {
    assertFinds(
        "stack layers of attention, mlp => stack %d of attention stack layers of mlp ; batch 32 => %s batch 32"
            .formatted(layers, line),
        message);
  }
}
