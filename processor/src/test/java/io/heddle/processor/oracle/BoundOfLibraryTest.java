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
import io.heddle.runtime.pipeline.PipelineFlattener;
import io.heddle.runtime.report.StepProgress;
import io.heddle.runtime.report.StepReport;
import io.heddle.runtime.report.UnfinishedStepException;
import io.heddle.runtime.simulate.Backend;
import io.heddle.runtime.simulate.SimulationOptions;
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
      import "std/engines.tfm"
      import "std/measured/h100_sxm.tfm"
      """;

  private static final TfmCompiler COMPILER =
      TfmCompiler.read(new Source("a.tfm", FILE), Imports.LIBRARY_ONLY);

  private static final List<String> PLANS =
      List.of("Llama3_8B_H100x64", "Gpt3_175B_A100x64", "Mixtral_8x7B_H100x64");

  private static final List<String> ON_H100 = List.of(PLANS.get(0), PLANS.get(2));

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

  /** With an engine kernels take longer and hosts hold ranks up; networks have figures. */
  private static final List<List<String>> REAL =
      List.of(
          List.of("engine=megatron"),
          List.of("engine=torchtitan"),
          List.of("engine=nanotron"),
          List.of("engine=composer_hopper"),
          List.of("engine=megatron_experts_overlapped"),
          List.of("on=hgx_h100_measured(nodes = 8)"),
          List.of("on=hgx_h100_measured(nodes = 8)", "engine=internevo"),
          List.of("on=hgx_h100_measured(nodes = 8)", "engine=nanotron_slow_host", "schedule=zb_v"),
          List.of("engine=torchtitan", "schedule=gpipe", "recompute=full"),
          List.of("engine=nanotron", "schedule=dualpipe_v"),
          List.of("engine=automodel", "reduce=per layer", "overlap=tp chunks 4"));

  @Test
  void theBoundIsNearTheFlattenedTime() throws UnfinishedStepException {
    assertThat(median("library plans", PLANS, CHANGES)).isGreaterThan(0.97);
  }

  @Test
  void theBoundHoldsWithEnginesAndMeasuredNetworks() throws UnfinishedStepException {
    assertThat(median("plans with engines and measured networks", ON_H100, REAL))
        .isGreaterThan(0.9);
  }

  /** How gradients of a micro-batch are cut does not depend on what order the chunks have. */
  @Test
  void gradientsOfEveryMicroBatchCountWithChunks() throws UnfinishedStepException {
    String scattered = "optimizer=adam sharded over dp, gradients sharded";
    for (String schedule : List.of("interleaved(chunks = 2)", "zb_v", "interleaved(chunks = 4)")) {
      for (String reduce : List.of("at end", "per layer")) {
        List<String> changes =
            List.of("batch=64", "schedule=" + schedule, scattered, "reduce=" + reduce);
        assertThat(share("Llama3_70B_H100x128", changes).orElseThrow())
            .as(changes.toString())
            .isBetween(0.95, 1.0);
      }
    }
  }

  private static double median(String what, List<String> plans, List<List<String>> all)
      throws UnfinishedStepException {
    List<Double> shares = new ArrayList<>();
    for (String plan : plans) {
      for (List<String> texts : all) {
        Optional<Double> share = share(plan, texts);
        share.ifPresent(value -> assertThat(value).as(plan + " " + texts).isLessThanOrEqualTo(1));
        share.ifPresent(shares::add);
      }
    }
    assertThat(shares).hasSizeGreaterThan(20);
    shares.sort(null);
    double median = shares.get(shares.size() / 2);
    System.out.printf(
        "bound / flattened of %d %s: least %.4f, median %.4f%n",
        shares.size(), what, shares.get(0), median);
    return median;
  }

  /** Bound / flattened of a plan with changes; empty if it does not compile. */
  private static Optional<Double> share(String plan, List<String> texts)
      throws UnfinishedStepException {
    Diagnostics findings = new Diagnostics();
    PlanChanges changes = PlanChanges.read(texts, findings);
    Optional<TfmCompiler.Compiled> compiled = COMPILER.compile(plan, changes, findings);
    return compiled.isEmpty()
        ? Optional.empty()
        : Optional.of(share((PipelineFlattener) GeneratedClass.flattener(compiled.get())));
  }

  private static double share(PipelineFlattener flattener) throws UnfinishedStepException {
    StepReport flattened =
        ModeSimulation.run(
            flattener, Mode.FLATTENED, SimulationOptions.DEFAULT, StepProgress.SILENT);
    long bound = StepBound.nanos(flattener, Backend.CONGESTION_UNAWARE);
    return (double) bound / flattened.iterationNanos();
  }
}
