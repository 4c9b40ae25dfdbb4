package io.heddle.cli;

import io.heddle.cli.failure.Exit;
import io.heddle.cli.output.Progress;
import io.heddle.runtime.astrasim.Warnings;
import io.heddle.runtime.mode.Mode;
import io.heddle.runtime.mode.ModeSimulation;
import io.heddle.runtime.pipeline.PipelineRecorder;
import io.heddle.runtime.report.StepProgress;
import io.heddle.runtime.report.StepRecording;
import io.heddle.runtime.report.StepReport;
import io.heddle.runtime.report.StepSimulation;
import io.heddle.runtime.report.UnfinishedStepException;
import io.heddle.runtime.simulate.ChromeTrace;
import io.heddle.runtime.simulate.SimulationOptions;
import io.heddle.runtime.trace.Flattener;
import java.util.List;
import java.util.Optional;

/**
 * Lets Heddle simulate a step in a mode. Only where every rank is simulated can it be seen when its
 * passes and nodes begin and end.
 *
 * @param needsPage whether a page with charts is made of it
 */
record EmbeddedStep(
    SimulationOptions options,
    Mode mode,
    ResultOptions results,
    boolean needsPage,
    StepNotices notices) {

  SimulatedStep simulate(Flattener flattener) throws UnfinishedRunException {
    Optional<ChromeTrace> timeline = results.recorder(flattener.mesh().ranks());
    Optional<PipelineRecorder> passes =
        needsPage && mode == Mode.FLATTENED
            ? Optional.of(new PipelineRecorder(flattener))
            : Optional.empty();
    StepReport report;
    try (Progress progress = Progress.of("simulating")) {
      report =
          mode == Mode.FLATTENED
              ? flattened(flattener, passes, timeline, progress.ofStep())
              : ModeSimulation.run(flattener, mode, options, progress.ofStep());
    } catch (UnfinishedStepException e) {
      throw new UnfinishedRunException(e.result(), Exit.WRONG_INPUT);
    }
    List<String> warnings =
        mode == Mode.FLATTENED
            ? Warnings.of(report.plan(), report.counts())
            : Warnings.of(flattener, report.counts());
    notices.warn(warnings);
    return new SimulatedStep(report, Optional.empty(), warnings, passes, timeline, true);
  }

  private StepReport flattened(
      Flattener flattener,
      Optional<PipelineRecorder> passes,
      Optional<ChromeTrace> timeline,
      StepProgress progress)
      throws UnfinishedStepException {
    StepRecording recording =
        timeline.isPresent() ? StepRecording.NONE.with(timeline.get()) : StepRecording.NONE;
    if (passes.isPresent()) {
      recording = recording.with(passes.get()).watching(passes.get()::flattener);
    }
    return StepSimulation.run(
        flattener,
        options,
        recording.withCriticalPath(results.criticalPath() || needsPage),
        progress);
  }
}
