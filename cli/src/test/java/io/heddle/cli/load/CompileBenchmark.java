package io.heddle.cli.load;

import io.heddle.processor.Imports;
import io.heddle.processor.TfmCompiler;
import io.heddle.processor.diagnose.Source;
import io.heddle.processor.emit.JavaFile;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
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

/** How long a model of the library takes from its text to Java, and to a class. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 5, time = 4)
@Measurement(iterations = 5, time = 4)
@Fork(1)
@State(Scope.Benchmark)
public class CompileBenchmark {
  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

  /** What the thread worked: on a busy machine the measure to go by. */
  @AuxCounters(AuxCounters.Type.EVENTS)
  @State(Scope.Thread)
  public static class Worked {
    public long models;
    public long cpuNanos;
  }

  /** A file of the library and its plan. */
  @Param({"llama3:Llama3_8B_H100x64", "deepseek_v3:DeepSeek_V3_H100x2048"})
  public String model = "";

  /** Reads, checks, lowers and writes Java. */
  @Benchmark
  public JavaFile toJava(Worked worked) {
    long begin = THREADS.getCurrentThreadCpuTime();
    JavaFile file = java();
    count(worked, begin);
    return file;
  }

  private JavaFile java() {
    int colon = model.indexOf(':');
    String file = "std/models/" + model.substring(0, colon) + ".tfm";
    Source source = Imports.library(file).orElseThrow();
    return TfmCompiler.read(source, Imports.LIBRARY_ONLY)
        .compile(model.substring(colon + 1))
        .orElseThrow()
        .java("io.heddle.generated");
  }

  /** The same, then compiled and loaded. */
  @Benchmark
  public Class<?> toClass(Worked worked) throws ClassNotFoundException {
    long begin = THREADS.getCurrentThreadCpuTime();
    JavaFile file = java();
    Class<?> loaded =
        new GeneratedClasses(JavaCompilation.compile(file)).loadClass(file.qualifiedName());
    count(worked, begin);
    return loaded;
  }

  private static void count(Worked worked, long begin) {
    worked.models++;
    worked.cpuNanos += THREADS.getCurrentThreadCpuTime() - begin;
  }
}
