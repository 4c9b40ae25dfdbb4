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
  private final Names<Declaration.Sweep> sweeps;
  private final DeclaredOperations operations;
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
    this.sweeps = names("sweep");
    this.operations = new DeclaredOperations(diagnostics);
    this.clusters = names("cluster");
    this.devices = names("device");
    for (SourceFile file : files) {
      for (Declaration declaration : file.declarations()) {
        if (declaration instanceof Declaration.Model model) {
          models.declare(model.name(), model);
        } else if (declaration instanceof Declaration.Plan plan) {
          plans.declare(plan.name(), plan);
        } else if (declaration instanceof Declaration.Sweep sweep) {
          sweeps.declare(sweep.name(), sweep);
        } else if (declaration instanceof Declaration.Cluster cluster) {
          clusters.declare(cluster.name(), cluster);
        } else if (declaration instanceof Declaration.Device device) {
          devices.declare(device.name(), device);
        } else {
          operations.declare((Declaration.Operation) declaration);
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
    return resolve(plan, diagnostics);
  }

  private Optional<Plan> resolve(Declaration.Plan plan, Diagnostics findings) {
    return model(plan.model().text())
        .flatMap(model -> new PlanResolver(plan, model, clusters, devices, findings).resolve());
  }

  /** The names of all sweeps. */
  public List<String> sweeps() {
    return List.copyOf(sweeps.all().keySet());
  }

  /** Resolves a sweep, each alternative of it once; empty after findings. */
  public Optional<Sweep> sweep(String name) {
    Declaration.Sweep sweep = sweeps.get(name);
    if (sweep == null || plans.find(sweep.plan()).isEmpty()) {
      return Optional.empty();
    }
    Declaration.Plan plan = plans.get(sweep.plan().text());
    Optional<Sweep> resolved =
        plan(sweep.plan().text())
            .flatMap(base -> new SweepResolver(sweep, plan, base, diagnostics).resolve());
    resolved.ifPresent(
        found -> {
          for (Sweep.Choice choice : found.choices()) {
            if (choice instanceof Sweep.Lines lines) {
              lines
                  .alternatives()
                  .forEach(line -> resolve(SweptLines.replace(plan, List.of(line)), diagnostics));
            }
          }
        });
    return diagnostics.hasErrors() ? Optional.empty() : resolved;
  }

  /**
   * The base of a sweep with other lines; empty after findings, which go to {@code findings}. One
   * thread at a time may ask.
   */
  public Optional<Plan> variant(Sweep sweep, List<Sweep.Alternative> lines, Diagnostics findings) {
    Declaration.Plan plan = plans.get(sweep.base().name());
    return plan == null ? Optional.empty() : resolve(SweptLines.replace(plan, lines), findings);
  }

  /** Reports a sweep that somebody asked for and that is not there. */
  public void reportUnknownSweep(String sweep, Span place) {
    sweeps.unknown(new Name(sweep, place), null);
  }

  private Optional<Model> model(String name) {
    Optional<Model> known = resolved.get(name);
    if (known == null) {
      known = ModelResolver.resolve(models.get(name), operations, diagnostics);
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
