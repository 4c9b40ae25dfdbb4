package io.heddle.cli.step;

import io.heddle.cli.failure.Exit;
import io.heddle.cli.failure.Failure;
import io.heddle.cli.output.Progress;
import io.heddle.cli.result.Detail;
import io.heddle.cli.result.StepResult;
import io.heddle.runtime.astrasim.Warnings;
import io.heddle.runtime.mode.Mode;
import io.heddle.runtime.mode.ModeSimulation;
import io.heddle.runtime.mode.UnsupportedModeException;
import io.heddle.runtime.report.StepProgress;
import io.heddle.runtime.report.StepRecording;
import io.heddle.runtime.report.StepReport;
import io.heddle.runtime.report.StepSimulation;
import io.heddle.runtime.report.UnfinishedStepException;
import io.heddle.runtime.simulate.ChromeTrace;
import io.heddle.runtime.simulate.SimulationOptions;
import io.heddle.runtime.timeline.PipelineRecorder;
import io.heddle.runtime.trace.Flattener;
import java.util.List;
import java.util.Optional;

/**
 * Lets Heddle simulate a step in a mode. Only where ranks are simulated node by node can it be seen
 * when their passes and nodes begin and end.
 *
 * @param detail to be recorded
 * @param keepsTimeline whether the times of all nodes are recorded, too
 */
public record EmbeddedStep(
    SimulationOptions options,
    Mode mode,
    Detail detail,
    boolean keepsTimeline,
    StepNotices notices) {

  /** Runs the step to its end. */
  public SimulatedStep simulate(Flattener flattener) throws UnfinishedRunException {
    SimulatedStep step;
    try (Progress progress = Progress.of("simulating")) {
      step =
          mode == Mode.FLATTENED
              ? flattened(flattener, progress.ofStep())
              : simplified(flattener, progress.ofStep());
    } catch (UnfinishedStepException e) {
      throw new UnfinishedRunException(e.result(), Exit.WRONG_INPUT);
    }
    notices.warn(step.result().warnings());
    return step;
  }

  /** How long a step lasts, and no more of it. */
  public static long nanos(Flattener flattener, SimulationOptions options)
      throws UnfinishedRunException {
    try {
      return StepSimulation.run(flattener, options, StepRecording.NONE, StepProgress.SILENT)
          .iterationNanos();
    } catch (UnfinishedStepException e) {
      throw new UnfinishedRunException(e.result(), Exit.WRONG_INPUT);
    }
  }

  private SimulatedStep flattened(Flattener flattener, StepProgress progress)
      throws UnfinishedStepException {
    Optional<ChromeTrace> timeline =
        keepsTimeline ? Optional.of(new ChromeTrace(flattener.mesh().ranks())) : Optional.empty();
    Optional<PipelineRecorder> passes =
        detail.has(Detail.PASSES) ? Optional.of(new PipelineRecorder(flattener)) : Optional.empty();
    StepRecording recording =
        timeline.isPresent()
            ? StepRecording.NONE.withOneOfEachColour(timeline.get())
            : StepRecording.NONE;
    if (passes.isPresent()) {
      recording = recording.withOneOfEachColour(passes.get()).watching(passes.get()::flattener);
    }
    StepReport report =
        StepSimulation.run(
            flattener,
            options,
            recording.withCriticalPath(detail.has(Detail.CRITICAL_PATH)),
            progress);
    StepResult result =
        new StepResult(
            report,
            Optional.empty(),
            Warnings.of(flattener, report.counts()),
            passes.map(PipelineRecorder::timelines).orElse(List.of()),
            detail);
    return new SimulatedStep(result, timeline, true);
  }

  /** The other modes tell no more, whatever is asked. */
  private SimulatedStep simplified(Flattener flattener, StepProgress progress)
      throws UnfinishedStepException {
    StepReport report;
    try {
      report = ModeSimulation.run(flattener, mode, options, progress);
    } catch (UnsupportedModeException e) {
      throw Failure.wrongInput(String.valueOf(e.getMessage()));
    }
    StepResult result =
        new StepResult(
            report,
            Optional.empty(),
            Warnings.ofSomeRanks(flattener, report.counts()),
            List.of(),
            Detail.PASSES);
    return new SimulatedStep(result, Optional.empty(), true);
  }
}
