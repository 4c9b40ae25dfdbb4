package io.heddle.processor.check;

import io.heddle.processor.diagnose.Code;
import io.heddle.processor.diagnose.Diagnostics;
import io.heddle.processor.model.Plan;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** An axis that splits no activation, no weight and no layers would repeat the same work. */
final class AxesAreUsed implements OfMicroBatch {
  @Override
  public void run(Subject subject, Diagnostics diagnostics) {
    Plan plan = subject.plan();
    Set<String> used = new HashSet<>();
    plan.shard().values().forEach(uses -> addAll(used, uses));
    plan.stream().values().forEach(uses -> addAll(used, uses));
    plan.pins().forEach(pin -> pin.split().values().forEach(uses -> addAll(used, uses)));
    if (plan.pipelineAxis() != null) {
      used.add(plan.pipelineAxis().axis());
    }
    checkViews(subject, used, diagnostics);
    for (Plan.MeshAxis axis : plan.layout()) {
      if (!used.contains(axis.name())) {
        diagnostics
            .report(Code.AXIS_UNUSED, axis.span(), axis.name(), subject.numbers().axis(axis.name()))
            .help("name it in `shard { … }`, or take it out of the mesh")
            .add();
      }
    }
  }

  /**
   * Axes of the mesh that split nothing by themselves do so as axes of a view; then each of the
   * view's axes must.
   */
  private static void checkViews(Subject subject, Set<String> used, Diagnostics diagnostics) {
    for (Plan.View view : subject.plan().views()) {
      boolean isUsed = view.to().stream().anyMatch(axis -> used.contains(axis.name()));
      if (!isUsed || used.containsAll(view.from())) {
        continue;
      }
      used.addAll(view.from());
      for (Plan.ViewAxis axis : view.to()) {
        long size = subject.numbers().axis(axis.name());
        if (!used.contains(axis.name()) && size > 1) {
          diagnostics
              .report(Code.AXIS_UNUSED, axis.span(), axis.name(), size)
              .help("name it in `shard { … }` too, or the axes of the mesh in place of the view's")
              .add();
        }
      }
    }
  }

  private static void addAll(Set<String> used, List<Plan.AxisUse> uses) {
    uses.forEach(use -> used.add(use.axis()));
  }
}
