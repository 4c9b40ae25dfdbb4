package io.heddle.processor.model;

import io.heddle.processor.diagnose.Code;
import io.heddle.processor.diagnose.Diagnostics;
import io.heddle.processor.diagnose.Span;
import io.heddle.processor.syntax.Declaration;
import io.heddle.processor.syntax.Name;
import io.heddle.processor.syntax.SourceFile;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** All declarations of a file and of those it imports, and what they resolve to. */
public final class Linked {
  private final Diagnostics diagnostics;
  private final Names<Declaration.Model> models;
  private final Names<Declaration.Plan> plans;
  private final Names<Declaration.Cluster> clusters;
  private final Names<Declaration.Device> devices;
  private final Map<String, Optional<Model>> resolved = new LinkedHashMap<>();

  /**
   * @param files the main file first
   */
  public Linked(List<SourceFile> files, Diagnostics diagnostics) {
    this.diagnostics = diagnostics;
    this.models = names("model");
    this.plans = names("plan");
    this.clusters = names("cluster");
    this.devices = names("device");
    for (SourceFile file : files) {
      for (Declaration declaration : file.declarations()) {
        if (declaration instanceof Declaration.Model model) {
          models.declare(model.name(), model);
        } else if (declaration instanceof Declaration.Plan plan) {
          plans.declare(plan.name(), plan);
        } else if (declaration instanceof Declaration.Cluster cluster) {
          clusters.declare(cluster.name(), cluster);
        } else if (declaration instanceof Declaration.Device device) {
          devices.declare(device.name(), device);
        } else {
          new NotYet(diagnostics).declaration(declaration);
        }
      }
    }
  }

  private <T extends Declaration> Names<T> names(String sort) {
    return new Names<>(sort, declaration -> declaration.name().span(), diagnostics);
  }

  /** The names of all plans. */
  public List<String> plans() {
    return List.copyOf(plans.all().keySet());
  }

  /** Where a plan is declared. */
  public Optional<Span> placeOf(String plan) {
    return Optional.ofNullable(plans.get(plan)).map(declaration -> declaration.name().span());
  }

  /** Resolves the models, also those that no plan uses. */
  public List<Model> models() {
    return models.all().keySet().stream().flatMap(name -> model(name).stream()).toList();
  }

  /** Resolves a plan with its model and cluster; empty after findings. */
  public Optional<Plan> plan(String name) {
    Declaration.Plan plan = plans.get(name);
    if (plan == null) {
      return Optional.empty();
    }
    if (models.find(plan.model()).isEmpty()) {
      return Optional.empty();
    }
    return model(plan.model().text())
        .flatMap(model -> new PlanResolver(plan, model, clusters, devices, diagnostics).resolve());
  }

  private Optional<Model> model(String name) {
    Optional<Model> known = resolved.get(name);
    if (known == null) {
      known = ModelResolver.resolve(models.get(name), diagnostics);
      resolved.put(name, known);
    }
    return known;
  }

  /** Reports a plan that somebody asked for and that is not there. */
  public void reportUnknownPlan(String plan, Span place) {
    if (plans.all().isEmpty()) {
      diagnostics.report(Code.NO_PLAN, place).add();
    } else {
      plans.unknown(new Name(plan, place), null);
    }
  }
}
