package io.heddle.cli.serve;

import io.heddle.cli.html.ReportContent;
import io.heddle.cli.language.Analysis;
import io.heddle.cli.language.PlanFacts;
import io.heddle.cli.memory.PlanMemory;
import io.heddle.cli.source.Specification;
import io.heddle.runtime.astrasim.Provenance;
import io.heddle.runtime.astrasim.Warnings;
import io.heddle.runtime.mode.Mode;
import io.heddle.runtime.report.StepProgress;
import io.heddle.runtime.report.StepRecording;
import io.heddle.runtime.report.StepReport;
import io.heddle.runtime.report.StepSimulation;
import io.heddle.runtime.report.UnfinishedStepException;
import io.heddle.runtime.simulate.SimulationOptions;
import io.heddle.runtime.timeline.PipelineRecorder;
import io.heddle.runtime.timeline.StageTimeline;
import io.heddle.runtime.trace.Flattener;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * A step of a plan as a page shows it: by formulas, or simulated.
 *
 * @param file that the plan is in
 * @param provenance of its text
 */
record PlanStep(PlanFacts facts, Path file, Provenance provenance) {
  /** Nodes of a step of which every rank is simulated, for the times of its passes. */
  private static final long MOST_RECORDED_NODES = 4_000_000;

  /**
   * A step of a plan of a file.
   *
   * @param version of Heddle
   */
  static PlanStep of(PlanFacts facts, Analysis analysis, Path file, String version) {
    Specification text = analysis.names().specification();
    return new PlanStep(facts, file, new Provenance(version, text.hash(), List.of(), text.texts()));
  }

  /** By formulas; empty where the plan does not run. */
  Optional<ReportContent> byFormulas(StepProgress progress) {
    return facts
        .step(progress)
        .map(report -> content(report, Mode.ANALYTICAL + ", by formulas", List.of()));
  }

  /**
   * Simulated.
   *
   * @param quick what formulas say of it
   * @param isWhole whether the passes and the critical path of a step that is not too large are
   *     recorded
   */
  ReportContent simulated(ReportContent quick, boolean isWhole, StepProgress progress)
      throws UnfinishedStepException {
    Flattener flattener = flattener();
    boolean isRecorded = isWhole && quick.report().counts().nodes() <= MOST_RECORDED_NODES;
    Optional<PipelineRecorder> passes =
        isRecorded ? Optional.of(new PipelineRecorder(flattener)) : Optional.empty();
    StepRecording recording =
        passes.isPresent()
            ? StepRecording.NONE.withOneOfEachColour(passes.get()).watching(passes.get()::flattener)
            : StepRecording.NONE;
    StepReport report =
        StepSimulation.run(
            flattener, SimulationOptions.DEFAULT, recording.withCriticalPath(isRecorded), progress);
    return content(
        report,
        Mode.FLATTENED + ", congestion-unaware",
        passes.map(PipelineRecorder::timelines).orElse(List.of()));
  }

  /** Emits its traces. */
  Flattener flattener() {
    return facts.traces().orElseThrow();
  }

  private ReportContent content(
      StepReport report, String simulated, List<StageTimeline> timelines) {
    return new ReportContent(
        report,
        simulated,
        Warnings.ofSomeRanks(flattener(), report.counts()),
        timelines,
        PlanMemory.ifCountable(facts.compiled()),
        List.of("heddle", "run", file.toString(), "--plan", facts.plan().name()),
        file.toString(),
        provenance.input(),
        provenance.heddle());
  }
}
