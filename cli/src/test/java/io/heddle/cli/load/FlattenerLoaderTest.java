package io.heddle.cli.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heddle.cli.failure.Exit;
import io.heddle.cli.failure.Failure;
import io.heddle.plan.Device;
import io.heddle.plan.NetworkDimension;
import io.heddle.plan.NetworkDimension.Topology;
import io.heddle.plan.NumberFormat;
import io.heddle.plan.Optimizer;
import io.heddle.plan.PlanValues;
import io.heddle.plan.Precision;
import io.heddle.plan.Recompute;
import io.heddle.plan.Schedule;
import io.heddle.plan.mesh.Axis;
import io.heddle.processor.Imports;
import io.heddle.processor.TfmCompiler;
import io.heddle.processor.TfmCompiler.Compiled;
import io.heddle.processor.diagnose.Source;
import io.heddle.processor.emit.JavaFile;
import io.heddle.processor.model.PlanChanges;
import io.heddle.runtime.trace.CountingSink;
import io.heddle.runtime.trace.Flattener;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class FlattenerLoaderTest {
  private static Compiled llama(PlanChanges overrides) {
    try {
      String text = Files.readString(Path.of("../examples/models/llama3_8b.tfm"));
      return TfmCompiler.read(new Source("llama3_8b.tfm", text), Imports.LIBRARY_ONLY)
          .compile("Pod64", overrides)
          .orElseThrow();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  @Test
  void aPlanKeepsAllItsValues() {
    PlanValues plan = llama(PlanChanges.NONE).numbers().values();
    assertThat(plan.model()).isEqualTo("Llama3_8B");
    assertThat(plan.plan()).isEqualTo("Pod64");
    assertThat(plan.parameters())
        .containsExactly(
            Map.entry("layers", 32L),
            Map.entry("hidden", 4096L),
            Map.entry("heads", 32L),
            Map.entry("kv_heads", 8L),
            Map.entry("ffn", 14336L),
            Map.entry("vocab", 128256L),
            Map.entry("seq", 8192L));
    assertThat(plan.axes())
        .containsExactly(new Axis("pp", 4), new Axis("dp", 2), new Axis("tp", 8));
    assertThat(plan.batch()).isEqualTo(128);
    assertThat(plan.microBatch()).isEqualTo(1);
    assertThat(plan.schedule()).isEqualTo(Schedule.of("one_f_one_b"));
    assertThat(plan.recompute()).isEqualTo(Recompute.NONE);
    assertThat(plan.optimizer()).isEqualTo(new Optimizer(Optimizer.Algorithm.ADAM, List.of("dp")));
    assertThat(plan.precision()).isEqualTo(new Precision(NumberFormat.BF16, NumberFormat.FP32));
    assertThat(plan.cluster().device())
        .isEqualTo(new Device("h100_sxm", 989e12, 0.7, 80L << 30, 3350e9, 0.85));
    assertThat(plan.cluster().dimensions())
        .containsExactly(
            new NetworkDimension(Topology.SWITCH, 8, 450e9, 500),
            new NetworkDimension(Topology.SWITCH, 8, 50e9, 2000));
  }

  @Test
  void settingsReplaceValues() {
    PlanValues plan =
        llama(PlanChanges.of("batch=64", "schedule=gpipe", "recompute=full")).numbers().values();
    assertThat(plan.batch()).isEqualTo(64);
    assertThat(plan.schedule()).isEqualTo(Schedule.of("gpipe"));
    assertThat(plan.recompute()).isEqualTo(Recompute.FULL);
  }

  @Test
  void theGeneratedClassFlattensTheModel() {
    Flattener flattener = FlattenerLoader.load(llama(PlanChanges.NONE));
    assertThat(flattener.mesh().ranks()).isEqualTo(64);
    assertThat(flattener.stages()).isEqualTo(4);
    assertThat(flattener.microBatches()).isEqualTo(64);
    assertThat(flattener.parameters()).isEqualTo(8_030_261_248L);
    CountingSink counts = new CountingSink();
    flattener.emit(63, counts);
    assertThat(counts.computeNodes()).isPositive();
  }

  @Test
  void eachLoadHasClassesOfItsOwn() {
    Compiled compiled = llama(PlanChanges.NONE);
    Flattener first = FlattenerLoader.load(compiled);
    Flattener second = FlattenerLoader.load(compiled);
    assertThat(first.getClass().getName()).isEqualTo(second.getClass().getName());
    assertThat(first.getClass()).isNotEqualTo(second.getClass());
  }

  @Test
  void generatedTextThatDoesNotCompileIsAFaultOfOurs() {
    JavaFile file = new JavaFile("p", "C", "package p;\n\npublic class C { int x = \"\"; }\n");
    assertThatThrownBy(() -> JavaCompilation.compile(file))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("line 3: ");
  }

  @Test
  void nestedClassesAreLoadedToo() throws ReflectiveOperationException {
    JavaFile file =
        new JavaFile(
            "p",
            "C",
            "package p; public class C { static class D { static int x = 7; }"
                + " public static int x() { return D.x; } }");
    Map<String, byte[]> classes = JavaCompilation.compile(file);
    assertThat(classes).containsOnlyKeys("p.C", "p.C$D");
    Object x = new GeneratedClasses(classes).loadClass("p.C").getMethod("x").invoke(null);
    assertThat(x).isEqualTo(7);
  }

  @Test
  void aPlanThatTheClassRefusesIsTheInputsFault() {
    Compiled compiled = llama(PlanChanges.NONE);
    PlanValues odd = compiled.numbers().values().withAxis("tp", 16);
    assertThatThrownBy(() -> FlattenerLoader.of(compiled.java("p")).load(odd))
        .isInstanceOfSatisfying(
            Failure.class, failure -> assertThat(failure.exit()).isEqualTo(Exit.WRONG_INPUT))
        .hasMessageContaining("TFM3002");
  }
}
