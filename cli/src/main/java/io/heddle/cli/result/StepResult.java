package io.heddle.cli.result;

import io.heddle.runtime.report.StepReport;
import io.heddle.runtime.simulate.SimulationResult;
import io.heddle.runtime.timeline.StageTimeline;
import java.util.List;
import java.util.Optional;

/**
 * What a step came to: all that tables, JSON, CSV and pages print of it.
 *
 * @param log what AstraSim says of the ranks, if it ran
 * @param warnings that go to standard error
 * @param timelines of the stages; empty if they were not recorded, or who simulated does not tell
 *     when passes ran
 * @param detail what a run that is asked for as much needs not simulate again
 */
public record StepResult(
    StepReport report,
    Optional<SimulationResult> log,
    List<String> warnings,
    List<StageTimeline> timelines,
    Detail detail) {
  public StepResult {
    warnings = List.copyOf(warnings);
    timelines = List.copyOf(timelines);
  }
}
