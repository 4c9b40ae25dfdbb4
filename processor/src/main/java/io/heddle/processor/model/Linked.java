package io.heddle.processor.model;

import io.heddle.processor.diagnose.Code;
import io.heddle.processor.diagnose.Diagnostics;
import io.heddle.processor.diagnose.Span;
import io.heddle.processor.syntax.Declaration;
import io.heddle.processor.syntax.HardwareItem;
import io.heddle.processor.syntax.Name;
import io.heddle.processor.syntax.PlanChange;
import io.heddle.processor.syntax.PlanItem;
import io.heddle.processor.syntax.SourceFile;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** All declarations of a file and of those it imports, and what they resolve to. */
public final class Linked {
  private final Diagnostics diagnostics;
  private final Names<Declaration> models;
  private final Names<Declaration.Plan> plans;
  private final Names<Declaration.Sweep> sweeps;
  private final Names<Declaration.Search> searches;
  private final Names<Declaration.Serve> serves;
  private final DeclaredOperations operations;
  private final Names<Declaration.Cluster> clusters;
  private final Names<Declaration.Device> devices;
  private final Names<Declaration.Engine> engines;
  private final DeclaredLoads loads;
  private final DerivedModels derived;
  private final Map<String, Optional<Model>> resolved = new LinkedHashMap<>();

  /**
   * @param files the main file first
   */
  public Linked(List<SourceFile> files, Diagnostics diagnostics) {
    this.diagnostics = diagnostics;
    this.models = names("model");
    this.derived = new DerivedModels(models);
    this.plans = names("plan");
    this.sweeps = names("sweep");
    this.searches = names("search");
    this.serves = names("serving");
    this.operations = new DeclaredOperations(diagnostics);
    this.clusters = names("cluster");
    this.devices = names("device");
    this.engines = names("engine");
    this.loads = new DeclaredLoads(names("load"), diagnostics);
    for (SourceFile file : files) {
      for (Declaration declaration : file.declarations()) {
        if (declaration instanceof Declaration.Model
            || declaration instanceof Declaration.DerivedModel) {
          models.declare(declaration.name(), declaration);
        } else if (declaration instanceof Declaration.Plan plan) {
          plans.declare(plan.name(), plan);
        } else if (declaration instanceof Declaration.Sweep sweep) {
          sweeps.declare(sweep.name(), sweep);
        } else if (declaration instanceof Declaration.Search search) {
          searches.declare(search.name(), search);
        } else if (declaration instanceof Declaration.Serve serve) {
          serves.declare(serve.name(), serve);
        } else if (declaration instanceof Declaration.Cluster cluster) {
          clusters.declare(cluster.name(), cluster);
        } else if (declaration instanceof Declaration.Device device) {
          devices.declare(device.name(), device);
        } else if (declaration instanceof Declaration.Engine engine) {
          engines.declare(engine.name(), engine);
        } else if (declaration instanceof Declaration.Load load) {
          loads.declare(load);
        } else {
          operations.declare((Declaration.Operation) declaration);
        }
      }
    }
  }

  private <T extends Declaration> Names<T> names(String sort) {
    return new Names<>(sort, declaration -> declaration.name().span(), diagnostics);
  }

  /** The files of the built-in library, as they are imported. */
  public static List<String> libraryFiles() {
    return BuiltIn.FILES;
  }

  /** The names of all plans. */
  public List<String> plans() {
    return List.copyOf(plans.all().keySet());
  }

  /** The names of all devices. */
  public List<String> devices() {
    return List.copyOf(devices.all().keySet());
  }

  /**
   * A device as a plan in a number format sees it; empty after findings.
   *
   * @param name of a device that is declared
   */
  public Optional<PlannedCluster.Device> device(String name, String format, Diagnostics findings) {
    return Optional.ofNullable(devices.get(name))
        .flatMap(
            device ->
                new DeviceResolver(devices, findings)
                    .resolve(device, WantedFormats.of(format, device.name().span())));
  }

  /** The first cluster of a device that has figures of a network; empty after findings. */
  public Optional<PlannedCluster> measuredCluster(
      String device, String format, Diagnostics findings) {
    return clusters.all().values().stream()
        .filter(cluster -> isOf(device, cluster) && isMeasured(cluster))
        .findFirst()
        .flatMap(
            cluster -> {
              PlanItem.On use = new PlanItem.On(cluster.name(), List.of(), cluster.name().span());
              WantedFormats inFormat = WantedFormats.of(format, cluster.name().span());
              return new HardwareResolver(devices, findings)
                  .resolve(use, cluster, Set.of(), inFormat)
                  .flatMap(found -> found.at(found.values(Map.of(), Map.of(), findings), findings));
            });
  }

  private static boolean isOf(String device, Declaration.Cluster cluster) {
    return cluster.items().stream()
        .anyMatch(
            item ->
                item instanceof HardwareItem.UsesDevice uses
                    && uses.device().text().equals(device));
  }

  private static boolean isMeasured(Declaration.Cluster cluster) {
    return cluster.items().stream()
        .anyMatch(
            item -> item instanceof HardwareItem.Network network && !network.transfers().isEmpty());
  }

  /** Where a plan is declared. */
  public Optional<Span> placeOf(String plan) {
    return Optional.ofNullable(plans.get(plan)).map(declaration -> declaration.name().span());
  }

  /** Resolves the models, also those that no plan uses. */
  public List<Model> models() {
    return models.all().keySet().stream().flatMap(name -> model(name).stream()).toList();
  }

  /** A plan as it is written. */
  public Optional<Declaration.Plan> declaration(String plan) {
    return Optional.ofNullable(plans.get(plan));
  }

  /**
   * Resolves a plan with other lines, with its model and cluster; empty after findings.
   *
   * @param lines in place of its own
   * @param findings receives what is found of the plan; what is found of the model is among those
   *     of all
   */
  public Optional<Plan> resolve(
      Declaration.Plan plan, List<PlanChange.Line> lines, Diagnostics findings) {
    Declaration.Plan rewritten = PlanRewriting.apply(plan, lines, findings);
    Declaration declared = models.get(plan.model().text());
    if (declared == null) {
      models.unknown(plan.model(), null, findings);
      return Optional.empty();
    }
    return model(plan.model().text())
        .flatMap(
            model ->
                new PlanResolver(rewritten, model, clusters, devices, engines, loads, findings)
                    .resolve());
  }

  /** Reports lines that changes take away from a plan and that it does not have. */
  public void checkPresent(String plan, PlanChanges changes, Diagnostics findings) {
    declaration(plan)
        .ifPresent(
            written ->
                changes
                    .lines()
                    .forEach(line -> PlanRewriting.checkPresent(written, line, findings)));
  }

  /** The names of all sweeps. */
  public List<String> sweeps() {
    return List.copyOf(sweeps.all().keySet());
  }

  /** The name of the plan that a sweep varies. */
  public Optional<String> planOfSweep(String sweep) {
    return Optional.ofNullable(sweeps.get(sweep)).map(declared -> declared.plan().text());
  }

  /** The plan that a sweep varies, with changes; empty after findings. */
  public Optional<Declaration.Plan> sweepBase(String sweep, PlanChanges changes) {
    return Optional.ofNullable(sweeps.get(sweep))
        .flatMap(declared -> base(declared.plan(), changes));
  }

  /** A plan as it is written; empty where there is none of the name. */
  public Optional<Declaration.Plan> base(String plan) {
    return Optional.ofNullable(plans.get(plan));
  }

  private Optional<Declaration.Plan> base(Name plan, PlanChanges changes) {
    return plans.find(plan).flatMap(declared -> changed(declared, changes, diagnostics));
  }

  /** The names of all searches. */
  public List<String> searches() {
    return List.copyOf(searches.all().keySet());
  }

  /** The name of the plan that a search varies. */
  public Optional<String> planOfSearch(String search) {
    return Optional.ofNullable(searches.get(search)).map(declared -> declared.plan().text());
  }

  /** The plan that a search varies, with changes; empty after findings. */
  public Optional<Declaration.Plan> searchBase(String search, PlanChanges changes) {
    return Optional.ofNullable(searches.get(search))
        .flatMap(declared -> base(declared.plan(), changes));
  }

  /** Resolves a search as {@link #sweep} does; empty after findings. */
  public Optional<Search> search(String name, Declaration.Plan plan) {
    Declaration.Search search = searches.get(name);
    if (search == null) {
      return Optional.empty();
    }
    Optional<Aim> aim = new AimResolver(search, diagnostics).resolve();
    Optional<Sweep> space = space(search.space(), plan, true);
    return aim.isPresent() && space.isPresent()
        ? Optional.of(new Search(space.get(), aim.get()))
        : Optional.empty();
  }

  /** The names of all that serve requests. */
  public List<String> serves() {
    return List.copyOf(serves.all().keySet());
  }

  /** Resolves what serves requests; empty after findings, also where there is none of the name. */
  public Optional<Serving> serve(String name, Span place) {
    return serves
        .find(new Name(name, place))
        .flatMap(serve -> new ServeResolver(serve, plans, diagnostics).resolve());
  }

  /** Whether a search looks among fleets, not among plans. */
  public boolean isOfServe(String search) {
    Declaration.Search declared = searches.get(search);
    return declared != null
        && serves.contains(declared.plan().text())
        && !plans.contains(declared.plan().text());
  }

  /** Resolves a search among fleets; empty after findings. */
  public Optional<ServeSearch> serveSearch(String name) {
    Declaration.Search declared = searches.get(name);
    if (declared == null) {
      return Optional.empty();
    }
    return serve(declared.plan().text(), declared.plan().span())
        .flatMap(
            serving ->
                new ServeSearchResolver(
                        declared,
                        serving,
                        plan -> base(plan).flatMap(one -> resolve(one, List.of(), diagnostics)),
                        diagnostics)
                    .resolve());
  }

  /** Reports a search that somebody asked for and that is not there. */
  public void reportUnknownSearch(String search, Span place) {
    searches.unknown(new Name(search, place), null);
  }

  /** A plan with changes written into it, the numbers too; empty after findings. */
  public Optional<Declaration.Plan> changed(
      Declaration.Plan plan, PlanChanges changes, Diagnostics findings) {
    if (changes.isEmpty()) {
      return Optional.of(plan);
    }
    checkPresent(plan.name().text(), changes, findings);
    return resolve(plan, changes.lines(), findings)
        .flatMap(
            resolved ->
                NumberRewriting.apply(
                    PlanRewriting.apply(plan, changes.lines(), findings),
                    resolved,
                    changes,
                    findings))
        .filter(changed -> !findings.hasErrors());
  }

  /**
   * Resolves a sweep, each alternative of it once; empty after findings.
   *
   * @param plan that the sweep varies
   */
  public Optional<Sweep> sweep(String name, Declaration.Plan plan) {
    Declaration.Sweep sweep = sweeps.get(name);
    return sweep == null ? Optional.empty() : space(sweep, plan, false);
  }

  private Optional<Sweep> space(
      Declaration.Sweep sweep, Declaration.Plan plan, boolean isOfSearch) {
    Optional<Sweep> resolved =
        resolve(plan, List.of(), diagnostics)
            .flatMap(
                base -> new SweepResolver(sweep, plan, base, isOfSearch, diagnostics).resolve());
    resolved.ifPresent(
        found ->
            new SweptLines(found, (lines, findings) -> resolve(plan, lines, findings))
                .check(diagnostics));
    return diagnostics.hasErrors() ? Optional.empty() : resolved;
  }

  /** Reports a sweep that somebody asked for and that is not there. */
  public void reportUnknownSweep(String sweep, Span place) {
    sweeps.unknown(new Name(sweep, place), null);
  }

  private synchronized Optional<Model> model(String name) {
    Optional<Model> known = resolved.get(name);
    if (known == null) {
      Diagnostics findings = new Diagnostics();
      known =
          derived
              .written(models.get(name), findings)
              .flatMap(model -> ModelResolver.resolve(model, operations, findings))
              .filter(model -> !findings.hasErrors());
      diagnostics.addAll(findings.all());
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
