package io.heddle.cli.sweep;

import io.heddle.cli.source.Specification;
import io.heddle.processor.SweepCompiler;
import io.heddle.processor.model.PlanChanges;

/**
 * A sweep with all that its results depend on.
 *
 * @param changes to the plan that all points vary
 * @param settings of every point
 */
public record Swept(
    Specification specification,
    SweepCompiler sweep,
    PlanChanges changes,
    PointSimulation.Settings settings) {
  /** What its results have in common. */
  public ResultIdentity identity(String version) {
    return ResultIdentity.of(
        sweep.sweep().base().name(),
        specification.hashOfPlans(),
        changes.texts(),
        settings.stragglers(),
        settings.mode(),
        version);
  }
}
