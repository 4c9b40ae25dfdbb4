package io.heddle.cli.load;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.processor.Imports;
import io.heddle.processor.TfmCompiler;
import io.heddle.processor.TfmCompiler.Compiled;
import io.heddle.processor.diagnose.Source;
import io.heddle.processor.model.PlanChanges;
import io.heddle.runtime.mode.Mode;
import io.heddle.runtime.mode.ModeSimulation;
import io.heddle.runtime.report.StepProgress;
import io.heddle.runtime.report.StepReport;
import io.heddle.runtime.report.UnfinishedStepException;
import io.heddle.runtime.simulate.SimulationOptions;
import io.heddle.runtime.trace.CountingSink;
import io.heddle.runtime.trace.Flattener;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** On the plans that are shipped the modes come to the same work and much the same time. */
class ModesTest {
  private static final Percentage TEN_PERCENT = Percentage.withPercentage(10);

  private static Flattener load(String file, String plan, String settings) throws IOException {
    PlanChanges changes = settings.isEmpty() ? PlanChanges.NONE : PlanChanges.of(settings);
    Compiled compiled =
        TfmCompiler.read(source(file), Imports.LIBRARY_ONLY).compile(plan, changes).orElseThrow();
    return FlattenerLoader.load(compiled);
  }

  private static Source source(String file) throws IOException {
    return file.startsWith("std/")
        ? Imports.library(file).orElseThrow()
        : new Source(file, Files.readString(Path.of("../examples/models").resolve(file)));
  }

  private static StepReport run(Flattener flattener, Mode mode) throws UnfinishedStepException {
    return ModeSimulation.run(flattener, mode, SimulationOptions.DEFAULT, StepProgress.SILENT);
  }

  @ParameterizedTest
  @CsvSource({
    "llama3_8b.tfm, Node8, ''",
    "llama3_8b.tfm, Pod64, ''",
    "llama3_8b.tfm, Pod64, 'schedule=interleaved,chunks=2,batch=16'",
    "llama3_8b.tfm, Pod64, 'schedule=zero_bubble,batch=16'",
    "llama3_8b.tfm, Pod64, 'schedule=zero_bubble,batch=2'",
    "llama3_8b.tfm, Pod64, 'schedule=gpipe,batch=16,recompute=full'",
    "gpt3_175b.tfm, Pod64, ''",
    "gpt3_kp.tfm, Kp2x4, ''",
    "gpt3_kp.tfm, Kp2x4Rc, ''",
    "llama3_8b_long.tfm, Ring64, ''",
    "std/models/gpt3.tfm, Gpt3_22B_A100x8, ''",
    "std/models/gpt3.tfm, Gpt3_175B_A100x64, ''",
    "std/models/gpt3.tfm, Gpt3_530B_A100x280, ''",
    "std/models/gpt3.tfm, Gpt3_1T_A100x512, ''",
    "std/models/llama2.tfm, Llama2_7B_A100x64, ''",
    "std/models/llama2.tfm, Llama2_13B_A100x64, ''",
    "std/models/llama2.tfm, Llama2_70B_A100x128, ''",
    "std/models/llama3.tfm, Llama3_8B_H100x64, ''",
    "std/models/llama3.tfm, Llama3_70B_H100x128, ''",
    "std/models/mixtral.tfm, Mixtral_8x7B_H100x64, ''",
    "std/models/vit.tfm, ViT_L16_A100x64, ''",
    "std/models/dit.tfm, DiT_XL2_A100x8, ''"
  })
  void computedModesAreNearTheHierarchical(String file, String plan, String settings)
      throws IOException, UnfinishedStepException {
    Flattener flattener = load(file, plan, settings);
    CountingSink counts = new CountingSink();
    for (int rank = 0; rank < flattener.mesh().ranks(); rank++) {
      flattener.emit(rank, counts);
    }
    StepReport hierarchical = run(flattener, Mode.HIERARCHICAL);
    for (Mode mode : List.of(Mode.HIERARCHICAL, Mode.HYBRID, Mode.ANALYTICAL)) {
      StepReport report = run(flattener, mode);
      assertThat(report.iterationNanos())
          .as("%s", mode)
          .isCloseTo(hierarchical.iterationNanos(), TEN_PERCENT);
      assertThat(report.counts().nodes()).isEqualTo(counts.nodes());
      assertThat(report.counts().operations()).isEqualTo(counts.operations());
      assertThat(report.counts().memoryBytes()).isEqualTo(counts.memoryBytes());
      assertThat(report.counts().sentBytes()).isEqualTo(counts.sentBytes());
      assertThat(report.counts().traffic()).isEqualTo(counts.traffic());
    }
  }

  private static final String ZERO_2 = "optimizer = adam sharded over dp, gradients sharded";

  /** Where reductions and gathers hold up the collectives of layers. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "reduce = per layer",
        "reduce = in gaps",
        "reduce = in buckets of 100 MB",
        ZERO_2,
        ZERO_2 + ", weights sharded(prefetch = 1)",
        ZERO_2 + ", weights sharded(prefetch = 2, gathered = once)"
      })
  void allModesKnowThatALaneIsShared(String line) throws IOException, UnfinishedStepException {
    PlanChanges changes = PlanChanges.of("batch = 16").and(PlanChanges.of(line));
    assertNearFlattened(
        FlattenerLoader.load(
            TfmCompiler.read(source("llama3_8b.tfm"), Imports.LIBRARY_ONLY)
                .compile("Pod64", changes)
                .orElseThrow()));
  }

  /** Four of five parts of the step are reductions that nothing hides. */
  @ParameterizedTest
  @ValueSource(ints = {8, 32})
  void noModeForgetsReductionsThatOutlastCompute(int batch) throws UnfinishedStepException {
    String text =
        """
        tfm 1
        import "std/models/llama3.tfm"
        import "std/devices.tfm"
        cluster slow(nodes = 2) {
          device h100_sxm
          network switch 8 at 450 GB/s latency 500 ns
          network switch nodes at 5 GB/s latency 2 us
        }
        plan P of Llama3_8B {
          mesh dp = 2, tp = 8
          layout dp > tp
          shard { b over dp  g f voc over tp  stream: s over tp }
          batch 8 micro_batch 1
          optimizer adam sharded over dp, gradients sharded
          on slow(nodes = 2)
        }
        """;
    assertNearFlattened(
        FlattenerLoader.load(
            TfmCompiler.read(new Source("slow.tfm", text), Imports.LIBRARY_ONLY)
                .compile("P", PlanChanges.of("batch = " + batch))
                .orElseThrow()));
  }

  private static void assertNearFlattened(Flattener flattener) throws UnfinishedStepException {
    StepReport flattened = run(flattener, Mode.FLATTENED);
    for (Mode mode : List.of(Mode.HIERARCHICAL, Mode.HYBRID, Mode.ANALYTICAL)) {
      assertThat(run(flattener, mode).iterationNanos())
          .as("%s", mode)
          .isCloseTo(flattened.iterationNanos(), Percentage.withPercentage(5));
    }
  }
}
