package io.heddle.processor.model;

import io.heddle.processor.diagnose.Code;
import io.heddle.processor.diagnose.Diagnostics;
import io.heddle.processor.diagnose.Spelling;
import io.heddle.processor.syntax.PlanChange;
import io.heddle.processor.syntax.PlanLine;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * What has a number in a plan, by name. Of two that are called the same, an axis goes before a
 * parameter of the model, and both before one of the cluster.
 *
 * @param axes of the mesh, and those of views whose size the plan gives
 * @param parameters of the model
 * @param cluster parameters of the cluster
 * @param others {@code batch}, {@code micro_batch}, and the settings of the schedule
 */
record PlanNames(
    List<String> axes, List<String> parameters, List<String> cluster, List<String> others) {
  static final String BATCH = "batch";
  static final String MICRO_BATCH = "micro_batch";

  static PlanNames of(Plan plan) {
    List<String> axes = new ArrayList<>(plan.layout().stream().map(Plan.MeshAxis::name).toList());
    for (Plan.View view : plan.views()) {
      view.to().stream()
          .filter(axis -> axis.size() != null)
          .map(Plan.ViewAxis::name)
          .forEach(axes::add);
    }
    List<String> others = new ArrayList<>();
    if (plan.inference() == null) {
      others.addAll(List.of(BATCH, MICRO_BATCH));
    }
    plan.schedule().kind().settings().forEach(setting -> others.add(setting.name()));
    return new PlanNames(
        axes,
        plan.model().parameters().stream().map(Model.Parameter::name).toList(),
        plan.cluster().names(),
        others);
  }

  /** All of them, each once. */
  Set<String> all() {
    Set<String> all = new LinkedHashSet<>(axes);
    all.addAll(parameters);
    all.addAll(others);
    all.addAll(cluster);
    return all;
  }

  /** Whether the name means a parameter of the cluster. */
  boolean isOfCluster(String name) {
    return cluster.contains(name)
        && !axes.contains(name)
        && !parameters.contains(name)
        && !others.contains(name);
  }

  /** Reports a number that the plan does not have; returns whether it has it. */
  boolean check(PlanChange.Value number, Diagnostics diagnostics) {
    if (all().contains(number.name())) {
      return true;
    }
    if (!number.otherwise().isEmpty()) {
      diagnostics.addAll(number.otherwise());
      return false;
    }
    List<String> known = new ArrayList<>(all());
    known.addAll(PlanLine.keywords());
    String meant =
        Spelling.question(number.name(), known).map(question -> question + " ").orElse("");
    diagnostics
        .report(Code.UNKNOWN_OVERRIDE, number.span(), number.name())
        .help(meant + this)
        .add();
    return false;
  }

  /** What can be set, for people. */
  @Override
  public String toString() {
    return "axes: %s; parameters: %s; cluster: %s; %s; lines: %s"
        .formatted(
            list(axes), list(parameters), list(cluster), list(others), list(PlanLine.keywords()));
  }

  private static String list(List<String> names) {
    return names.isEmpty() ? "none" : String.join(", ", names);
  }
}
