package io.heddle.cli;

import io.heddle.runtime.pipeline.PipelineRecorder;
import io.heddle.runtime.pipeline.StageTimeline;
import io.heddle.runtime.report.StepReport;
import io.heddle.runtime.simulate.ChromeTrace;
import io.heddle.runtime.simulate.SimulationResult;
import java.util.List;
import java.util.Optional;

/**
 * A step that was simulated to its end, and what was seen of it.
 *
 * @param log what AstraSim says of the ranks, if it ran
 * @param warnings that have been given
 * @param passes of a rank of each stage, if they were recorded
 * @param timeline of all nodes, if they were recorded
 * @param isRepeatable whether it comes to the same each time
 */
record SimulatedStep(
    StepReport report,
    Optional<SimulationResult> log,
    List<String> warnings,
    Optional<PipelineRecorder> passes,
    Optional<ChromeTrace> timeline,
    boolean isRepeatable) {
  /** Of the stages; empty if they are not known. */
  List<StageTimeline> timelines() {
    return passes.map(PipelineRecorder::timelines).orElse(List.of());
  }
}
