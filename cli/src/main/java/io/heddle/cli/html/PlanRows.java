package io.heddle.cli.html;

import io.heddle.cli.output.PredictionBasis;
import io.heddle.cli.output.Quantities;
import io.heddle.plan.Cluster;
import io.heddle.plan.PlanValues;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** Values of a plan and of what it ran on, as rows of a table. */
final class PlanRows {
  private PlanRows() {}

  static List<List<String>> of(ReportContent content) {
    PlanValues plan = content.report().plan();
    Cluster cluster = plan.cluster();
    List<List<String>> rows = new ArrayList<>();
    rows.add(List.of("model", plan.model()));
    rows.add(List.of("plan", plan.plan()));
    rows.add(
        List.of(
            "mesh, outermost first",
            plan.axes().stream()
                .map(axis -> axis.name() + " = " + axis.size())
                .collect(Collectors.joining(", "))));
    rows.add(List.of("batch", Quantities.count(plan.batch())));
    rows.add(List.of("micro-batch", Quantities.count(plan.microBatch())));
    rows.add(List.of("schedule", plan.schedule().toString()));
    rows.add(List.of("recompute", plan.recompute().toString()));
    if (!plan.stages().layers().isEmpty()) {
      rows.add(List.of("layers of stages", plan.stages().layers().toString()));
    }
    rows.add(
        List.of(
            "parameters of the model",
            plan.parameters().entrySet().stream()
                .map(parameter -> parameter.getKey() + " = " + parameter.getValue())
                .collect(Collectors.joining(", "))));
    rows.add(List.of("cluster", "%s of %s".formatted(cluster.name(), cluster.device().name())));
    rows.add(
        List.of(
            "network, innermost first",
            cluster.dimensions().stream()
                .map(dimension -> String.valueOf(dimension.size()))
                .collect(Collectors.joining(" x "))));
    rows.add(List.of("engine", plan.engine().name()));
    rows.add(List.of("accuracy", new PredictionBasis(cluster).text()));
    rows.add(List.of("stragglers", content.report().stragglers().toString()));
    rows.add(List.of("simulated by", content.simulated()));
    rows.add(List.of("specification", content.specification()));
    rows.add(List.of("hash of the specification", content.hash()));
    rows.add(List.of("Heddle", content.version()));
    return rows;
  }
}
