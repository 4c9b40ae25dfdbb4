package io.heddle.processor;

import io.heddle.plan.Device;
import io.heddle.processor.check.Check;
import io.heddle.processor.check.PoolPlansAgree;
import io.heddle.processor.diagnose.Code;
import io.heddle.processor.diagnose.Diagnostic;
import io.heddle.processor.diagnose.Diagnostics;
import io.heddle.processor.diagnose.Source;
import io.heddle.processor.diagnose.Span;
import io.heddle.processor.emit.ClassNames;
import io.heddle.processor.emit.FlattenerSource;
import io.heddle.processor.emit.JavaFile;
import io.heddle.processor.model.Linked;
import io.heddle.processor.model.Plan;
import io.heddle.processor.model.PlanChanges;
import io.heddle.processor.model.PlanNumbers;
import io.heddle.processor.model.PlannedCluster;
import io.heddle.processor.model.ServeSearch;
import io.heddle.processor.model.Serving;
import io.heddle.processor.program.Extents;
import io.heddle.processor.program.HeldMemory;
import io.heddle.processor.program.ParameterCount;
import io.heddle.processor.program.ProgramFacts;
import io.heddle.processor.program.RankProgram;
import io.heddle.processor.syntax.Declaration;
import io.heddle.processor.syntax.SourceFile;
import io.heddle.processor.syntax.SyntaxReader;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The compiler: text in; findings, rank-local programs and Java text out. It does no input and no
 * output. Each phase ends the work where it finds errors.
 */
public final class TfmCompiler {
  private final Diagnostics diagnostics = new Diagnostics();
  private final Source source;
  private final List<SourceFile> files;
  private final Linked linked;
  private final Map<String, PlanVariants> variants = new ConcurrentHashMap<>();

  private TfmCompiler(Source source, Imports imports) {
    this.source = source;
    this.files = readAll(source, imports);
    this.linked = new Linked(files, diagnostics);
  }

  /** Reads a file and what it imports. Findings are in {@link #diagnostics}. */
  public static TfmCompiler read(Source source, Imports imports) {
    return new TfmCompiler(source, imports);
  }

  private List<SourceFile> readAll(Source main, Imports imports) {
    List<SourceFile> files = new ArrayList<>();
    Set<String> seen = new HashSet<>(Set.of(main.path()));
    Deque<Source> waiting = new ArrayDeque<>(List.of(main));
    while (!waiting.isEmpty()) {
      SourceFile file = SyntaxReader.read(waiting.removeFirst(), diagnostics);
      files.add(file);
      for (SourceFile.Import wanted : file.imports()) {
        Optional<Source> found =
            wanted.path().startsWith(Imports.LIBRARY)
                ? Imports.library(wanted.path())
                : imports.find(file.source(), wanted.path());
        if (found.isEmpty()) {
          diagnostics
              .report(Code.UNKNOWN_IMPORT, wanted.span(), wanted.path())
              .help(
                  FileHint.inLibrary(wanted.path())
                      .map("did you mean `%s`?"::formatted)
                      .orElse("paths are relative to the file; `std/…` is the built-in library"))
              .add();
        } else if (seen.add(found.get().path())) {
          waiting.add(found.get());
        }
      }
    }
    return files;
  }

  /** The file and what it imports, each once, in the order in which they were asked for. */
  public List<Source> sources() {
    return files.stream().map(SourceFile::source).toList();
  }

  /** All findings so far, in source order. */
  public List<Diagnostic> diagnostics() {
    return diagnostics.all();
  }

  /** Whether any finding so far is an error. */
  public boolean hasErrors() {
    return diagnostics.hasErrors();
  }

  /** The names of the devices of the file and its imports. */
  public List<String> devices() {
    return linked.devices();
  }

  /**
   * A device as a plan in a number format sees it; empty after findings.
   *
   * @param name one of {@link #devices}
   * @param findings receives what is wrong with it, no peak in this format too
   */
  public Optional<Device> device(String name, String format, Diagnostics findings) {
    return linked.device(name, format, findings).map(PlannedCluster.Device::values);
  }

  /**
   * The first cluster of a device that has figures of a network, with its default parameters; empty
   * where there is none, or after findings.
   *
   * @param device one of {@link #devices}
   * @param format in which the device states a peak
   */
  public Optional<io.heddle.plan.Cluster> measuredCluster(
      String device, String format, Diagnostics findings) {
    return linked.measuredCluster(device, format, findings).map(PlannedCluster::values);
  }

  /** The names of the plans of the file and its imports. */
  public List<String> plans() {
    return linked.plans();
  }

  /** The names of the plans of the file itself, not of its imports. */
  public List<String> ownPlans() {
    return files.get(0).declarations().stream()
        .filter(Declaration.Plan.class::isInstance)
        .map(declaration -> declaration.name().text())
        .distinct()
        .toList();
  }

  /** The names of the models of the file itself, not of its imports. */
  public List<String> ownModels() {
    return files.get(0).declarations().stream()
        .filter(Declaration.Model.class::isInstance)
        .map(declaration -> declaration.name().text())
        .distinct()
        .toList();
  }

  /** Resolves every model and compiles every plan, for their findings. */
  public void checkAll() {
    check(plans(), PlanChanges.NONE);
  }

  /**
   * Resolves every model, and compiles plans and the sweeps of them, for their findings.
   *
   * @param changes of all of them
   */
  public void check(List<String> plans, PlanChanges changes) {
    check(plans, changes, CheckProgress.SILENT);
  }

  /** The same, and tells of the points of sweeps. Of each, points are tried until one is kept. */
  public void check(List<String> plans, PlanChanges changes, CheckProgress progress) {
    if (hasErrors()) {
      return;
    }
    linked.models();
    if (hasErrors()) {
      return;
    }
    for (String plan : plans) {
      compile(plan, changes).ifPresent(compiled -> compiled.checkPlacement());
    }
    if (!hasErrors()) {
      searches().stream()
          .filter(search -> !isOfServe(search))
          .filter(search -> isOfOneOf(linked.planOfSearch(search), plans))
          .forEach(search -> search(search, changes));
    }
    if (!hasErrors()) {
      checkPools(serves().stream().map(this::serve).flatMap(Optional::stream).toList());
    }
    if (!hasErrors()) {
      searches().stream().filter(this::isOfServe).forEach(this::serveSearch);
    }
    if (!hasErrors()) {
      sweeps().stream()
          .filter(sweep -> isOfOneOf(linked.planOfSweep(sweep), plans))
          .forEach(sweep -> sweep(sweep, changes).ifPresent(each -> checkSweep(each, progress)));
    }
  }

  /** Whether a plan is one of some, or none of the file. */
  private boolean isOfOneOf(Optional<String> plan, List<String> some) {
    return plan.filter(one -> plans().contains(one) && !some.contains(one)).isEmpty();
  }

  /** Reads changes of a plan; what is wrong with them is among the findings. */
  public PlanChanges changes(List<String> texts) {
    return PlanChanges.read(texts, diagnostics);
  }

  /** Compiles one plan as it stands in the file; see {@link #compile(String, PlanChanges)}. */
  public Optional<Compiled> compile(String planName) {
    return compile(planName, PlanChanges.NONE);
  }

  /**
   * Compiles one plan; empty if there are errors. Whether it fits its machine is not looked at: see
   * {@link Compiled#checkPlacement}. A plan of which only numbers differ is not resolved again.
   *
   * @throws UnexplainedException if it does not compile and no finding says why
   */
  public Optional<Compiled> compile(String planName, PlanChanges changes) {
    return compile(planName, changes, diagnostics);
  }

  /**
   * Compiles one of many plans, as {@link #compile(String, PlanChanges)} does. Any thread may ask.
   *
   * @param findings receives what is found of this plan, which then says nothing of the next; what
   *     is wrong with the file itself is among those of the compiler
   */
  public Optional<Compiled> compile(String planName, PlanChanges changes, Diagnostics findings) {
    if (hasErrors() || findings.hasErrors()) {
      return Optional.empty();
    }
    if (linked.placeOf(planName).isEmpty()) {
      linked.reportUnknownPlan(planName, new Span(source, 1, 1, 1));
      return Optional.empty();
    }
    linked.checkPresent(planName, changes, findings);
    Optional<Compiled> compiled =
        linked
            .declaration(planName)
            .flatMap(
                plan ->
                    variants
                        .computeIfAbsent(planName, unused -> new PlanVariants(plan, linked))
                        .compile(changes, findings));
    if (compiled.isEmpty() && !findings.hasErrors() && !hasErrors()) {
      throw new UnexplainedException("plan `" + planName + "`");
    }
    return compiled;
  }

  /**
   * A plan with changes as a file of its own, which compiles to the same; empty if there are
   * errors. What stands beside it in the file, comments in the plan too, is not in it.
   */
  public Optional<String> planText(String planName, PlanChanges changes) {
    if (hasErrors()) {
      return Optional.empty();
    }
    return linked
        .declaration(planName)
        .flatMap(plan -> linked.changed(plan, changes, diagnostics))
        .flatMap(
            changed ->
                linked
                    .resolve(changed, List.of(), diagnostics)
                    .map(resolved -> PlanFile.of(changed, resolved, files)));
  }

  /** The names of the sweeps of the file and its imports. */
  public List<String> sweeps() {
    return linked.sweeps();
  }

  /** A sweep of a plan as it stands in the file; see {@link #sweep(String, PlanChanges)}. */
  public Optional<SweepCompiler> sweep(String name) {
    return sweep(name, PlanChanges.NONE);
  }

  /**
   * A sweep, whose points can be compiled; empty if there are errors.
   *
   * @param changes of the plan that the points vary
   */
  public Optional<SweepCompiler> sweep(String name, PlanChanges changes) {
    if (hasErrors()) {
      return Optional.empty();
    }
    if (!sweeps().contains(name)) {
      linked.reportUnknownSweep(name, new Span(source, 1, 1, 1));
      return Optional.empty();
    }
    return linked
        .sweepBase(name, changes)
        .flatMap(
            base ->
                linked
                    .sweep(name, base)
                    .map(sweep -> new SweepCompiler(sweep, new PlanVariants(base, linked))));
  }

  /** The names of the searches of the file and its imports. */
  public List<String> searches() {
    return linked.searches();
  }

  /**
   * A search, whose points can be compiled; empty if there are errors.
   *
   * @param changes of the plan that the points vary
   */
  public Optional<SearchCompiler> search(String name, PlanChanges changes) {
    if (hasErrors()) {
      return Optional.empty();
    }
    if (!searches().contains(name)) {
      linked.reportUnknownSearch(name, new Span(source, 1, 1, 1));
      return Optional.empty();
    }
    return linked
        .searchBase(name, changes)
        .flatMap(
            base ->
                linked
                    .search(name, base)
                    .map(
                        search ->
                            new SearchCompiler(
                                search,
                                new SweepCompiler(
                                    search.space(), new PlanVariants(base, linked)))));
  }

  /** Whether a search of the file looks among fleets that serve requests, not among plans. */
  public boolean isOfServe(String search) {
    return linked.isOfServe(search);
  }

  /** A search among fleets; empty if there are errors. */
  public Optional<ServeSearch> serveSearch(String name) {
    return hasErrors() ? Optional.empty() : linked.serveSearch(name);
  }

  /** The names of all that serve requests, of the file and its imports. */
  public List<String> serves() {
    return linked.serves();
  }

  /** What serves requests; empty if there are errors. */
  public Optional<Serving> serve(String name) {
    return hasErrors() ? Optional.empty() : linked.serve(name, new Span(source, 1, 1, 1));
  }

  /** Plans with findings of their own are not looked at. */
  private void checkPools(List<Serving> servings) {
    Map<String, PoolPlansAgree.Side> sides = new HashMap<>();
    servings.stream()
        .flatMap(serving -> serving.pools().stream())
        .flatMap(pool -> pool.plans().stream())
        .distinct()
        .forEach(
            plan ->
                compile(plan, PlanChanges.NONE, Diagnostics.ofErrors())
                    .ifPresent(each -> sides.put(plan, each.side())));
    for (Serving serving : servings) {
      Serving.Pool first = serving.pools().get(0);
      Serving.Pool last = serving.pools().get(serving.pools().size() - 1);
      Optional<PoolPlansAgree.Side> prefill = first.prefill().map(sides::get);
      Optional<PoolPlansAgree.Side> decode = last.decode().map(sides::get);
      if (prefill.isPresent() && decode.isPresent()) {
        if (first.equals(last)) {
          PoolPlansAgree.ofPool(first, prefill.get(), decode.get(), diagnostics);
        } else {
          PoolPlansAgree.ofTwoPools(last, prefill.get(), decode.get(), diagnostics);
        }
      }
    }
  }

  /**
   * A plan whose numbers can be changed again and again; empty if there are errors.
   *
   * @param name of a plan of the file
   */
  public Optional<PlanSteps> steps(String name) {
    return hasErrors()
        ? Optional.empty()
        : linked.base(name).map(base -> new PlanSteps(new PlanVariants(base, linked), diagnostics));
  }

  /** A sweep that keeps no point is an error: its first point tells why. */
  private void checkSweep(SweepCompiler sweep, CheckProgress progress) {
    for (long number = 0; number < sweep.size(); number = sweep.space().next(number + 1)) {
      if (sweep.point(number) instanceof SweepCompiler.Kept) {
        return;
      }
      progress.tried(number + 1, sweep.size());
    }
    diagnostics
        .report(Code.EMPTY_SWEEP, sweep.sweep().span(), sweep.sweep().name(), sweep.size())
        .help("the first, %s: %s".formatted(sweep.point(0).point(), sweep.point(0).reason()))
        .add();
  }

  /** A plan that compiles. */
  public static final class Compiled {
    private final PlanNumbers numbers;
    private final ProgramKin kin;
    private final Extents extents;
    private final ProgramFacts facts;
    private final HeldMemory memory;
    private final Diagnostics diagnostics;

    private Compiled(
        PlanNumbers numbers,
        ProgramKin kin,
        Extents extents,
        ProgramFacts facts,
        Diagnostics diagnostics) {
      this.numbers = numbers;
      this.kin = kin;
      this.extents = extents;
      this.facts = facts;
      this.memory = new HeldMemory(kin.own(), numbers, facts);
      this.diagnostics = diagnostics;
    }

    /**
     * The plan of a program with its numbers; empty if there are errors.
     *
     * @param extents of the program
     * @param facts of plans with these numbers, other batches and other orders of the mesh
     */
    static Optional<Compiled> of(
        ProgramKin program,
        Extents extents,
        PlanNumbers numbers,
        ProgramFacts facts,
        Diagnostics diagnostics) {
      Compiled compiled = new Compiled(numbers, program, extents, facts, diagnostics);
      Check.runOfPlan(compiled.subject(), facts, diagnostics);
      return diagnostics.hasErrors() ? Optional.empty() : Optional.of(compiled);
    }

    public Plan plan() {
      return program().plan();
    }

    public PlanNumbers numbers() {
      return numbers;
    }

    /** Values of the model that are trained. */
    public long parameters() {
      return ParameterCount.of(plan().model(), numbers);
    }

    /** The program of one rank; the points of a sweep that differ in numbers only share it. */
    public RankProgram program() {
      return kin.own();
    }

    /** A program that plans share whose passes are the same, beside whatever these stand. */
    public RankProgram passesLike() {
      return kin.passesLike();
    }

    /** A program that plans share which differ in nothing but the order of their mesh. */
    public RankProgram programLike() {
      return kin.like();
    }

    /**
     * What plans of this program have in common that differ in their batch and mesh order alone.
     */
    public ProgramFacts facts() {
      return facts;
    }

    /** What the ranks of each stage hold. */
    public HeldMemory memory() {
      return memory;
    }

    /** What other plans of a pool are compared with. */
    public PoolPlansAgree.Side side() {
      return new PoolPlansAgree.Side(plan(), numbers);
    }

    /** Checks that the plan fits its machine; returns whether it does. */
    public boolean checkPlacement() {
      Check.runOfPlacement(subject(), diagnostics);
      return !diagnostics.hasErrors();
    }

    /** The generated flattener as Java text, in a package of its own. */
    public JavaFile java(String packageName) {
      return FlattenerSource.of(program(), numbers, packageName, ClassNames.of(plan()));
    }

    /**
     * The generated flattener without the values of this plan: the same text for all plans that can
     * share a class.
     */
    public JavaFile javaOfProgram(String packageName) {
      return FlattenerSource.ofProgram(program(), packageName, ClassNames.of(plan()));
    }

    /** The same, in a package that it shares with others. */
    public JavaFile java(String packageName, ClassNames names) {
      return FlattenerSource.of(program(), numbers, packageName, names.add(plan()));
    }

    private Check.Subject subject() {
      return new Check.Subject(plan(), numbers, program(), extents, memory);
    }
  }
}
