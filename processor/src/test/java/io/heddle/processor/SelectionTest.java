package io.heddle.processor;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.processor.diagnose.Rendering;
import io.heddle.processor.diagnose.Source;
import io.heddle.processor.program.LocalNode;
import io.heddle.processor.program.LocalNode.Communicate;
import io.heddle.processor.program.LocalNode.Compute;
import io.heddle.processor.program.Section;
import io.heddle.processor.program.Size;
import io.heddle.processor.program.Sizes;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Costs of DeepSeek-V3.2's selection of keys, and of attention to them, by closed formulas. */
final class SelectionTest {
  private static final long HEADS = 128;
  private static final long KEY = 576;
  private static final long VALUE = 512;
  private static final long INDEX_HEADS = 64;
  private static final long INDEX = 128;
  private static final long TOP = 2048;

  private static TfmCompiler.Compiled compile(String parameters, String lines) {
    return Sources.compile(source(parameters, lines), "P");
  }

  private static Source source(String parameters, String lines) {
    return new Source(
        "a.tfm",
        """
        tfm 1
        import "std/models/deepseek_v3_2.tfm"
        plan P of DeepSeek_V3_2(layers = 8%s) {
          %s
          on hgx_h100
        }
        """
            .formatted(parameters, lines));
  }

  private static TfmCompiler.Compiled train(long sequence, String lines) {
    return compile(", experts = 8, seq = " + sequence, lines + " batch 8  micro_batch 1");
  }

  private static final String DATA = "mesh dp = 8  shard { b over dp  e over dp }";
  private static final String TENSOR =
      "mesh tp = 8  view moe: (tp) = (ep)"
          + " shard { n f fs voc over tp  e over ep  stream: s over tp }";

  private static LocalNode node(List<LocalNode> nodes, String operation) {
    return nodes.stream()
        .filter(node -> node.operation().equals(operation))
        .findFirst()
        .orElseThrow();
  }

  private static Section block(TfmCompiler.Compiled compiled) {
    return compiled.program().blocks().get(0);
  }

  private static Compute forward(TfmCompiler.Compiled compiled, String operation) {
    return (Compute) node(block(compiled).forward(), operation);
  }

  private static Compute backward(TfmCompiler.Compiled compiled, String operation) {
    return (Compute) node(block(compiled).backward(), operation);
  }

  private static long of(TfmCompiler.Compiled compiled, Size size) {
    return new Sizes(compiled.numbers()).of(size);
  }

  /** Pairs where the i-th of so many queries sees i keys, and attends to so many at most. */
  private static long pairs(long queries, long most) {
    long pairs = 0;
    for (long query = 1; query <= queries; query++) {
      pairs += Math.min(query, most);
    }
    return pairs;
  }

  @ParameterizedTest
  @ValueSource(longs = {1024, 2048, 4096, 16384})
  void theIndexScoresAllPairsAndAttentionTheSelectedOnes(long s) {
    TfmCompiler.Compiled compiled = train(s, DATA);
    Compute scores = forward(compiled, "top.scores");
    long all = s * (s + 1) / 2;
    assertThat(of(compiled, scores.matmulOperations())).isEqualTo(2 * all * INDEX_HEADS * INDEX);
    assertThat(of(compiled, scores.operations()))
        .isEqualTo(2 * all * INDEX_HEADS * INDEX + 3 * all * INDEX_HEADS);
    assertThat(of(compiled, scores.bytes()))
        .isEqualTo(2 * s * (INDEX_HEADS * INDEX + INDEX + INDEX_HEADS) + 4 * all);
    // No memory holds a matrix of scores.
    assertThat(of(compiled, scores.kernel().made())).isZero();
    Compute chosen = forward(compiled, "top");
    assertThat(of(compiled, chosen.bytes())).isEqualTo(4 * all + 4 * s * TOP);
    assertThat(of(compiled, chosen.kernel().made())).isEqualTo(4 * s * TOP);
    long pairs = pairs(s, TOP);
    Compute attention = forward(compiled, "oc");
    assertThat(of(compiled, attention.operations())).isEqualTo(2 * pairs * HEADS * (KEY + VALUE));
    // Each token gathers its keys, of which values are a part, once for all heads.
    assertThat(of(compiled, attention.bytes()))
        .isEqualTo(2 * pairs * KEY + 2 * s * HEADS * (KEY + VALUE) + 4 * s * TOP);
  }

  @Test
  void backwardIsOfSelectedKeysOnly() {
    long s = 8192;
    TfmCompiler.Compiled compiled = train(s, DATA);
    long pairs = pairs(s, TOP);
    Compute attention = backward(compiled, "oc.dx");
    assertThat(of(compiled, attention.matmulOperations()))
        .isEqualTo(4 * pairs * HEADS * (KEY + VALUE));
    assertThat(of(compiled, attention.operations()))
        .isEqualTo(2 * pairs * HEADS * (3 * KEY + 2 * VALUE) + pairs * HEADS);
    // Keys are gathered and their gradients added in fp32; the selection is read, its target made.
    assertThat(of(compiled, attention.bytes()))
        .isEqualTo((2 + 4) * pairs * KEY + 2 * 2 * s * HEADS * (KEY + VALUE) + 2 * 4 * s * TOP);
    Compute index = backward(compiled, "top.dx");
    assertThat(of(compiled, index.matmulOperations()))
        .isEqualTo(2 * 2 * pairs * INDEX_HEADS * INDEX);
    assertThat(of(compiled, index.bytes()))
        .isEqualTo(
            (2 + 4) * pairs * INDEX + 2 * 2 * s * INDEX_HEADS * (INDEX + 1) + 2 * 4 * s * TOP);
  }

  /** The products of the index get gradients of their weights, and give the stream none. */
  @Test
  void theIndexGivesTheStreamNoGradient() {
    TfmCompiler.Compiled compiled = train(4096, DATA);
    assertThat(block(compiled).backward())
        .extracting(LocalNode::operation)
        .contains("iq.dw", "ik.dw", "wi.dw")
        .doesNotContain("iq.dx", "ik.dx", "wi.dx");
  }

  @Test
  void aFrozenIndexIsNotTrained() {
    String frozen = DATA + " freeze dsa.index_q, dsa.index_k, dsa.index_w";
    assertThat(block(train(4096, frozen)).backward())
        .extracting(LocalNode::operation)
        .contains("top.dx", "kn.dw")
        .doesNotContain("iq.dw", "ik.dw", "wi.dw", "ik.dx");
    TfmCompiler.Compiled compiled = train(4096, frozen + ", dsa.kn");
    assertThat(block(compiled).backward())
        .extracting(LocalNode::operation)
        .contains("oc.dx")
        .doesNotContain("top.dx", "kn.dw");
    long pairs = pairs(4096, TOP);
    assertThat(of(compiled, backward(compiled, "oc.dx").operations()))
        .isEqualTo(2 * pairs * HEADS * (3 * KEY + 2 * VALUE));
  }

  /**
   * Ranks of a tensor group select alike, from gathered queries, and add up what their heads attend
   * to, in fp32.
   */
  @Test
  void aTensorGroupSelectsAlike() {
    long s = 4096;
    TfmCompiler.Compiled compiled = train(s, TENSOR);
    assertThat(of(compiled, forward(compiled, "top.scores").matmulOperations()))
        .isEqualTo(s * (s + 1) * INDEX_HEADS * INDEX);
    assertThat(of(compiled, forward(compiled, "oc").operations()))
        .isEqualTo(2 * pairs(s, TOP) * HEADS / 8 * (KEY + VALUE));
    Communicate target = (Communicate) node(block(compiled).backward(), "reduce.dtop");
    assertThat(of(compiled, target.bytes())).isEqualTo(4 * s * TOP);
    TfmCompiler.Compiled shared = train(s, TENSOR + " pin dsa.top[b s/tp sel]");
    assertThat(of(shared, forward(shared, "top.scores").matmulOperations()))
        .isEqualTo(s * (s + 1) * INDEX_HEADS * INDEX / 8);
    Communicate indices = (Communicate) node(block(shared).forward(), "gather.top");
    assertThat(of(shared, indices.bytes())).isEqualTo(4 * s / 8 * TOP);
  }

  /** Ranks of a context group have equal parts of the pairs, and all keys. */
  @Test
  void aContextGroupSharesQueries() {
    long s = 16384;
    TfmCompiler.Compiled compiled =
        train(
            s,
            "mesh cp = 8  view moe: (cp) = (ep)  shard { s over cp  e over ep }"
                + " context all_gather");
    assertThat(of(compiled, forward(compiled, "top.scores").matmulOperations()))
        .isEqualTo(s * (s + 1) * INDEX_HEADS * INDEX / 8);
    assertThat(of(compiled, forward(compiled, "oc").operations()))
        .isEqualTo(2 * pairs(s, TOP) / 8 * HEADS * (KEY + VALUE));
    Communicate keys = (Communicate) node(block(compiled).forward(), "gather.ki");
    assertThat(of(compiled, keys.bytes())).isEqualTo(2 * s / 8 * INDEX);
  }

  private static TfmCompiler.Compiled infer(String step, String format) {
    return compile(
        "",
        "mesh dp = 8  view moe: (dp) = (ep)  shard { b over dp  e over ep } "
            + step
            + " cache dsa.nc, dsa.kr, dsa.ki (page = 64"
            + format
            + ") absorbed");
  }

  /** All index keys are read, and of the keys those that are selected; each once, in bf16. */
  @ParameterizedTest
  @ValueSource(longs = {512, 2047, 2048, 131071})
  void decodeReadsSelectedKeys(long context) {
    TfmCompiler.Compiled compiled = infer("decode 32 (context = %d)".formatted(context), "");
    long keys = context + 1;
    Compute scores = forward(compiled, "top.scores");
    assertThat(of(compiled, scores.matmulOperations()))
        .isEqualTo(2 * 32 * keys * INDEX_HEADS * INDEX);
    assertThat(of(compiled, scores.bytes()))
        .isEqualTo(32 * (2 * keys * INDEX + 4 * keys + 2 * INDEX_HEADS * (INDEX + 1)));
    Compute attention = forward(compiled, "oc");
    long seen = Math.min(keys, TOP);
    assertThat(of(compiled, attention.operations()))
        .isEqualTo(2 * 32 * seen * HEADS * (KEY + VALUE));
    assertThat(of(compiled, attention.bytes()))
        .isEqualTo(32 * (2 * seen * KEY + 2 * HEADS * (KEY + VALUE) + 4 * TOP));
  }

  @Test
  void anFp8CacheIsReadInBytes() {
    TfmCompiler.Compiled compiled = infer("decode 32 (context = 8191)", ", dtype = fp8");
    assertThat(of(compiled, forward(compiled, "oc").bytes()))
        .isEqualTo(32 * (TOP * KEY + 2 * HEADS * (KEY + VALUE) + 4 * TOP));
    assertThat(of(compiled, forward(compiled, "top.scores").bytes()))
        .isEqualTo(32 * (8192 * INDEX + 4 * 8192 + 2 * INDEX_HEADS * (INDEX + 1)));
  }

  /** A piece of a prompt sees what is before it, too. */
  @Test
  void prefillSelectsAmongWhatIsBefore() {
    TfmCompiler.Compiled compiled = infer("prefill 4096 (context = 1500, sequences = 2)", "");
    long all = 2 * (pairs(3548, 3548) - pairs(1500, 1500));
    long seen = 2 * (pairs(3548, TOP) - pairs(1500, TOP));
    assertThat(of(compiled, forward(compiled, "top.scores").matmulOperations()))
        .isEqualTo(2 * all * INDEX_HEADS * INDEX);
    assertThat(of(compiled, forward(compiled, "oc").operations()))
        .isEqualTo(2 * seen * HEADS * (KEY + VALUE));
  }

  /** A mixed step does for prompts, and for sequences that decode, what steps of either do. */
  @Test
  void aMixedStepHasTheWorkOfBoth() {
    String decode = "decode 32 (context = 5000)";
    String prefill = "prefill 4096 (context = 1500, sequences = 2)";
    TfmCompiler.Compiled mixed = infer(decode + " " + prefill, "");
    TfmCompiler.Compiled decodes = infer(decode, "");
    TfmCompiler.Compiled prefills = infer(prefill, "");
    for (String kernel : List.of("top.scores", "top", "oc")) {
      Compute one = forward(mixed, kernel);
      Compute same = forward(decodes, kernel);
      assertThat(of(mixed, one.operations())).isEqualTo(of(decodes, same.operations()));
      assertThat(of(mixed, one.bytes())).isEqualTo(of(decodes, same.bytes()));
      Compute prompts = forward(mixed, kernel + ".prompts");
      Compute alike = forward(prefills, kernel);
      assertThat(of(mixed, prompts.operations())).isEqualTo(of(prefills, alike.operations()));
      assertThat(of(mixed, prompts.bytes())).isEqualTo(of(prefills, alike.bytes()));
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "mesh cp = 8  shard { s over cp } context ring | cannot be combined with `context ring`",
        "mesh cp = 8  shard { s over cp } context all_to_all"
            + " | cannot be combined with `context all_to_all`",
        "mesh cp = 8  shard { s over cp } | say `context all_gather`, or split the heads",
        "mesh dp = 8  shard { b over dp } unfused | cannot be combined with `unfused`",
      })
  void whatCannotBeCombined(String lines, String message) {
    TfmCompiler compiler =
        TfmCompiler.read(
            source(", dense_layers = 7, experts = 8, seq = 4096", lines + " batch 8 micro_batch 1"),
            Imports.LIBRARY_ONLY);
    assertThat(compiler.compile("P")).isEmpty();
    assertThat(Rendering.of(compiler.diagnostics())).contains(message);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "o[b s n d] = attend(q, k, v, over = s, causal, keys = top) | remove `causal` here",
        "o[b s n d] = attend(q, k, v, over = s, window = 2, keys = top) | remove `window` here",
        "o[b s n d] = attend(q, k, v, over = s, keys = q) | `select` does not make it",
        "o[b s n d] = attend(q, k, v, over = s, keys = t) | unknown tensor or weight `t`",
        "o[b s n d] = attend(q, k, v, over = s, keys = 8) | write a name behind `keys =`",
        "o[b s n d] = attend(q, k, v, over = s, keys = top : s) | `attend` takes",
        "o[b s n d] = attend(w, w, u, over = s, keys = heads) | let q have all of them but `m`",
      })
  void wrongKeys(String attention, String message) {
    assertThat(findings("top[b s m] = select(q, k, over = s, causal)", attention))
        .contains(message);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "top[b s m] = select(q, over = s) | `select` takes",
        "top[b s m] = select(q, k) | `select` takes",
        "top[b s m] = select(q, k, over = s, window = 3) | unknown argument `window`",
        "top[b s m] = rope(select(q, k, over = s)) | its result is not declared",
        "top[b s m] = select(q, v, over = s) | are multiplied and must be the same",
        "top[b s m] = select(q, k, over = n) | the result has the queries",
        "top[b s m] = select(q, k, over = d) | must be a dimension of q and k, and not their last",
        "top[s m] = select(q, k, over = s) | the result lacks `b`",
        "top[b s m d] = select(q, k, over = s) | the result has the queries",
        "top[b s n] = select(q, k, over = s) | the result has the queries",
        "top[b s m] = select(q, k, v, over = s) | are of queries and their heads",
        "top[b s m] = select(w, k, over = s) | q must have every dimension of k",
      })
  void wrongSelections(String selection, String message) {
    assertThat(findings(selection, "o[b s n d] = attend(q, k, v, over = s)")).contains(message);
  }

  private static String findings(String selection, String attention) {
    String text =
        """
        tfm 1
        model M {
          dim b
          dim s = 64, h = 64, n = 4, d = 16, dv = 8, m = 8, voc = 100
          block attention(x[b s h]) {
            weight wq[h n d], wk[h n d], wv[h n dv], ww[h d], wu[h dv], wo[n d h]
            q[b s n d] = x * wq
            k[b s n d] = x * wk
            v[b s n dv] = x * wv
            w[b s d] = x * ww
            u[b s dv] = x * wu
            heads[b s n m] = select(q, k, over = s, causal)
            %s
            %s
            return x + o * wo
          }
          embed tokens[voc h]
          stack 2 of attention
          head logits[h voc] norm none
        }
        """
            .formatted(selection, attention);
    TfmCompiler compiler = TfmCompiler.read(new Source("a.tfm", text), Imports.LIBRARY_ONLY);
    compiler.checkAll();
    return Rendering.of(compiler.diagnostics());
  }
}
