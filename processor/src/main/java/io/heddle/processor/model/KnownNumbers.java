package io.heddle.processor.model;

import io.heddle.plan.schedule.PipelineSchedule;
import io.heddle.processor.diagnose.Diagnostics;
import io.heddle.processor.diagnose.Span;
import io.heddle.processor.model.Definitions.Definition;
import io.heddle.processor.syntax.Expression;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The numbers of a plan by their names, as far as they can be worked out while some of them are
 * still to be chosen: what depends on those is left out, and nothing is found to be wrong.
 */
final class KnownNumbers {
  private final Map<String, Long> given;
  private final List<Definition> definitions = new ArrayList<>();

  private KnownNumbers(Map<String, Long> given) {
    this.given = given;
  }

  /**
   * The numbers of a plan.
   *
   * @param given in place of those of the plan
   */
  static Map<String, Long> of(Plan plan, Map<String, Long> given) {
    KnownNumbers parameters = new KnownNumbers(given);
    for (Model.Parameter parameter : plan.model().parameters()) {
      Expression value = plan.parameters().getOrDefault(parameter.name(), parameter.value());
      parameters.add(parameter.name(), value, parameter.span());
    }
    KnownNumbers axes = new KnownNumbers(given);
    plan.layout().forEach(axis -> axes.add(axis.name(), axis.size(), axis.span()));
    for (Plan.View view : plan.views()) {
      for (Plan.ViewAxis axis : view.to()) {
        if (axis.size() != null) {
          axes.add(axis.name(), axis.size(), axis.span());
        }
      }
    }
    if (plan.inference() == null) {
      axes.add(PlanNames.BATCH, plan.batch().batch(), plan.batch().span());
      axes.add(PlanNames.MICRO_BATCH, plan.batch().microBatch(), plan.batch().span());
    }
    Span schedule = plan.schedule().span();
    Map<String, Expression> settings = plan.schedule().settings();
    for (String name : PipelineSchedule.settingsOfAll()) {
      if (settings.containsKey(name) || given.containsKey(name)) {
        Expression one = new Expression.Literal(1, schedule);
        axes.add(name, settings.getOrDefault(name, one), schedule);
      }
    }
    Map<String, Long> ofMesh = axes.values();
    Map<String, Expression> ofCluster = new LinkedHashMap<>();
    PlanNames names = PlanNames.of(plan);
    given.forEach(
        (name, value) -> {
          if (names.isOfCluster(name)) {
            ofCluster.put(name, new Expression.Literal(value, plan.cluster().span()));
          }
        });
    Map<String, Long> all =
        new LinkedHashMap<>(plan.cluster().values(ofMesh, ofCluster, new Diagnostics()));
    all.putAll(parameters.values());
    all.putAll(ofMesh);
    ranks(plan, ofMesh).ifPresent(ranks -> all.putIfAbsent(PointNames.RANKS, ranks));
    return all;
  }

  private static Optional<Long> ranks(Plan plan, Map<String, Long> ofMesh) {
    long ranks = 1;
    for (Plan.MeshAxis axis : plan.layout()) {
      Long size = ofMesh.get(axis.name());
      if (size == null || size < 1 || ranks > Long.MAX_VALUE / size) {
        return Optional.empty();
      }
      ranks *= size;
    }
    return Optional.of(ranks);
  }

  private void add(String name, Expression value, Span span) {
    Long instead = given.get(name);
    Expression known = instead == null ? value : new Expression.Literal(instead, span);
    definitions.add(new Definition(name, known, Map.of(), span));
  }

  private Map<String, Long> values() {
    return Definitions.evaluate(definitions, new Diagnostics());
  }
}
