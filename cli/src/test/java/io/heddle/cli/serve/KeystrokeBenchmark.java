package io.heddle.cli.serve;

import io.heddle.cli.html.HtmlReport;
import io.heddle.cli.language.Analysis;
import io.heddle.cli.language.PlanFacts;
import io.heddle.processor.Imports;
import io.heddle.runtime.report.StepProgress;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** What a keystroke costs `heddle serve`: from the text to its findings, and to the summary. */
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

  private static void count(Worked worked, long begin) {
    worked.keystrokes++;
    worked.cpuNanos += THREADS.getCurrentThreadCpuTime() - begin;
  }
}
