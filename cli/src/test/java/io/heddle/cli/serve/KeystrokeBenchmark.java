package io.heddle.cli.serve;

import io.heddle.cli.html.HtmlReport;
import io.heddle.cli.language.Analysis;
import io.heddle.cli.language.PlanFacts;
import io.heddle.processor.Imports;
import io.heddle.runtime.report.StepProgress;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.infra.BenchmarkParams;

/**
 * What a keystroke costs `heddle serve`: from the text to its findings, and to the summary. JMH's
 * percentiles are of the clock; those of the time that the thread worked, which a busy machine does
 * not change, are printed at the end.
 */
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 5, time = 4)
@Measurement(iterations = 5, time = 4)
@Fork(1)
@State(Scope.Benchmark)
public class KeystrokeBenchmark {
  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

  /** What the thread worked: on a busy machine the measure to go by. */
  @AuxCounters(AuxCounters.Type.EVENTS)
  @State(Scope.Thread)
  public static class Worked {
    public long keystrokes;
    public long cpuNanos;
  }

  /** A file of the library and its plan. */
  @Param({"llama3:Llama3_8B_H100x64", "deepseek_v3:DeepSeek_V3_H100x2048"})
  public String model = "";

  private final List<Long> measured = new ArrayList<>();
  private int begun;
  private int typed;

  /** Reads the text, and checks all of its models and plans. */
  @Benchmark
  public Analysis toFindings(Worked worked) {
    long begin = THREADS.getCurrentThreadCpuTime();
    Analysis analysis = analysis();
    count(worked, begin);
    return analysis;
  }

  /** The same, then compiles the plan, finds its step by formulas and prints its summary. */
  @Benchmark
  public HtmlReport.Parts toSummary(Worked worked) {
    long begin = THREADS.getCurrentThreadCpuTime();
    Analysis analysis = analysis();
    PlanFacts facts = analysis.plan(model.substring(model.indexOf(':') + 1)).orElseThrow();
    PlanStep step = PlanStep.of(facts, analysis, Path.of("typed.tfm"), "benchmark");
    HtmlReport.Parts parts = HtmlReport.parts(step.byFormulas(StepProgress.SILENT).orElseThrow());
    count(worked, begin);
    return parts;
  }

  /** Of a text that was never seen. */
  private Analysis analysis() {
    String file = "std/models/" + model.substring(0, model.indexOf(':')) + ".tfm";
    String text = Imports.library(file).orElseThrow().text() + "// " + typed++ + "\n";
    return Analysis.of(Path.of("typed.tfm"), text, unused -> Optional.empty());
  }

  private void count(Worked worked, long begin) {
    long nanos = THREADS.getCurrentThreadCpuTime() - begin;
    worked.keystrokes++;
    worked.cpuNanos += nanos;
    measured.add(nanos);
  }

  /** What was measured while the code became warm is forgotten. */
  @Setup(Level.Iteration)
  public void begin(BenchmarkParams all) {
    begun++;
    if (begun == all.getWarmup().getCount() + 1) {
      measured.clear();
    }
  }

  /** Prints the percentiles. */
  @TearDown(Level.Trial)
  public void printPercentiles() {
    long[] sorted = measured.stream().mapToLong(Long::longValue).sorted().toArray();
    System.out.printf(
        Locale.ROOT,
        "%n%s: %d keystrokes, processor time p50 %.1f ms, p95 %.1f ms, p99 %.1f ms%n",
        model,
        sorted.length,
        percentile(sorted, 50),
        percentile(sorted, 95),
        percentile(sorted, 99));
  }

  private static double percentile(long[] sorted, int percent) {
    return sorted[(int) Math.min(sorted.length - 1L, (long) sorted.length * percent / 100)] / 1e6;
  }
}
