package io.heddle.cli.sweep;

import io.heddle.processor.Imports;
import io.heddle.processor.SweepCompiler;
import io.heddle.processor.TfmCompiler;
import io.heddle.processor.diagnose.Source;
import io.heddle.processor.model.PlanChanges;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
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
 * How many points of one layout are run, folded: Llama 3 70B, tp 8, pp 4, dp 2, 8 micro-batches.
 * Each has sequences of another length, so that it shares its program with others and no numbers.
 */
@BenchmarkMode(org.openjdk.jmh.annotations.Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 3, time = 5)
@Measurement(iterations = 3, time = 5)
@Fork(1)
@State(Scope.Benchmark)
public class PointBenchmark {
  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

  /** More than any cache of a sweep keeps. */
  private static final int LENGTHS = 4096;

  private static final String FILE =
      """
      tfm 1
      import "std/models/llama3.tfm"
      import "std/clusters.tfm"
      plan P of Llama3_70B {
        mesh   pp = 4, dp = 2, tp = 8
        layout pp > dp > tp
        shard  { b over dp  g f voc over tp  layers over pp  stream: s over tp }
        batch  16  micro_batch 1
        optimizer adam sharded over dp
        dtype  bf16, gradients fp32
        on     hgx_h100(nodes = 8)
      }
      sweep All of P { seq in %s }
      """;

  @Param({"flattened", "hierarchical", "hybrid", "analytical"})
  public String mode = "";

  private PointSimulation simulation;
  private long next;

  /** Reads the file. */
  @Setup
  public void read() {
    String lengths =
        IntStream.range(0, LENGTHS)
            .mapToObj(i -> String.valueOf(4096 + 8 * i))
            .collect(Collectors.joining(", "));
    SweepCompiler sweep =
        TfmCompiler.read(new Source("sweep.tfm", FILE.formatted(lengths)), Imports.LIBRARY_ONLY)
            .sweep("All", PlanChanges.NONE)
            .orElseThrow();
    simulation = SweepBenchmark.simulation(sweep, mode);
  }

  /** One point. */
  @Benchmark
  public PointResult point(SweepBenchmark.Worked worked) {
    long begin = THREADS.getCurrentThreadCpuTime();
    PointResult result =
        simulation.run(simulation.point(next++ % LENGTHS), () -> false).orElseThrow();
    if (result.figures().isEmpty()) {
      throw new AssertionError(result.reason());
    }
    worked.points++;
    worked.cpuNanos += THREADS.getCurrentThreadCpuTime() - begin;
    return result;
  }
}
