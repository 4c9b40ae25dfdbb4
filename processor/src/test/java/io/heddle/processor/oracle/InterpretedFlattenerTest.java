package io.heddle.processor.oracle;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.plan.schedule.PipelineSchedule;
import io.heddle.processor.GeneratedClass;
import io.heddle.processor.Imports;
import io.heddle.processor.Sources;
import io.heddle.processor.TfmCompiler;
import io.heddle.processor.Verified;
import io.heddle.processor.diagnose.Source;
import io.heddle.processor.model.PlanChanges;
import io.heddle.runtime.trace.Flattener;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Assume;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** Generated flatteners emit what an interpreter of the same program emits, to the last field. */
final class InterpretedFlattenerTest {
  private static PipelineSchedule named(String schedule) {
    return PipelineSchedule.named(schedule).orElseThrow();
  }

  @Example
  void llamaNode8() {
    check("llama3_8b.tfm", "Node8", 2, 0, 7);
  }

  @Example
  void llamaPod64() {
    check("llama3_8b.tfm", "Pod64", 16, 0, 21, 46, 63);
  }

  @Example
  void llamaRing64() {
    check("llama3_8b_long.tfm", "Ring64", 2, 0, 9, 63);
  }

  @Example
  void gptPod64() {
    check("gpt3_175b.tfm", "Pod64", 10, 0, 30, 63);
  }

  @Example
  void gptPod512() {
    check("gpt3_175b.tfm", "Pod512", 80, 0, 200, 511);
  }

  @Example
  void gptKp2x4() {
    check("gpt3_kp.tfm", "Kp2x4", 16, 0, 117, 255);
    check("gpt3_kp.tfm", "Kp2x4Rc", 16, 0, 117, 255);
  }

  @Example
  void stepsOfInference() {
    String text =
        """
        tfm 1
        import "std/models/%s.tfm"
        plan P of %s(layers = 4) {
          mesh   pp = 2, dp = 2, tp = 2
          shard  { b over dp  voc %s over tp  layers over pp }
          %s
          on     hgx_h100
        }
        """;
    for (String step :
        List.of(
            "decode 16 (context = 999)",
            "prefill 1024 (context = 64, sequences = 4)",
            "decode 16 (context = 999)\n prefill 1024 (context = 64, sequences = 4)")) {
      String[] models = {"llama3", "Llama3_8B", "g f", "gpt3", "Gpt3_175B", "n f"};
      for (int i = 0; i < models.length; i += 3) {
        String model = text.formatted(models[i], models[i + 1], models[i + 2], step);
        Verified.assertEnds(check(Sources.compile(new Source("a.tfm", model), "P"), 0, 3, 6));
      }
      for (String word : List.of("", " absorbed")) {
        String kept = step + "\n cache mla.nc, mla.rope.kp (page = 16, dtype = fp8)" + word;
        String model = text.formatted("deepseek_v3", "DeepSeek_V3", "n f fs", kept);
        Verified.assertEnds(check(Sources.compile(new Source("a.tfm", model), "P"), 0, 3, 6));
      }
      String kept = step + "\n cache dsa.nc, dsa.kr, dsa.ki (page = 16) absorbed";
      String model = text.formatted("deepseek_v3_2", "DeepSeek_V3_2", "n f fs", kept);
      Verified.assertEnds(check(Sources.compile(new Source("a.tfm", model), "P"), 0, 3, 6));
    }
  }

  @Example
  void quantisedProducts() {
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
    check(Sources.compile(new Source("a.tfm", text), "P"), 0, 9);
  }

  /** Rows that products read as they came, and rows that are widened first. */
  @Example
  void quantisedExchanges() {
    String text =
        """
        tfm 1
        import "std/models/mixtral.tfm"
        import "std/measured/h100_sxm.tfm"
        plan P of Mixtral_8x7B(layers = 4) {
          mesh   pp = 2, dp = 4, tp = 2  view moe: (dp) = (ep)
          shard  { b over dp  g fe voc over tp  e over ep  layers over pp  stream: s over tp }
          batch  16  micro_batch 1
          schedule zero_bubble
          experts %s
          dtype  fp8 blockwise, stream fp32, qkv fp8, logits fp32, exchanges %s
          on     hgx_h100_measured(nodes = 2)
        }
        """;
    for (String load : List.of("capacity = 1.0", "load = log_normal(sigma = 0.8)")) {
      for (String exchanges : List.of("fp8 blockwise", "nvfp4")) {
        String plan = text.formatted(load, exchanges);
        Verified.assertEnds(check(Sources.compile(new Source("a.tfm", plan), "P"), 0, 9));
      }
    }
  }

  @Example
  void storedWeights() {
    String text =
        """
        tfm 1
        import "std/models/gpt_oss.tfm"
        import "std/measured/h100_sxm.tfm"
        plan P of GptOss_20B(layers = 4) {
          mesh   pp = 2, dp = 2, tp = 4
          shard  { b over dp  g %s voc over tp  layers over pp }
          decode 24 (context = 512)
          dtype  %s
          on     hgx_h100_measured(nodes = 2)
        }
        """;
    for (String experts : List.of("fe", "e")) {
      for (String dtype : List.of("bf16, experts mxfp4", "fp8 blockwise, weights int4")) {
        String plan = text.formatted(experts, dtype);
        Verified.assertEnds(check(Sources.compile(new Source("a.tfm", plan), "P"), 0, 9));
      }
    }
  }

  /** Every kernel has the same factor, whoever works it out. */
  @Example
  void measuredDevice() {
    String text =
        """
        tfm 1
        import "std/models/llama3.tfm"
        device measured {
          peak   bf16 989 TFLOPS
          memory 80 GiB at 3350 GB/s
          kernel matmul (reach = 84 %, start = 2.4 us, units = 132, depth = 157, bytes = 78 %)
          kernel attend (head = 128, reach = 60 %, start = 17 us, units = 132, depth = 170)
          kernel attend_backward (head = 128, reach = 45 %)
          kernel pointwise (reach = 80 %, start = 2.5 us)
        }
        cluster box(nodes = 1) {
          device  measured
          network switch 8 at 450 GB/s latency 500 ns
          network switch nodes at 50 GB/s latency 2 us
        }
        plan P of Llama3_8B(layers = 4) {
          mesh    pp = 2, tp = 8
          shard   { g f voc over tp  stream: s over tp  layers over pp }
          overlap tp chunks 4
          batch   4  micro_batch 1
          on      box(nodes = 2)
        }
        """;
    check(Sources.compile(new Source("a.tfm", text), "P"), 0, 9);
  }

  /** What a block returns lies elsewhere than the stream, and is brought there at its end. */
  @Example
  void pinnedResult() {
    String text =
        """
        tfm 1
        import "std/clusters.tfm"
        model M {
          dim b
          dim s = 16, h = 16, voc = 16, f = 16
          block only(x[b s h]) {
            weight up[h f], down[f h]
            u[b s f] = gelu(x * up)
            y[b s h] = u * down
            return y
          }
          embed tokens[voc h]
          stack 2 of only
          head logits[h voc] norm none
        }
        plan P of M {
          mesh u = 8
          shard {
            h over u
            stream: h over u
          }
          pin only.y[b s/u h]
          batch 2  micro_batch 1
          on hgx_h100
        }
        """;
    check(Sources.compile(new Source("a.tfm", text), "P"), 0, 7);
  }

  /** A stage in the middle has nothing to update, and no kernel for it. */
  @Example
  void stageWithoutWeights() {
    String text =
        """
        tfm 1
        import "std/clusters.tfm"
        model M {
          dim b
          dim s = 64, h = 64, voc = 64
          block only(x[b s h]) { return gelu(x) }
          embed tokens[voc h]
          stack 4 of only
          head logits[h voc] norm none
        }
        plan P of M {
          mesh pp = 4, dp = 2
          shard {
            b      over dp
            layers over pp
          }
          optimizer adam clipped sharded over dp
          batch 8  micro_batch 1
          on hgx_h100
        }
        """;
    Verified.assertEnds(check(Sources.compile(new Source("a.tfm", text), "P"), 0, 3, 7));
  }

  /** A model that begins and ends with blocks of its own. */
  @Example
  void visionTransformer() {
    Source source = Imports.library("std/models/vit.tfm").orElseThrow();
    check(Sources.compile(source, "ViT_L16_A100x64"), 0, 63);
  }

  /** A model whose layers all take a vector of each sequence. */
  @Example
  void diffusionTransformer() {
    Source source = Imports.library("std/models/dit.tfm").orElseThrow();
    check(Sources.compile(source, "DiT_XL2_A100x8"), 0, 7);
  }

  @Example
  void gptPod64UnderZeroBubble() {
    PlanChanges overrides = PlanChanges.of("batch = 10", "schedule = zero_bubble");
    check("gpt3_175b.tfm", "Pod64", overrides, 0, 30, 63);
  }

  /** The first stage has both ends, and what is tied needs no sum over stages. */
  @Example
  void tiedTablesOfVShapes() {
    for (String schedule : List.of("zb_v", "v_half", "v_min", "dualpipe_v")) {
      PlanChanges changes =
          PlanChanges.of("batch = 10", "schedule = " + schedule, "reduce = per layer");
      TfmCompiler compiler =
          TfmCompiler.read(Sources.shipped("gpt3_175b.tfm"), Imports.LIBRARY_ONLY);
      Flattener v = check(compiler.compile("Pod64", changes).orElseThrow(), 0, 30, 63);
      Verified.assertEnds(v);
      assertThat(NodeLines.of(v, 0)).noneMatch(line -> line.contains("tied"));
    }
  }

  @Example
  void llamaPod64Interleaved() {
    PlanChanges overrides = PlanChanges.of("batch = 16, chunks = 2", "schedule = interleaved");
    check("llama3_8b.tfm", "Pod64", overrides, 0, 21, 46, 63);
  }

  @Example
  void llamaPod64InPieces() {
    String text =
        Sources.shipped("llama3_8b.tfm")
            .text()
            .replace("recompute  none\n", "recompute attend\n  overlap tp chunks 4\n");
    TfmCompiler compiler = TfmCompiler.read(new Source("a.tfm", text), Imports.LIBRARY_ONLY);
    for (PipelineSchedule kind : List.of(named("one_f_one_b"), named("zero_bubble"))) {
      PlanChanges overrides = PlanChanges.of("batch = 10", "schedule = " + kind.name());
      Flattener cut = check(compiler.compile("Pod64", overrides).orElseThrow(), 0, 21, 63);
      assertThat(NodeLines.of(cut, 0)).anyMatch(line -> line.contains("qkv.piece3 "));
    }
  }

  /** Tensors that are called as fields of the generated class would be. */
  @Example
  void namesOfFields() {
    String text =
        """
        tfm 1
        import "std/clusters.tfm"
        model M {
          dim b
          dim s = 64, h = 64, voc = 64, f = 64
          block only(x[b s h]) {
            weight up[h f], down[f h]
            pieces          = rmsnorm(x)
            piecesOps[b s f] = pieces * up
            pieces2[b s f]  = gelu(piecesOps)
            return x + pieces2 * down
          }
          embed tokens[voc h]
          stack 2 of only
          head logits[h voc]
        }
        plan P of M {
          mesh tp = 8
          shard { f voc over tp  stream: s over tp }
          overlap tp chunks 4
          batch 2  micro_batch 1
          on hgx_h100
        }
        """;
    check(Sources.compile(new Source("a.tfm", text), "P"), 0, 7);
  }

  @Example
  void interleavedWithOneChunkIsOneForwardOneBackward() {
    TfmCompiler compiler = TfmCompiler.read(Sources.shipped("llama3_8b.tfm"), Imports.LIBRARY_ONLY);
    PlanChanges overrides = PlanChanges.of("batch = 10, chunks = 1", "schedule = interleaved");
    Flattener interleaved =
        GeneratedClass.flattener(compiler.compile("Pod64", overrides).orElseThrow());
    Flattener plain =
        GeneratedClass.flattener(
            compiler.compile("Pod64", PlanChanges.of("batch = 10")).orElseThrow());
    assertThat(interleaved.plan().schedule().name()).isEqualTo("interleaved");
    for (int rank : new int[] {0, 21, 46, 63}) {
      assertThat(NodeLines.of(interleaved, rank)).isEqualTo(NodeLines.of(plain, rank));
    }
  }

  private static void check(String file, String plan, long batch, int... ranks) {
    check(file, plan, PlanChanges.of("batch = " + batch), ranks);
  }

  private static void check(String file, String plan, PlanChanges overrides, int... ranks) {
    TfmCompiler compiler = TfmCompiler.read(Sources.shipped(file), Imports.LIBRARY_ONLY);
    check(compiler.compile(plan, overrides).orElseThrow(), ranks);
  }

  private static Flattener check(TfmCompiler.Compiled compiled, int... ranks) {
    Flattener generated = GeneratedClass.flattener(compiled);
    Flattener interpreted = new InterpretedFlattener(compiled, generated.plan());
    for (int rank : ranks) {
      assertThat(NodeLines.of(generated, rank)).isEqualTo(NodeLines.of(interpreted, rank));
    }
    return generated;
  }

  @Provide
  Arbitrary<String> models() {
    return Arbitraries.longs().map(RandomModel::text);
  }

  @Property(tries = 60)
  void randomModels(@ForAll("models") String text) {
    TfmCompiler compiler = TfmCompiler.read(new Source("random.tfm", text), Imports.LIBRARY_ONLY);
    Optional<TfmCompiler.Compiled> compiled = compiler.compile("P");
    Assume.that(compiled.isPresent());
    int ranks = 1;
    for (long size : compiled.get().numbers().axes().values()) {
      ranks *= (int) size;
    }
    Verified.assertEnds(check(compiled.get(), IntStream.range(0, ranks).toArray()));
  }
}
