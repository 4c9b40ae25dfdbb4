package io.heddle.processor.program;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.processor.Sources;
import io.heddle.processor.TfmCompiler.Compiled;
import io.heddle.processor.diagnose.Source;
import io.heddle.processor.program.LocalNode.Communicate;
import io.heddle.processor.program.LocalNode.Compute;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Which collectives are cut into pieces, and with which products. */
class DecompositionTest {
  private static final String TEXT =
      """
        tfm 1
        import "std/clusters.tfm"
        model M {
          dim b
          dim s = 64, h = 64, voc = 64, f = 128, g = 32
          block mlp(x[b s h]) {
            weight up[h f], down[f h]
            a        = rmsnorm(x)
            u[b s f] = gelu(a * up)
            return x + u * down
          }
          block whole(x[b s h]) {
            weight only[h g]
            weight back[g h]
            a        = rmsnorm(x)
            c[b s h] = a
            u[b s g] = gelu(c * only)
            v[b s g] = c * only
            return x + (u * v) * back
          }
          embed tokens[voc h]
          stack 2 of mlp, whole
          head logits[h voc]
        }
        plan P of M {
          mesh dp = 2, tp = 4
          shard { b over dp  SHARD }
          LINES
          batch 4  micro_batch 1
          on hgx_h100(nodes = 1)
        }
        """;

  private static Compiled compile(String shard, String lines) {
    String text = TEXT.replace("SHARD", shard).replace("LINES", lines);
    return Sources.compile(new Source("a.tfm", text), "P");
  }

  private static Section mlp(Compiled compiled) {
    return compiled.program().blocks().get(0);
  }

  private static @Nullable Pieces pieces(LocalNode node) {
    if (node instanceof Compute compute) {
      return compute.pieces();
    }
    return node instanceof Communicate collective ? collective.pieces() : null;
  }

  /** Each collective that is cut, and with what. */
  private static List<String> cut(List<LocalNode> nodes) {
    List<String> cut = new ArrayList<>();
    for (LocalNode node : nodes) {
      Pieces pieces = pieces(node);
      if (pieces != null && node instanceof Communicate) {
        cut.add(node.operation() + " with " + String.join(", ", pieces.with()));
      }
    }
    return cut;
  }

  private static Compute kernel(List<LocalNode> nodes, String operation) {
    return nodes.stream()
        .filter(node -> node.operation().equals(operation))
        .map(Compute.class::cast)
        .findFirst()
        .orElseThrow();
  }

  private static Sizes sizes(Compiled compiled) {
    return new Sizes(compiled.numbers());
  }

  private static final String SEQUENCE = "f g voc over tp  stream: s over tp";

  @Test
  void gathersBeforeProductsAndScattersBehindThem() {
    Section mlp = mlp(compile(SEQUENCE, "overlap tp chunks 4"));
    assertThat(cut(mlp.forward())).containsExactly("gather.a with up", "scatter.down with down");
  }

  /** The gather for a weight gradient runs beside the gradient of the input, as it is. */
  @Test
  void whatRunsBesideAnotherKernelStaysWhole() {
    Section mlp = mlp(compile(SEQUENCE, "overlap tp chunks 4"));
    List<String> collectives =
        mlp.backward().stream()
            .filter(Communicate.class::isInstance)
            .map(LocalNode::operation)
            .toList();
    assertThat(collectives).containsExactly("gather.dout", "gather.a", "scatter.da");
    assertThat(cut(mlp.backward())).containsExactly("gather.dout with down.dx");
  }

  /** Under zero_bubble no gradient of a weight stands beside the scatter, which so is cut. */
  @Test
  void partsOfABackwardPassAreCutByThemselves() {
    Section mlp = mlp(compile(SEQUENCE, "schedule zero_bubble  overlap tp chunks 4"));
    assertThat(cut(mlp.pass(Pass.Kind.BACKWARD_OF_INPUTS, false).orElseThrow().nodes()))
        .containsExactly("gather.dout with down.dx", "scatter.da with up.dx");
  }

  /** Two products read what is gathered: the first takes the pieces, the second all of them. */
  @Test
  void onlyTheFirstReaderIsCut() {
    Section whole = compile(SEQUENCE, "overlap tp chunks 4").program().blocks().get(1);
    Compute first = kernel(whole.forward(), "only");
    Compute second = kernel(whole.forward(), "v");
    assertThat(second.inputs()).containsAnyElementsOf(first.inputs());
    assertThat(first.pieces()).isNotNull();
    assertThat(second.pieces()).isNull();
  }

  @Test
  void allReducesBehindProducts() {
    Section mlp = mlp(compile("f g voc over tp", "overlap tp chunks 4"));
    assertThat(cut(mlp.forward())).containsExactly("reduce.down with down");
  }

  @Test
  void otherAxesStayWhole() {
    Section mlp = mlp(compile(SEQUENCE, "overlap dp chunks 4"));
    assertThat(cut(mlp.forward())).isEmpty();
  }

  /**
   * A gather of what a product sums over is cut along the rows: then nothing is a sum of pieces.
   */
  @Test
  void aContractedDimensionIsNotCut() {
    Compiled compiled = compile("f voc over tp  stream: h over tp", "overlap tp chunks 64");
    Pieces pieces = Objects.requireNonNull(kernel(mlp(compiled).forward(), "up").pieces());
    assertThat(pieces.with()).containsExactly("gather.a");
    assertThat(sizes(compiled).pieces(pieces.cut())).isEqualTo(64);
  }

  /** Gathered over one axis, added up over another: the product is cut once, with both. */
  @Test
  void aProductBetweenTwoCollectives() {
    Compiled compiled =
        Sources.compile(
            new Source(
                "a.tfm",
                TEXT.replace("dp = 2, tp = 4", "kp = 2, tp = 4")
                    .replace("b over dp  SHARD", "h over kp  f g voc over tp  stream: s over tp")
                    .replace("LINES", "overlap tp, kp chunks 4")),
            "P");
    List<LocalNode> forward = mlp(compiled).forward();
    Compute up = kernel(forward, "up");
    Pieces pieces = Objects.requireNonNull(up.pieces());
    assertThat(pieces.with()).containsExactly("gather.a", "reduce.up");
    assertThat(pieces.cut().axes()).containsExactly("tp", "kp");
    LocalNode reduce =
        forward.stream().filter(node -> node.operation().equals("reduce.up")).findFirst().get();
    assertThat(Objects.requireNonNull(pieces(reduce)).cut()).isEqualTo(pieces.cut());
  }

  /** A piece would wait for all pieces of the other gathers before it on the lane. */
  @Test
  void ofSeveralCollectivesTheNextIsCut() {
    RankProgram kp = Sources.compile(kp(), "Kp2x4").program();
    Section attention = kp.blocks().get(0);
    assertThat(cut(attention.forward()))
        .containsExactly("scatter.aq with qkv", "scatter.wo with wo");
    assertThat(cut(attention.backward())).containsExactly("gather.dv with qkv.dx");
  }

  private static Source kp() {
    String text = Sources.shipped("gpt3_kp.tfm").text();
    return new Source("a.tfm", text.replace("  recompute  full", "  overlap kp1 chunks 4"));
  }

  @Test
  void everyPieceReadsTheWeight() {
    Compiled compiled = compile(SEQUENCE, "overlap tp chunks 4");
    Compute up = kernel(mlp(compiled).forward(), "up");
    Sizes sizes = sizes(compiled);
    long weight = 64 * 128 / 4 * 2L;
    assertThat(sizes.of(up.bytes())).isEqualTo(weight + 64 * 64 * 2 + 64 * 128 / 4 * 2);
    assertThat(sizes.again(up)).isEqualTo(3 * weight);
  }

  /** Each of four ranks has 16 places of the sequence to give. */
  @Test
  void thereAreNoMorePiecesThanPlaces() {
    Compiled compiled = compile(SEQUENCE, "overlap tp chunks 64");
    Compute up = kernel(mlp(compiled).forward(), "up");
    Sizes sizes = sizes(compiled);
    Pieces pieces = Objects.requireNonNull(up.pieces());
    assertThat(sizes.pieces(pieces.cut())).isEqualTo(64 / 4);
  }
}
