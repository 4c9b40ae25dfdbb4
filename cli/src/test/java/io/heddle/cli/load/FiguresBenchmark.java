package io.heddle.cli.load;

import io.heddle.plan.PlanValues;
import io.heddle.processor.Imports;
import io.heddle.processor.TfmCompiler;
import io.heddle.processor.TfmCompiler.Compiled;
import io.heddle.processor.diagnose.Source;
import io.heddle.runtime.mode.Mode;
import io.heddle.runtime.mode.ModeSimulation;
import io.heddle.runtime.report.StepProgress;
import io.heddle.runtime.report.UnfinishedStepException;
import io.heddle.runtime.simulate.SimulationOptions;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What figures of kernels and networks cost: one plan is flattened and simulated in turn on the
 * data sheet of a machine and on the measured one, so that whatever else the machine does slows
 * both. The ratio to go by is {@code measuredNanos / sheetNanos}, processor time of the thread.
 */
@BenchmarkMode(org.openjdk.jmh.annotations.Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 20)
@Measurement(iterations = 21)
@Fork(1)
@State(Scope.Benchmark)
public class FiguresBenchmark {
  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

  private static final String FILE =
      """
      tfm 1
      import "std/models/%s.tfm"
      import "std/measured/h100_sxm.tfm"
      cluster hgx_h100_sheet(nodes = 1) {
        device  h100_sxm_sheet
        network switch 8     at 450 GB/s latency 500 ns
        network switch nodes at 400 Gb/s latency 2 us
      }
      plan P of %s {
        mesh   pp = 4, dp = 2, tp = 8
        layout pp > dp > tp
        shard  { b over dp  %s voc over tp  layers over pp  stream: s over tp }
        batch  64  micro_batch 1
        optimizer adam sharded over dp
        dtype  bf16, gradients fp32
        on     %s(nodes = 8)
      }
      """;

  /** Processor time of both. */
  @AuxCounters(AuxCounters.Type.EVENTS)
  @State(Scope.Thread)
  public static class Worked {
    public long sheetNanos;
    public long measuredNanos;
  }

  /** A file of the library, a model and the dimensions that are split. */
  @Param({"llama3:Llama3_70B:g f", "gpt3:Gpt3_175B:n f"})
  public String model = "";

  /** How many steps of each one invocation takes. */
  @Param("10")
  public int steps;

  private Machine sheet;
  private Machine measured;

  private record Machine(FlattenerLoader loader, PlanValues plan) {
    long nanosOfStep() throws UnfinishedStepException {
      long begin = THREADS.getCurrentThreadCpuTime();
      ModeSimulation.run(
          loader.load(plan), Mode.FLATTENED, SimulationOptions.DEFAULT, StepProgress.SILENT);
      return THREADS.getCurrentThreadCpuTime() - begin;
    }
  }

  /** Compiles the class for both. */
  @Setup
  public void compile() {
    sheet = machine("hgx_h100_sheet");
    measured = machine("hgx_h100_measured");
  }

  private Machine machine(String cluster) {
    String[] words = model.split(":", -1);
    String text = FILE.formatted(words[0], words[1], words[2], cluster);
    Compiled compiled =
        TfmCompiler.read(new Source("figures.tfm", text), Imports.LIBRARY_ONLY)
            .compile("P")
            .orElseThrow();
    return new Machine(FlattenerLoader.of(compiled), compiled.numbers().values());
  }

  /** Steps on both, in turn. */
  @Benchmark
  public long pair(Worked worked) throws UnfinishedStepException {
    for (int i = 0; i < steps; i++) {
      worked.sheetNanos += sheet.nanosOfStep();
      worked.measuredNanos += measured.nanosOfStep();
    }
    return worked.measuredNanos;
  }
}
