package io.heddle.runtime.mode;

import io.heddle.plan.marker.Api;
import io.heddle.runtime.cost.CannotRunException;
import io.heddle.runtime.pipeline.PipelineFlattener;
import io.heddle.runtime.report.StepProgress;
import io.heddle.runtime.report.StepReport;
import io.heddle.runtime.report.StepSimulation;
import io.heddle.runtime.report.UnfinishedStepException;
import io.heddle.runtime.simulate.Backend;
import io.heddle.runtime.simulate.SimulationOptions;
import io.heddle.runtime.simulate.SimulationResult;
import io.heddle.runtime.simulate.SimulationResult.Status;
import io.heddle.runtime.trace.AlteredFlattener;
import io.heddle.runtime.trace.Emission;
import io.heddle.runtime.trace.Flattener;
import java.util.List;

/** Finds what a training step comes to, in any mode. */
@Api
public final class ModeSimulation {
  private ModeSimulation() {}

  /**
   * Takes a step to its end.
   *
   * @param options of whatever the mode simulates
   * @param progress is told of that, and of stages that are looked at; what it throws ends the run
   * @throws UnfinishedStepException if some rank does not finish
   * @throws UnsupportedModeException if the mode cannot do what the flattener or the options ask
   */
  public static StepReport run(
      Flattener flattener, Mode mode, SimulationOptions options, StepProgress progress)
      throws UnfinishedStepException {
    return run(flattener, mode, Simplification.NONE, options, progress);
  }

  /**
   * As the other, with a simpler step.
   *
   * @param flattener may be {@linkplain AlteredFlattener altered}
   * @param simpler what is; of no account where the pipeline is simulated
   */
  public static StepReport run(
      Flattener flattener,
      Mode mode,
      Simplification simpler,
      SimulationOptions options,
      StepProgress progress)
      throws UnfinishedStepException {
    return run(flattener, mode, simpler, options, progress, ComputedStep.Parts::byFormula);
  }

  /**
   * As the others.
   *
   * @param parts finds what micro-batches of a plan come to by formula
   */
  static StepReport run(
      Flattener flattener,
      Mode mode,
      Simplification simpler,
      SimulationOptions options,
      StepProgress progress,
      ComputedStep.Finder parts)
      throws UnfinishedStepException {
    if (mode == Mode.FLATTENED) {
      return StepSimulation.run(flattener, options, progress);
    }
    if (!flattener.stragglers().isNone()) {
      throw new UnsupportedModeException(
          "mode %s knows no single ranks, and so no slow ones and no jitter; take mode %s"
              .formatted(mode, Mode.FLATTENED));
    }
    if (mode == Mode.ANALYTICAL && !options.withSymmetry(true).equals(SimulationOptions.DEFAULT)) {
      throw new UnsupportedModeException(
          "mode %s simulates nothing, and so knows no backend but %s; take mode %s or %s"
              .formatted(
                  mode, Backend.CONGESTION_UNAWARE.optionName(), Mode.FLATTENED, Mode.HYBRID));
    }
    Emission emission = flattener.emission();
    Flattener plain =
        flattener instanceof AlteredFlattener altered ? altered.unaltered() : flattener;
    if (!(plain instanceof PipelineFlattener pipeline)) {
      throw new UnsupportedModeException(
          "mode %s needs the plan as it is compiled; take mode %s".formatted(mode, Mode.FLATTENED));
    }
    if (pipeline.pipeline().hasExpertLoads()) {
      throw new UnsupportedModeException(
          "mode %s knows no single ranks, and so no loads of experts; take mode %s, or remove `load`"
              .formatted(mode, Mode.FLATTENED));
    }
    try {
      return switch (mode) {
        case HIERARCHICAL -> HierarchicalStep.run(pipeline, emission, options, progress);
        case HYBRID -> ComputedStep.hybrid(pipeline, emission, simpler, options, progress);
        default ->
            ComputedStep.analytical(
                pipeline, emission, simpler, parts.of(pipeline, emission, progress));
      };
    } catch (CannotRunException e) {
      throw unfinished(String.valueOf(e.getMessage()));
    } catch (ArithmeticException e) {
      throw unfinished("the step takes longer than 63 bits of ns hold: 292 years");
    }
  }

  private static UnfinishedStepException unfinished(String why) {
    return new UnfinishedStepException(
        new SimulationResult(Status.ERROR, List.of(), List.of(why), 0, 0, 0, 0));
  }
}
