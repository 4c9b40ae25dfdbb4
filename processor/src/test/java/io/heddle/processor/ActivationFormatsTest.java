package io.heddle.processor;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.plan.Quantisation;
import io.heddle.processor.diagnose.Source;
import io.heddle.processor.program.LocalNode;
import io.heddle.processor.program.LocalNode.Communicate;
import io.heddle.processor.program.LocalNode.Compute;
import io.heddle.processor.program.MemoryEstimate;
import io.heddle.processor.program.Pass;
import io.heddle.processor.program.Saved;
import io.heddle.processor.program.Section;
import io.heddle.processor.program.Sizes;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Formats of the stream, of what attention reads, of logits and of rows on their way to experts.
 */
final class ActivationFormatsTest {
  /** Elements of the stream on a rank: 4,096 tokens in two parts. */
  private static final long STREAM = 4096L * 4096 / 2;

  /** A rank's rows: those of its tokens, each to two experts. */
  private static final long ROWS = 2 * 4096L / 2;

  private static final int HIDDEN = 4096;

  private static TfmCompiler.Compiled compiled(String dtype) {
    String text =
        """
        tfm 1
        import "std/models/mixtral.tfm"
        plan P of Mixtral_8x7B(layers = 4, seq = 4096) {
          mesh   pp = 2, dp = 8, tp = 2
          layout pp > dp > tp
          view   moe: (dp) = (ep)
          shard  { b over dp  g fe voc over tp  e over ep  layers over pp  stream: s over tp }
          batch  16  micro_batch 1
          dtype  %s
          on     hgx_h100(nodes = 4)
        }
        """;
    return Sources.compile(new Source("a.tfm", text.formatted(dtype)), "P");
  }

  private static List<LocalNode> nodes(TfmCompiler.Compiled compiled, String block) {
    return section(compiled, block).passes().stream()
        .flatMap(pass -> pass.nodes().stream())
        .toList();
  }

  private static Section section(TfmCompiler.Compiled compiled, String block) {
    return compiled.program().allBlocks().stream()
        .filter(section -> section.block().name().equals(block))
        .findFirst()
        .orElseThrow();
  }

  private static long bytes(TfmCompiler.Compiled compiled, String block, String operation) {
    LocalNode found =
        nodes(compiled, block).stream()
            .filter(node -> node.operation().equals(operation))
            .findFirst()
            .orElseThrow();
    return new Sizes(compiled.numbers())
        .of(found instanceof Communicate moved ? moved.bytes() : ((Compute) found).bytes());
  }

  private static boolean has(TfmCompiler.Compiled compiled, String block, String operation) {
    return nodes(compiled, block).stream().anyMatch(node -> node.operation().equals(operation));
  }

  private static long kept(TfmCompiler.Compiled compiled, String block, String tensor) {
    Sizes sizes = new Sizes(compiled.numbers());
    return section(compiled, block).pass(Pass.Kind.BACKWARD, false).orElseThrow().kept().stream()
        .filter(saved -> saved.name().equals(tensor))
        .map(Saved::bytes)
        .mapToLong(sizes::of)
        .sum();
  }

  /** Rows go quantised, activations forward and gradients backward, and come back as tensors. */
  @ParameterizedTest
  @CsvSource({"bf16, 2", "fp8, 1", "fp8 blockwise, 1.03125", "mxfp8, 1.03125", "nvfp4, 0.5625"})
  void rowsTravelInTheirFormat(String format, double bytesOfElement) {
    TfmCompiler.Compiled compiled = compiled("bf16, exchanges " + format);
    long quantised = (long) (ROWS * HIDDEN * bytesOfElement);
    assertThat(bytes(compiled, "moe", "exchange.z")).isEqualTo(quantised);
    assertThat(bytes(compiled, "moe", "exchange.dm")).isEqualTo(quantised);
    assertThat(bytes(compiled, "moe", "exchange.m")).isEqualTo(2 * ROWS * HIDDEN);
    assertThat(bytes(compiled, "moe", "exchange.dz")).isEqualTo(2 * ROWS * HIDDEN);
  }

  /** Products of another format find rows widened; those of the same read them as they came. */
  @Test
  void rowsAreWidenedForOtherProducts() {
    TfmCompiler.Compiled other = compiled("bf16, exchanges mxfp8");
    TfmCompiler.Compiled same = compiled("mxfp8, exchanges mxfp8");
    TfmCompiler.Compiled plain = compiled("mxfp8");
    long quantised = Quantisation.MXFP8.bytes(ROWS * HIDDEN);
    assertThat(bytes(other, "moe", "widen.z")).isEqualTo(quantised + 2 * ROWS * HIDDEN);
    assertThat(bytes(other, "moe", "widen.dm")).isEqualTo(quantised + 2 * ROWS * HIDDEN);
    assertThat(kept(other, "moe", "z")).isEqualTo(2 * ROWS * HIDDEN);
    assertThat(has(same, "moe", "widen.z")).isFalse();
    assertThat(has(same, "moe", "widen.dm")).isFalse();
    assertThat(kept(same, "moe", "z")).isEqualTo(quantised);
    // Both ranks of tp have all rows of the node: it reads them in one byte in place of two.
    long rows = 2 * ROWS * HIDDEN;
    assertThat(bytes(plain, "moe", "gate_up") - bytes(same, "moe", "gate_up")).isEqualTo(2 * rows);
    assertThat(bytes(same, "moe", "gather.z")).isEqualTo(quantised);
  }

  /** What quantises reads tokens once, or twice where the scale is the tensor's own. */
  @ParameterizedTest
  @CsvSource({"mxfp8, 1", "fp8 current, 2"})
  void dispatchQuantises(String format, int reads) {
    Quantisation by = Quantisation.named(format).orElseThrow();
    assertThat(bytes(compiled("bf16, exchanges " + format), "moe", "z"))
        .isEqualTo(by.bytes(ROWS * HIDDEN) + 2L * reads * STREAM + 2 * STREAM / HIDDEN * 8);
  }

  @Test
  void streamIsWideBetweenStagesAndForNorms() {
    TfmCompiler.Compiled wide = compiled("bf16, stream fp32");
    // 16 ranks of a stage, two micro-batches, there and back.
    assertThat(messages(wide) - messages(compiled("bf16"))).isEqualTo(16 * 2 * 2 * 2 * STREAM);
    // A norm reads four bytes and writes two, and its weight.
    assertThat(bytes(wide, "attention", "a")).isEqualTo(6 * STREAM + 2 * HIDDEN);
    assertThat(kept(wide, "attention", "x")).isEqualTo(4 * STREAM);
    assertThat(kept(wide, "attention", "a")).isEqualTo(2 * STREAM);
    // Products are tensors, and so are their sums over ranks and their gradients.
    assertThat(bytes(wide, "attention", "scatter.y")).isEqualTo(2 * 2 * STREAM);
    assertThat(bytes(wide, "attention", "cast.dy")).isEqualTo(6 * STREAM);
    assertThat(bytes(wide, "attention", "gather.dy")).isEqualTo(2 * STREAM);
    assertThat(bytes(wide, "attention", "out")).isEqualTo((4 + 2 + 4) * STREAM);
  }

  private static long messages(TfmCompiler.Compiled compiled) {
    return Counts.of(GeneratedClass.flattener(compiled)).sentBytes().longValueExact();
  }

  /** Of a layer that is computed again, the stream is kept, in its format. */
  @Test
  void recomputedLayersKeepTheStreamInItsFormat() {
    String again = ", gradients fp32\n recompute full";
    assertThat(activations("bf16, stream fp32" + again)).isEqualTo(2 * activations("bf16" + again));
  }

  private static long activations(String dtype) {
    TfmCompiler.Compiled compiled = compiled(dtype);
    return new MemoryEstimate(compiled.program(), compiled.numbers()).layers(0, 2);
  }

  /** What a product quantises it reads as it is stored: of q, k and v the last is in one byte. */
  @ParameterizedTest
  @CsvSource({"mxfp8, 1", "fp8 current, 2"})
  void productsQuantiseWhatIsStored(String format, int reads) {
    TfmCompiler.Compiled plain = compiled(format);
    TfmCompiler.Compiled narrow = compiled(format + ", qkv fp8");
    long values = 4096L * 4096 / 2 / 4;
    // Forward the product makes values in one byte, backward it reads their gradient so.
    assertThat(bytes(plain, "attention", "qkv") - bytes(narrow, "attention", "qkv"))
        .isEqualTo(values);
    assertThat(bytes(plain, "attention", "qkv.dx") - bytes(narrow, "attention", "qkv.dx"))
        .isEqualTo(reads * values);
    assertThat(bytes(plain, "attention", "qkv.dw")).isEqualTo(bytes(narrow, "attention", "qkv.dw"));
  }

  @Test
  void logitsAreStoredInTheirFormat() {
    TfmCompiler.Compiled plain = compiled("bf16");
    TfmCompiler.Compiled wide = compiled("bf16, logits fp32");
    long logits = 4096L * 32000 / 2;
    assertThat(kept(wide, "head", "logits")).isEqualTo(4 * logits);
    for (String product : List.of("logits", "logits.dx", "logits.dw")) {
      assertThat(bytes(wide, "head", product) - bytes(plain, "head", product))
          .as(product)
          .isEqualTo(2 * logits);
    }
    assertThat(bytes(wide, "head", "loss.dx")).isEqualTo(2 * 4 * logits);
  }

  /** Queries, keys and values as attention reads them: behind the rotation, not before. */
  @Test
  void attentionReadsItsFormat() {
    TfmCompiler.Compiled plain = compiled("bf16");
    TfmCompiler.Compiled narrow = compiled("bf16, qkv fp8");
    long queries = 4096L * 4096 / 2;
    long keys = queries / 4;
    assertThat(bytes(plain, "attention", "o")).isEqualTo(2 * (2 * queries + 2 * keys));
    assertThat(bytes(narrow, "attention", "o")).isEqualTo(2 * queries + queries + 2 * keys);
    assertThat(bytes(narrow, "attention", "rope.q")).isEqualTo(3 * queries);
    assertThat(kept(narrow, "attention", "rope.q")).isEqualTo(queries);
    assertThat(kept(narrow, "attention", "v")).isEqualTo(keys);
    assertThat(kept(narrow, "attention", "o")).isEqualTo(2 * queries);
    assertThat(bytes(narrow, "attention", "o.dx"))
        .isEqualTo(2 * 2 * queries + 2 * queries + 4 * keys);
  }

  /** A ring sends keys and values, and gradients of them, as attention reads them. */
  @Test
  void ringsSendWhatAttentionReads() {
    String text =
        """
        tfm 1
        import "std/models/llama3.tfm"
        plan P of Llama3_8B(layers = 2, seq = 8192) {
          mesh    cp = 4, tp = 2
          shard   { s over cp  g f voc over tp }
          context ring
          batch   1  micro_batch 1
          dtype   %s
          on      hgx_h100
        }
        """;
    long plain = messages(Sources.compile(new Source("a.tfm", text.formatted("bf16")), "P"));
    long narrow =
        messages(Sources.compile(new Source("a.tfm", text.formatted("bf16, qkv fp8")), "P"));
    assertThat(plain).isEqualTo(2 * narrow);
  }

  @Test
  void planText() {
    assertThat(
            compiled("fp8 blockwise, exchanges fp8 blockwise, logits fp32, stream fp32, qkv fp8")
                .numbers()
                .values()
                .precision()
                .text())
        .isEqualTo(
            "bf16, products fp8 blockwise, stream fp32, qkv fp8, logits fp32,"
                + " exchanges fp8 blockwise, gradients fp32");
  }
}
