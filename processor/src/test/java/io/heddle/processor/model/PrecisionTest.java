package io.heddle.processor.model;

import static io.heddle.plan.NumberFormat.BF16;
import static io.heddle.plan.NumberFormat.FP32;
import static io.heddle.plan.NumberFormat.FP8;
import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.plan.FormatRate;
import io.heddle.plan.NumberFormat;
import io.heddle.plan.PlanValues;
import io.heddle.plan.Precision;
import io.heddle.plan.Quantisation;
import io.heddle.plan.figure.KernelFigure;
import io.heddle.plan.mesh.Collective;
import io.heddle.plan.mesh.Group;
import io.heddle.processor.GeneratedClass;
import io.heddle.processor.Sources;
import io.heddle.processor.diagnose.Source;
import io.heddle.runtime.cost.KernelTimes;
import io.heddle.runtime.straggler.Millionths;
import io.heddle.runtime.trace.Flattener;
import io.heddle.runtime.trace.Kernel;
import io.heddle.runtime.trace.NodeHeader;
import io.heddle.runtime.trace.NodeSink;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The formats of a plan come to its kernels: products of linear layers and nothing else. */
final class PrecisionTest {
  private static final String MODEL =
      """
      tfm 1
      model M {
        dim b
        dim s = 1024, h = 1024, g = 8, d = 128, voc = 4096, f = 4096
        block attention(x[b s h]) {
          weight wq[h g d], wk[h g d], wv[h g d], wo[g d h]
          a = rmsnorm(x)
          fused qkv { q[b s g d] = a * wq   k[b s g d] = a * wk   v[b s g d] = a * wv }
          o[b s g d] = attend(q, k, v, over = s, causal)
          y[b s h] = o * wo
          return x + y
        }
        block mlp(x[b s h]) {
          weight up[h f], down[f h]
          a        = rmsnorm(x)
          u[b s f] = gelu(a * up)
          y[b s h] = u * down
          return x + y
        }
        embed tokens[voc h]
        stack 2 of attention, mlp
        head  logits[h voc]
      }
      plan P of M {
        mesh  dp = 8
        shard { b over dp }
        batch 64  micro_batch 8
        dtype @formats
        on    box
      }
      cluster box {
        device  @device
        network switch 8 at 450 GB/s latency 500 ns
      }
      device sheet {
        peak   bf16 1000 TFLOPS at 70 %
        peak   fp8  2000 TFLOPS at 60 %
        peak   nvfp4 4000 TFLOPS at 50 %
        memory 80 GiB at 100000 GB/s
      }
      device figured {
        peak   bf16 1000 TFLOPS
        peak   fp8  2000 TFLOPS
        peak   nvfp4 4000 TFLOPS
        memory 80 GiB at 100000 GB/s
        kernel matmul bf16 (reach = 80 %)
        kernel matmul fp8 (reach = 70 %, start = 10 us, quantise = 8)
        kernel matmul fp8_block (reach = 60 %, start = 1 us)
        kernel attend bf16 (head = 128, reach = 50 %)
        kernel attend fp8 (head = 128, reach = 40 %)
      }
      """;

  private static Flattener flattener(String formats, String device) {
    String text = MODEL.replace("@formats", formats).replace("@device", device);
    return GeneratedClass.flattener(Sources.compile(new Source("m.tfm", text), "P"));
  }

  private static Precision precision(String formats) {
    return flattener(formats, "sheet").plan().precision();
  }

  private static Map<String, Kernel> kernels(Flattener flattener) {
    Map<String, Kernel> kernels = new LinkedHashMap<>();
    flattener.emit(
        0,
        new NodeSink() {
          @Override
          public void compute(NodeHeader node, Kernel kernel) {
            kernels.put(kernel.name(), kernel);
          }

          @Override
          public void collective(NodeHeader node, Collective collective, Group group, long bytes) {}

          @Override
          public void send(NodeHeader node, int peer, int tag, long bytes) {}

          @Override
          public void receive(NodeHeader node, int peer, int tag, long bytes) {}
        });
    return kernels;
  }

  /** What the kernel lasts, ns. */
  private static double nanos(Flattener flattener, Kernel kernel) {
    PlanValues plan = flattener.plan();
    return new KernelTimes(plan.cluster().device(), plan.engine())
            .roofline(kernel.operations(), kernel.bytes())
        * Millionths.factor(kernel.scale());
  }

  @Test
  void aRecipeIsShortForItsProducts() {
    assertThat(precision("mxfp8")).isEqualTo(precision("bf16, products mxfp8"));
    assertThat(precision("fp8 delayed")).isEqualTo(precision("bf16, products fp8"));
    assertThat(precision("bf16, products bf16"))
        .isEqualTo(new Precision(NumberFormat.BF16, NumberFormat.FP32));
    assertThat(precision("fp8").tensors()).isEqualTo(FP8);
  }

  @Test
  void eachKindHasItsFormat() {
    assertThat(precision("nvfp4, gradients bf16, moments bf16, master fp32, attention fp8"))
        .isEqualTo(new Precision(BF16, BF16, Quantisation.NVFP4, FP8, BF16, FP32));
  }

  @Test
  void onlyProductsOfLinearLayersAreQuantised() {
    kernels(flattener("mxfp8", "sheet"))
        .forEach(
            (name, kernel) -> {
              boolean isLinear = name.matches("(attention\\.(qkv|y)|mlp\\.(u\\.1|a\\.up|y|.*)).*");
              boolean isGemm = kernel.spec().title().startsWith("gemm");
              assertThat(kernel.spec().quantised() != null)
                  .as(name + " " + kernel.spec().title())
                  .isEqualTo(isGemm && isLinear);
            });
  }

  /** 2 M N K at 60 % of 2,000 TFLOPS, less than half of what bf16 takes at 70 % of 1,000. */
  @Test
  void aDataSheetSaysTheRateOfTheFormat() {
    Flattener flattener = flattener("fp8 delayed", "sheet");
    Kernel down = Objects.requireNonNull(kernels(flattener).get("mlp.y.dw"));
    double operations = 2.0 * 8 * 1024 * 1024 * 4096;
    assertThat(down.operations()).isEqualTo((long) operations);
    assertThat(nanos(flattener, down))
        .isCloseTo(operations / 1.2e6, org.assertj.core.data.Percentage.withPercentage(0.01));
    // Both operands in one byte, the gradient read and written in four.
    long rows = 8 * 1024;
    assertThat(down.bytes()).isEqualTo(rows * 1024 + rows * 4096 + 2L * 4 * 1024 * 4096);
  }

  /** The operand that a kernel quantises is read once and written by rows and by columns. */
  @Test
  void quantisingIsCounted() {
    Kernel down = Objects.requireNonNull(kernels(flattener("mxfp8", "sheet")).get("mlp.y"));
    long rows = 8 * 1024;
    long left = rows * 4096;
    long weight = 4096 * 1024;
    assertThat(down.bytes())
        .isEqualTo(
            (left + left / 32)
                + (weight + weight / 32)
                + 2 * rows * 1024
                + (2 * left + 2 * (left + left / 32)));
  }

  /** The device has no figures of MXFP8: those of blocks are nearest. */
  @ParameterizedTest
  @CsvSource({"fp8, 0.7, 2e15", "fp8 blockwise, 0.6, 2e15", "mxfp8, 0.6, 2e15", "nvfp4, 0.8, 4e15"})
  void figuresAreThoseOfTheNearestFormat(String recipe, double reach, double peak) {
    FormatRate rate =
        Objects.requireNonNull(
            flattener("bf16, products " + recipe, "figured").plan().cluster().device().products());
    assertThat(rate.kernels().get(0).value(KernelFigure.REACH)).isEqualTo(reach);
    assertThat(rate.peakFlops()).isEqualTo(peak);
  }

  @Test
  void attentionMayComputeInAnotherFormat() {
    Flattener plain = flattener("bf16", "figured");
    Flattener attending = flattener("bf16, attention fp8", "figured");
    Kernel before = Objects.requireNonNull(kernels(plain).get("attention.o"));
    Kernel after = Objects.requireNonNull(kernels(attending).get("attention.o"));
    // 40 % of 2,000 TFLOPS against 50 % of 1,000.
    assertThat(nanos(attending, after) / nanos(plain, before))
        .isCloseTo(5.0 / 8, org.assertj.core.data.Offset.offset(0.05));
    assertThat(after.operations()).isEqualTo(before.operations());
  }

  @Test
  void theOptimizerMovesItsStatesInTheirFormats() {
    Kernel before = update("bf16");
    Kernel after = update("bf16, moments bf16, master bf16");
    // Of 4 + 2 (4 + 8) + 2 bytes a parameter 4 + 2 (2 + 4) + 2 are left.
    assertThat(after.bytes() * 30).isEqualTo(before.bytes() * 18);
  }

  private static Kernel update(String formats) {
    return kernels(flattener(formats, "sheet")).values().stream()
        .filter(kernel -> kernel.spec().title().equals("adam"))
        .findFirst()
        .orElseThrow();
  }
}
