package io.heddle.processor.program;

import io.heddle.processor.model.Plan;
import io.heddle.processor.model.PlanNumbers;
import io.heddle.processor.program.LocalNode.Compute;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Which ranks of a stage do the same work. */
public final class Replication {
  private Replication() {}

  /** The axes of two ranks and more over which a kernel is repeated, outermost first. */
  public static List<String> axes(Compute node, Plan plan, PlanNumbers numbers) {
    Set<String> axes = new LinkedHashSet<>(numbers.axes().keySet());
    for (Plan.View view : plan.views()) {
      boolean viewed =
          view.to().stream().anyMatch(to -> node.assignment().splitAxes().contains(to.name()));
      if (viewed) {
        view.from().forEach(axes::remove);
        view.to().forEach(to -> axes.add(to.name()));
      }
    }
    if (plan.pipelineAxis() != null) {
      axes.remove(plan.pipelineAxis().axis());
    }
    axes.removeAll(node.assignment().splitAxes());
    return axes.stream().filter(axis -> numbers.axis(axis) > 1).toList();
  }
}
