package io.heddle.processor.library;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.processor.Sources;
import io.heddle.processor.TfmCompiler;
import io.heddle.processor.diagnose.Source;
import io.heddle.processor.program.CollectiveKind;
import io.heddle.processor.program.LocalNode;
import io.heddle.processor.program.LocalNode.Communicate;
import io.heddle.processor.program.LocalNode.Compute;
import io.heddle.processor.program.Section;
import io.heddle.processor.program.Sizes;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Work and messages of Mamba-2, Jamba and Qwen3-Next against closed formulas. */
final class StateSpaceModelsTest {
  private static final long TOKENS = 2 * 2048;
  private static final long HEADS = 80;
  private static final long DEPTH = 64;
  private static final long STATE = 128;
  private static final long INNER = HEADS * DEPTH;

  /** Dao and Gu 2024, section 6: chunks of 256, half of whose pairs causal kernels compute. */
  @Test
  void workOfMamba2() {
    TfmCompiler.Compiled compiled = Sources.library("mamba2", "Mamba2_2_7B_H100x8");
    Section mamba = compiled.program().blocks().get(0);
    Sizes sizes = new Sizes(compiled.numbers());
    long pairs = 256 / 2;
    long scores = 2 * pairs * STATE;
    long ofHead = 2 * pairs * DEPTH + 4 * DEPTH * STATE;
    assertThat(operations(mamba.forward(), "y", sizes))
        .isEqualTo(TOKENS * (scores + HEADS * ofHead));
    long backwardOfHead = 4 * pairs * DEPTH + 10 * DEPTH * STATE;
    assertThat(operations(mamba.backward(), "y.dx", sizes))
        .isEqualTo(TOKENS * (3 * scores + HEADS * backwardOfHead));
    assertThat(operations(mamba.forward(), "causal_conv_heads.u", sizes))
        .isEqualTo(TOKENS * INNER * 2 * 4);
    // Products: 2 * tokens * hidden * (2 inner + 2 states + heads), and back.
    long products =
        mamba.forward().stream()
            .filter(Compute.class::isInstance)
            .mapToLong(node -> sizes.of(((Compute) node).matmulOperations()))
            .sum();
    assertThat(products)
        .isEqualTo(2 * TOKENS * 2560 * (2 * INNER + 2 * STATE + HEADS) + 2 * TOKENS * INNER * 2560);
  }

  /** Three tokens before each part, and the states of all parts in fp32. */
  @Test
  void messagesOfLongSequences() {
    TfmCompiler.Compiled compiled = Sources.library("mamba2", "Mamba2_2_7B_Long_H100x64");
    Section mamba = compiled.program().blocks().get(0);
    Sizes sizes = new Sizes(compiled.numbers());
    assertThat(bytes(mamba.forward(), "pass.halo.u", sizes)).isEqualTo(3 * INNER * 2);
    assertThat(bytes(mamba.forward(), "pass.halo.p", sizes)).isEqualTo(3 * STATE * 2);
    long states = INNER * STATE + HEADS;
    assertThat(bytes(mamba.forward(), "gather.y.carry", sizes)).isEqualTo(4 * states);
    assertThat(bytes(mamba.backward(), "gather.y.dx.carry", sizes)).isEqualTo(4 * states);
    assertThat(bytes(mamba.backward(), "return.halo.du", sizes)).isEqualTo(3 * INNER * 2);
    long tokens = 131072 / 8;
    assertThat(operations(mamba.forward(), "y.carry", sizes)).isEqualTo(2 * tokens * INNER * STATE);
    long own = tokens * (256 * STATE + INNER * (256 + 4 * STATE));
    assertThat(operations(mamba.forward(), "y", sizes)).isEqualTo(own + 7 * 2 * states);
  }

  /** Heads go to ranks that have whole sequences; states of B and C are gathered for them. */
  @Test
  void exchangedHeads() {
    String text =
        """
        tfm 1
        import "std/models/mamba2.tfm"
        plan P of Mamba2_2_7B {
          mesh cp = 8
          shard { s over cp }
          context all_to_all
          batch 8  micro_batch 1
          on hgx_h100
        }
        """;
    TfmCompiler.Compiled compiled = Sources.compile(new Source("mine.tfm", text), "P");
    Section mamba = compiled.program().blocks().get(0);
    List<String> exchanged =
        mamba.forward().stream()
            .filter(node -> node instanceof Communicate c && c.kind() == CollectiveKind.ALL_TO_ALL)
            .map(LocalNode::operation)
            .toList();
    assertThat(exchanged).containsExactly("exchange.v", "exchange.softplus.t", "exchange.y");
    Sizes sizes = new Sizes(compiled.numbers());
    assertThat(operations(mamba.forward(), "y", sizes))
        .isEqualTo(2048 * (256 * STATE + INNER / 8 * (256 + 4 * STATE)));
  }

  /** Seven operations for each channel and state, three for each channel. */
  @Test
  void workOfJamba() {
    TfmCompiler.Compiled compiled = Sources.library("jamba", "Jamba_H100x64");
    Section mamba =
        compiled.program().blocks().stream()
            .filter(section -> section.block().name().equals("mamba"))
            .findFirst()
            .orElseThrow();
    Sizes sizes = new Sizes(compiled.numbers());
    assertThat(operations(mamba.forward(), "y", sizes)).isEqualTo(4096L * 8192 / 8 * (7 * 16 + 3));
  }

  /** Yang et al. 2024, section 3.3: for a head of values and a chunk of 64 tokens. */
  @Test
  void workOfQwen3Next() {
    TfmCompiler.Compiled compiled = Sources.library("qwen3_next", "Qwen3_Next_80B_A3B_H100x128");
    Section delta = compiled.program().blocks().get(0);
    Sizes sizes = new Sizes(compiled.numbers());
    long chunk = 64;
    long depth = 128;
    long heads = 32;
    long tokens = 4096;
    // K K^T, what its inverse makes of K, Q K^T; what the inverse makes of V, scores by values.
    long pairs = 2 * chunk * chunk * (3 * depth + 2 * depth);
    // W S, Q S, K^T V.
    long states = 3 * 2 * chunk * depth * depth;
    long inverse = (chunk * chunk * chunk + 2) / 3;
    long normalised = 6 * tokens * 16 * depth;
    long forward = tokens / chunk * heads * (pairs + states);
    assertThat(operations(delta.forward(), "o", sizes))
        .isEqualTo(forward + tokens * heads * ((inverse + chunk - 1) / chunk) + normalised);
    // Twice the forward products, W and U, their values and the states again, two for the inverse.
    long again = 2 * chunk * chunk * 2 * depth + 2 * 2 * chunk * depth * depth;
    long ofInverse = 2 * 2 * chunk * chunk * chunk;
    assertThat(operations(delta.backward(), "o.dx", sizes))
        .isEqualTo(
            tokens / chunk * heads * (2 * (pairs + states) + again + ofInverse) + 2 * normalised);
  }

  private static long operations(List<LocalNode> nodes, String name, Sizes sizes) {
    return sizes.of(((Compute) named(nodes, name)).operations());
  }

  private static long bytes(List<LocalNode> nodes, String name, Sizes sizes) {
    return sizes.of(((Communicate) named(nodes, name)).bytes());
  }

  private static LocalNode named(List<LocalNode> nodes, String name) {
    return nodes.stream()
        .filter(node -> node.operation().equals(name))
        .findFirst()
        .orElseThrow(() -> new AssertionError("no node " + name));
  }
}
