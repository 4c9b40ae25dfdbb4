package io.heddle.cli.sweep;

import io.heddle.processor.Imports;
import io.heddle.processor.SweepCompiler;
import io.heddle.processor.TfmCompiler;
import io.heddle.processor.diagnose.Source;
import io.heddle.processor.model.PlanChanges;
import io.heddle.runtime.mode.Mode;
import io.heddle.runtime.straggler.Stragglers;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.Optional;
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
 * How many points of a sweep are run, from the number of a point to its row: 7,128 layouts of Llama
 * 3 70B on 64 GPUs, each with seven batches.
 */
@BenchmarkMode(org.openjdk.jmh.annotations.Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 3, time = 5)
@Measurement(iterations = 3, time = 5)
@Fork(1)
@State(Scope.Benchmark)
public class SweepBenchmark {
  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

  /** Points apart, so that an iteration sees layouts of all sorts; batches stay together. */
  private static final long STRIDE = 7 * 601;

  private static final int BATCHES = 7;

  private static final String FILE =
      """
      tfm 1
      import "std/models/llama3.tfm"
      import "std/clusters.tfm"
      plan P of Llama3_70B {
        mesh   pp = 2, dp = 4, tp = 8
        layout pp > dp > tp
        shard  { b over dp  g f voc over tp  layers over pp  stream: s over tp }
        batch  256  micro_batch 1
        optimizer adam sharded over dp
        dtype  bf16, gradients fp32
        on     hgx_h100(nodes = 8)
      }
      sweep All of P {
        tp          in 1, 2, 4, 8
        pp          in 1, 2, 4, 8, 16
        dp          = 64 / (tp * pp)
        micro_batch in 1, 2, 4
        layout      in (pp > dp > tp), (dp > pp > tp)
        schedule    in one_f_one_b, interleaved(chunks = 2), interleaved(chunks = 4), zero_bubble
        recompute   in none, attend, full
        optimizer   in (adam sharded over dp), (adam sharded over dp, gradients sharded),
                       (adam sharded over dp, gradients whole, weights sharded)
        overlap     in (), (tp chunks 4)
        batch       in 128, 256, 384, 512, 768, 1024, 2048
      }
      """;

  /** What the thread worked: on a busy machine the measure to go by. */
  @AuxCounters(AuxCounters.Type.EVENTS)
  @State(Scope.Thread)
  public static class Worked {
    public long points;
    public long cpuNanos;
  }

  @Param({"flattened", "hierarchical", "analytical"})
  public String mode = "";

  private SweepCompiler sweep;
  private PointSimulation simulation;
  private long next;
  private int batch;

  /** Reads the file. */
  @Setup
  public void read() {
    sweep =
        TfmCompiler.read(new Source("sweep.tfm", FILE), Imports.LIBRARY_ONLY)
            .sweep("All", PlanChanges.NONE)
            .orElseThrow();
    simulation = simulation(sweep, mode);
  }

  /** Runs points of a sweep in a mode, folded. */
  static PointSimulation simulation(SweepCompiler sweep, String mode) {
    return new PointSimulation(
        sweep,
        new PointSimulation.Settings(
            Stragglers.NONE, Mode.named(mode).orElseThrow(), true, Optional.empty()),
        fault -> {
          throw new AssertionError(fault);
        });
  }

  /** One point. */
  @Benchmark
  public PointResult point(Worked worked) {
    long begin = THREADS.getCurrentThreadCpuTime();
    if (batch == BATCHES) {
      batch = 0;
      next = sweep.space().next((next + STRIDE) % sweep.size()) % sweep.size();
    }
    PointResult result =
        simulation.run(simulation.point(next + batch++), () -> false).orElseThrow();
    worked.points += result.figures().isPresent() ? 1 : 0;
    worked.cpuNanos += THREADS.getCurrentThreadCpuTime() - begin;
    return result;
  }
}
