package io.heddle.runtime.report;

import io.heddle.plan.marker.Api;
import io.heddle.runtime.communication.CommunicationTimes;
import io.heddle.runtime.fold.Symmetry;
import io.heddle.runtime.fold.Unfolded;
import io.heddle.runtime.path.PathRecorder;
import io.heddle.runtime.simulate.SimulationInput;
import io.heddle.runtime.simulate.SimulationOptions;
import io.heddle.runtime.simulate.SimulationResult;
import io.heddle.runtime.simulate.Simulator;
import io.heddle.runtime.simulate.workload.FlattenerWorkload;
import io.heddle.runtime.simulate.workload.SimulationObserver;
import io.heddle.runtime.trace.Flattener;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Simulates one step of a plan on the cluster that it names. Ranks are flattened action by action
 * as the simulator asks for them: no trace is held or written. The machine is the one that {@link
 * io.heddle.runtime.astrasim.AstraSimConfiguration} describes in files.
 */
@Api
public final class StepSimulation {
  private StepSimulation() {}

  /**
   * Simulates a step to its end.
   *
   * @throws UnfinishedStepException if some rank does not finish
   */
  public static StepReport run(Flattener flattener, StepProgress progress)
      throws UnfinishedStepException {
    return run(flattener, SimulationOptions.DEFAULT, progress);
  }

  /**
   * Simulates a step to its end.
   *
   * @throws UnfinishedStepException if some rank does not finish
   */
  public static StepReport run(
      Flattener flattener, SimulationOptions options, StepProgress progress)
      throws UnfinishedStepException {
    return run(flattener, options, StepRecording.NONE, progress);
  }

  /**
   * Simulates a step to its end.
   *
   * @throws UnfinishedStepException if some rank does not finish
   */
  public static StepReport run(
      Flattener flattener,
      SimulationOptions options,
      StepRecording recording,
      StepProgress progress)
      throws UnfinishedStepException {
    SimulationInput machine = SimulationInput.of(flattener);
    FoldedStep.Attempt folded = FoldedStep.run(flattener, machine, options, recording, progress);
    if (folded.report().isPresent()) {
      return folded.report().get();
    }
    recording.observer().restart();
    CountedFlattener counted =
        CountedFlattener.of(recording.watched().map(Supplier::get).orElse(flattener), progress);
    CommunicationTimes communications =
        new CommunicationTimes(flattener.groups(), flattener.mesh().ranks());
    SimulationObserver observer =
        recording
            .observer()
            .and(communications)
            .and(SimulationObserver.onRestart(counted::restart));
    Optional<PathRecorder> path =
        recording.criticalPath()
            ? Optional.of(new PathRecorder(flattener.groups(), flattener.mesh().ranks()))
            : Optional.empty();
    SimulationResult result =
        new Simulator(machine, options)
            .run(
                new FlattenerWorkload(counted),
                path.isPresent() ? observer.and(path.get()) : observer);
    if (result.status() != SimulationResult.Status.OK) {
      throw new UnfinishedStepException(result);
    }
    return StepReport.of(
        flattener,
        result,
        symmetry(flattener, machine, options, folded.unfolded().orElseThrow()),
        counted.counts(),
        Optional.of(communications),
        path.map(recorder -> recorder.path(flattener)));
  }

  /**
   * What is said of a step that was not folded. One that shows single ranks says what it would say
   * without: else a step that is kept would not be told in the same words as one that is not.
   */
  private static Symmetry symmetry(
      Flattener flattener, SimulationInput machine, SimulationOptions options, Unfolded why) {
    if (why != Unfolded.RECORDED) {
      return Symmetry.unfolded(flattener.mesh().ranks(), why);
    }
    FoldedStep.Attempt folded =
        FoldedStep.run(flattener, machine, options, StepRecording.NONE, StepProgress.SILENT);
    return folded
        .report()
        .map(StepReport::symmetry)
        .orElseGet(
            () -> Symmetry.unfolded(flattener.mesh().ranks(), folded.unfolded().orElseThrow()));
  }
}
