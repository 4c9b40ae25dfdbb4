package io.heddle.processor.oracle;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.processor.GeneratedClass;
import io.heddle.processor.Imports;
import io.heddle.processor.TfmCompiler;
import io.heddle.processor.diagnose.Diagnostics;
import io.heddle.processor.diagnose.Source;
import io.heddle.processor.model.PlanChanges;
import io.heddle.runtime.bound.StepBound;
import io.heddle.runtime.mode.Mode;
import io.heddle.runtime.mode.ModeSimulation;
import io.heddle.runtime.report.StepProgress;
import io.heddle.runtime.report.StepReport;
import io.heddle.runtime.report.UnfinishedStepException;
import io.heddle.runtime.simulate.Backend;
import io.heddle.runtime.simulate.SimulationOptions;
import io.heddle.runtime.trace.PipelineFlattener;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** How near the bound is to what it bounds. */
final class BoundOfLibraryTest {
  private static final String FILE =
      """
      tfm 1
      import "std/models/llama3.tfm"
      import "std/models/gpt3.tfm"
      import "std/models/mixtral.tfm"
      """;

  private static final List<String> PLANS =
      List.of("Llama3_8B_H100x64", "Gpt3_175B_A100x64", "Mixtral_8x7B_H100x64");

  private static final List<List<String>> CHANGES =
      List.of(
          List.of(),
          List.of("optimizer=adam sharded over dp, gradients sharded"),
          List.of("optimizer=adam sharded over dp, gradients whole, weights sharded"),
          List.of("reduce=per layer"),
          List.of("schedule=interleaved(chunks = 2)"),
          List.of("schedule=gpipe", "recompute=full"),
          List.of("schedule=zb_v"),
          List.of("schedule=dualpipe_v"),
          List.of("overlap=tp chunks 4"));

  @Test
  void theBoundIsNearTheFlattenedTime() throws UnfinishedStepException {
    TfmCompiler compiler = TfmCompiler.read(new Source("a.tfm", FILE), Imports.LIBRARY_ONLY);
    List<Double> shares = new ArrayList<>();
    for (String plan : PLANS) {
      for (List<String> texts : CHANGES) {
        Diagnostics findings = new Diagnostics();
        PlanChanges changes = PlanChanges.read(texts, findings);
        Optional<TfmCompiler.Compiled> compiled = compiler.compile(plan, changes, findings);
        if (compiled.isPresent()) {
          double share = share((PipelineFlattener) GeneratedClass.flattener(compiled.get()));
          assertThat(share).as(plan + " " + texts).isLessThanOrEqualTo(1);
          shares.add(share);
        }
      }
    }
    shares.sort(null);
    double median = shares.get(shares.size() / 2);
    System.out.printf(
        "bound / flattened of %d library plans: least %.4f, median %.4f%n",
        shares.size(), shares.get(0), median);
    assertThat(median).isGreaterThan(0.97);
  }

  private static double share(PipelineFlattener flattener) throws UnfinishedStepException {
    StepReport flattened =
        ModeSimulation.run(
            flattener, Mode.FLATTENED, SimulationOptions.DEFAULT, StepProgress.SILENT);
    long bound = StepBound.nanos(flattener, Backend.CONGESTION_UNAWARE);
    return (double) bound / flattened.iterationNanos();
  }
}
