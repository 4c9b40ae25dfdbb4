package io.heddle.cli.interpret;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.cli.load.FlattenerLoader;
import io.heddle.plan.PlanValues;
import io.heddle.processor.Imports;
import io.heddle.processor.SearchCompiler;
import io.heddle.processor.SweepCompiler;
import io.heddle.processor.TfmCompiler;
import io.heddle.processor.TfmCompiler.Compiled;
import io.heddle.processor.diagnose.Source;
import io.heddle.processor.model.PlanChanges;
import io.heddle.runtime.chakra.EtWriter;
import io.heddle.runtime.pipeline.PipelineFlattener;
import io.heddle.runtime.trace.Flattener;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** What is interpreted emits the bytes of the generated class, names and tensors included. */
class InterpreterTest {
  private final Interpreter interpreter = new Interpreter();

  private static TfmCompiler read(String text) {
    return TfmCompiler.read(new Source("a.tfm", text), Imports.LIBRARY_ONLY);
  }

  private static TfmCompiler example(String path) {
    try {
      return read(Files.readString(Path.of("../examples", path)));
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private static TfmCompiler library(String model) {
    return read("tfm 1\nimport \"std/models/%s.tfm\"\n".formatted(model));
  }

  @TestFactory
  Stream<DynamicTest> examples() {
    return Stream.of("gpt3_175b", "gpt3_kp", "llama3_8b", "llama3_8b_long")
        .map(name -> example("models/" + name + ".tfm"))
        .flatMap(this::plans);
  }

  @TestFactory
  Stream<DynamicTest> models() {
    return Stream.of("deepseek_v3", "deepseek_v3_2", "mixtral", "llama3", "gpt3")
        .map(InterpreterTest::library)
        .flatMap(this::plans);
  }

  private Stream<DynamicTest> plans(TfmCompiler compiler) {
    assertThat(compiler.hasErrors()).isFalse();
    return compiler.plans().stream()
        .map(plan -> DynamicTest.dynamicTest(plan, () -> check(compiler, plan)));
  }

  private void check(TfmCompiler compiler, String plan) throws IOException {
    Compiled whole = compiler.compile(plan).orElseThrow();
    PlanValues values = whole.numbers().values();
    // As many micro-batches as stages are enough, and as the schedule may want.
    long together = values.batch() / whole.numbers().microBatches(whole.plan());
    long few = together * whole.numbers().stages(whole.plan());
    check(
        few < values.batch()
            ? compiler.compile(plan, PlanChanges.of("batch=" + few)).orElseThrow()
            : whole);
  }

  /** Of a search: schedules, recomputation, sharded weights, pieces. */
  @Test
  void pointsOfASearch() throws IOException {
    SearchCompiler search =
        example("sweeps/llama3_70b_64gpus.tfm").search("Fastest", PlanChanges.NONE).orElseThrow();
    SweepCompiler points = search.points();
    long checked = 0;
    for (long at = 0; at < points.size(); at += 1303) {
      long number = points.space().next(at);
      if (number < points.size() && points.point(number) instanceof SweepCompiler.Kept kept) {
        check(kept.compiled());
        checked++;
      }
    }
    assertThat(checked).isGreaterThan(4);
  }

  /** Steps of inference through a pipeline: a decode, a prefill, and both. */
  @Test
  void stepsOfInference() throws IOException {
    String text =
        """
        tfm 1
        import "std/models/deepseek_v3.tfm"
        plan P of DeepSeek_V3(layers = 8) {
          mesh   pp = 2, dp = 2, tp = 2  view moe: (dp tp) = (ep)
          shard  { b over dp  n f fs voc over tp  e over ep  layers over pp }
          %s
          cache  mla.nc, mla.rope.kp (page = 16, dtype = fp8) absorbed
          on     hgx_h100
        }
        """;
    for (String step :
        List.of(
            "decode 16 (context = 999)",
            "prefill 1024 (context = 64, sequences = 4)",
            "decode 16 (context = 999)\n prefill 1024 (context = 64, sequences = 4)")) {
      String latent = text.formatted(step);
      check(read(latent).compile("P").orElseThrow());
      String selected =
          latent
              .replace("deepseek_v3", "deepseek_v3_2")
              .replace("DeepSeek_V3", "DeepSeek_V3_2")
              .replace("mla.nc, mla.rope.kp", "dsa.nc, dsa.kr, dsa.ki");
      check(read(selected).compile("P").orElseThrow());
    }
  }

  /** Ranks that get different numbers of rows, inside experts that are split too. */
  @Test
  void loadsOfExperts() throws IOException {
    String text =
        """
        tfm 1
        import "std/models/mixtral.tfm"
        plan P of Mixtral_8x7B(layers = 4) {
          mesh   pp = 2, dp = 2, tp = 4  view moe: (dp tp) = (ep etp) where ep = 4
          shard  { b over dp  g voc over tp  e over ep  fe over etp  layers over pp  stream: s over tp }
          batch  8  micro_batch 1
          recompute full
          experts load = %s
          on     hgx_h100(nodes = 2)
        }
        """;
    for (String load :
        List.of("even", "hot_expert(factor = 4)", "log_normal(sigma = 1.5, seed = 2)")) {
      check(read(text.formatted(load)).compile("P").orElseThrow());
    }
  }

  /** Products in fp8 with their scales, in pieces, on a device with figures. */
  @Test
  void quantisedProducts() throws IOException {
    String text =
        """
        tfm 1
        import "std/models/llama3.tfm"
        import "std/measured/h100_sxm.tfm"
        plan P of Llama3_8B(layers = 4) {
          mesh   pp = 2, dp = 2, tp = 4
          shard  { b over dp  g f voc over tp  layers over pp  stream: s over tp }
          batch  8  micro_batch 1
          overlap tp chunks 4
          recompute silu
          schedule zero_bubble
          dtype  fp8 blockwise, attention fp8, moments bf16
          on     hgx_h100_measured(nodes = 2)
        }
        """;
    check(read(text).compile("P").orElseThrow());
  }

  /**
   * Rows that travel quantised, also where ranks send different numbers; other activations wide.
   */
  @Test
  void formatsOfActivations() throws IOException {
    String text =
        """
        tfm 1
        import "std/models/mixtral.tfm"
        import "std/measured/h100_sxm.tfm"
        plan P of Mixtral_8x7B(layers = 4) {
          mesh   pp = 2, dp = 4, tp = 2  view moe: (dp) = (ep)
          shard  { b over dp  g fe voc over tp  e over ep  layers over pp  stream: s over tp }
          batch  16  micro_batch 1
          experts %s
          dtype  fp8 blockwise, stream fp32, qkv fp8, logits fp32, exchanges %s
          on     hgx_h100_measured(nodes = 2)
        }
        """;
    for (String load : List.of("exchange = direct", "load = log_normal(sigma = 0.8)")) {
      for (String exchanges : List.of("fp8 blockwise", "nvfp4")) {
        check(read(text.formatted(load, exchanges)).compile("P").orElseThrow());
      }
    }
  }

  private void check(Compiled compiled) throws IOException {
    Flattener generated = FlattenerLoader.load(compiled);
    PipelineFlattener interpreted = interpreter.load(compiled);
    assertThat(interpreted.tokens()).isEqualTo(generated.tokens());
    assertThat(interpreted.parameters()).isEqualTo(generated.parameters());
    assertThat(interpreted.modelOperations()).isEqualTo(generated.modelOperations());
    for (int place = 1; place < interpreted.pipeline().layers().chain().places(); place++) {
      PipelineFlattener other = (PipelineFlattener) generated;
      assertThat(interpreted.pipeline().messages().between(place - 1, place))
          .isEqualTo(other.pipeline().messages().between(place - 1, place));
      assertThat(interpreted.pipeline().messages().between(place, place - 1))
          .isEqualTo(other.pipeline().messages().between(place, place - 1));
    }
    int ranks = generated.mesh().ranks();
    for (int rank : new int[] {0, ranks / 2, ranks - 1}) {
      assertThat(trace(interpreted, rank)).isEqualTo(trace(generated, rank));
    }
  }

  private static byte[] trace(Flattener flattener, int rank) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (EtWriter writer = new EtWriter(bytes, rank, true, true)) {
      flattener.emit(rank, writer);
    }
    return bytes.toByteArray();
  }
}
