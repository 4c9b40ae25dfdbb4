package io.heddle.processor.model;

import static io.heddle.plan.figure.KernelFigure.HEAD;
import static io.heddle.plan.figure.KernelFigure.REACH;
import static io.heddle.plan.figure.KernelFigure.START;
import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.plan.Device;
import io.heddle.plan.KernelKind;
import io.heddle.plan.figure.KernelFigures;
import io.heddle.plan.figure.MeasuredKernel;
import io.heddle.plan.mesh.Collective;
import io.heddle.plan.mesh.Group;
import io.heddle.processor.GeneratedClass;
import io.heddle.processor.Sources;
import io.heddle.processor.diagnose.Source;
import io.heddle.runtime.straggler.Millionths;
import io.heddle.runtime.trace.Flattener;
import io.heddle.runtime.trace.Kernel;
import io.heddle.runtime.trace.NodeHeader;
import io.heddle.runtime.trace.NodeSink;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a device says of its kernels comes to the flattener, and from there into every node. */
final class DeviceFiguresTest {
  private static final String MODEL =
      """
      tfm 1
      model M {
        dim b
        dim s = 128, h = 64, voc = 1024, f = 256
        block mlp(x[b s h]) {
          weight up[h f], down[f h]
          a        = rmsnorm(x)
          u[b s f] = gelu(a * up)
          y[b s h] = u * down
          return x + y
        }
        embed tokens[voc h]
        stack 2 of mlp
        head  logits[h voc]
      }
      plan P of M {
        mesh  dp = 8
        shard { b over dp }
        batch 8  micro_batch 1
        dtype @format
        on    box
      }
      cluster box {
        device  mine
        network switch 8 at 450 GB/s latency 500 ns
      }
      device base {
        peak   bf16 989 TFLOPS
        peak   fp8 1979 TFLOPS
        memory 80 GiB at 3350 GB/s
        kernel matmul (reach = 84 %)
        kernel matmul fp8 (reach = 71 %, start = 3 us)
        kernel attend (head = 64, reach = 40 %)
        kernel attend (head = 128, reach = 60 %)
      }
      device mine of base {
        kernel attend (head = 256, reach = 50 %)
        kernel pointwise (start = 2500 ns)
      }
      """;

  private static Flattener flattener(String format) {
    return flattener(format, MODEL);
  }

  private static Flattener flattener(String format, String text) {
    Source source = new Source("m.tfm", text.replace("@format", format));
    return GeneratedClass.flattener(Sources.compile(source, "P"));
  }

  private static Device device(String format) {
    return device(format, MODEL);
  }

  private static Device device(String format, String text) {
    return flattener(format, text).plan().cluster().device();
  }

  @Test
  void ownLinesReplaceThoseOfTheBase() {
    assertThat(device("bf16").kernels())
        .containsExactly(
            KernelFigures.of(MeasuredKernel.MATMUL).with(REACH, 0.84),
            KernelFigures.of(MeasuredKernel.ATTEND).with(HEAD, 256).with(REACH, 0.5),
            KernelFigures.of(MeasuredKernel.POINTWISE).with(START, 2500));
  }

  @Test
  void linesOfTheFormatComeBeforeThoseOfAny() {
    assertThat(device("fp8").kernels().get(0))
        .isEqualTo(KernelFigures.of(MeasuredKernel.MATMUL).with(REACH, 0.71).with(START, 3000));
  }

  /** A sheet's shares are guesses at what the lines say. */
  @Test
  void linesReplaceTheSharesOfTheBase() {
    String shares =
        MODEL
            .replace("989 TFLOPS", "989 TFLOPS at 70 %")
            .replace("3350 GB/s", "3350 GB/s at 85 %")
            .replaceAll("(?m)^  kernel (matmul|attend \\(head = (64|128)).*\n", "");
    Device device = device("bf16", shares);
    assertThat(device.kernels()).hasSize(2);
    assertThat(device.computeEfficiency()).isEqualTo(1);
    assertThat(device.memoryEfficiency()).isEqualTo(1);
  }

  @Test
  void everyKernelLastsAtLeastItsStart() {
    Flattener flattener = flattener("bf16");
    Device device = flattener.plan().cluster().device();
    List<Kernel> seen = new ArrayList<>();
    flattener.emit(
        0,
        new NodeSink() {
          @Override
          public void compute(NodeHeader node, Kernel kernel) {
            seen.add(kernel);
            assertThat(node.isScaled()).isEqualTo(kernel.scale() != Millionths.ONE);
            double nanos = 1e9 * node.scaled(kernel.bytes()) / device.sustainedBandwidth();
            if (kernel.spec().kind() != KernelKind.GEMM) {
              assertThat(nanos).as(kernel.name()).isGreaterThan(2499);
            }
          }

          @Override
          public void collective(NodeHeader node, Collective collective, Group group, long bytes) {}

          @Override
          public void send(NodeHeader node, int peer, int tag, long bytes) {}

          @Override
          public void receive(NodeHeader node, int peer, int tag, long bytes) {}
        });
    assertThat(seen).extracting(kernel -> kernel.spec().kind()).contains(KernelKind.OPTIMIZER);
  }
}
