package io.heddle.cli.result;

import io.heddle.plan.PlanValues;
import io.heddle.runtime.simulate.SimulationResult;
import io.heddle.runtime.timeline.StageTimeline;
import java.util.List;
import java.util.Optional;

/** A {@link StepResult} as it is kept. */
record StoredStep(
    StoredReport report,
    Optional<SimulationResult> log,
    List<String> warnings,
    List<StageTimeline> timelines,
    Detail detail) {
  static StoredStep of(StepResult result) {
    return new StoredStep(
        StoredReport.of(result.report()),
        result.log(),
        result.warnings(),
        result.timelines(),
        result.detail());
  }

  StepResult result(PlanValues plan) {
    return new StepResult(report.report(plan), log, warnings, timelines, detail);
  }
}
