package io.heddle.cli.load;

import io.heddle.plan.PlanValues;
import io.heddle.processor.Imports;
import io.heddle.processor.TfmCompiler;
import io.heddle.processor.TfmCompiler.Compiled;
import io.heddle.runtime.mode.Mode;
import io.heddle.runtime.mode.ModeSimulation;
import io.heddle.runtime.report.StepProgress;
import io.heddle.runtime.report.StepReport;
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

/** How many points of a sweep each mode finds: its values are new each time, its class is not. */
@BenchmarkMode(org.openjdk.jmh.annotations.Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 3, time = 4)
@Measurement(iterations = 3, time = 4)
@Fork(1)
@State(Scope.Benchmark)
public class ModeBenchmark {
  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

  /** What the thread worked: on a busy machine the measure to go by. */
  @AuxCounters(AuxCounters.Type.EVENTS)
  @State(Scope.Thread)
  public static class Worked {
    public long points;
    public long cpuNanos;
  }

  /** A file of the library and its plan. */
  @Param({
    "llama3:Llama3_8B_H100x64",
    "gpt3:Gpt3_175B_A100x64",
    "gpt3:Gpt3_1T_A100x512",
    "deepseek_v3:DeepSeek_V3_H100x2048"
  })
  public String model = "";

  @Param({"flattened", "hierarchical", "hybrid", "analytical"})
  public String mode = "";

  private FlattenerLoader loader;
  private PlanValues plan;
  private Mode how = Mode.FLATTENED;

  /** Compiles the class. */
  @Setup
  public void compile() {
    int colon = model.indexOf(':');
    String file = "std/models/" + model.substring(0, colon) + ".tfm";
    Compiled compiled =
        TfmCompiler.read(Imports.library(file).orElseThrow(), Imports.LIBRARY_ONLY)
            .compile(model.substring(colon + 1))
            .orElseThrow();
    loader = FlattenerLoader.of(compiled);
    plan = compiled.numbers().values();
    how = Mode.named(mode).orElseThrow();
  }

  /** One point. */
  @Benchmark
  public StepReport point(Worked worked) throws UnfinishedStepException {
    long begin = THREADS.getCurrentThreadCpuTime();
    StepReport report =
        ModeSimulation.run(loader.load(plan), how, SimulationOptions.DEFAULT, StepProgress.SILENT);
    worked.points++;
    worked.cpuNanos += THREADS.getCurrentThreadCpuTime() - begin;
    return report;
  }
}
