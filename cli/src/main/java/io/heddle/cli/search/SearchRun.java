package io.heddle.cli.search;

import io.heddle.cli.failure.Failure;
import io.heddle.cli.failure.Workers;
import io.heddle.cli.interpret.Interpreter;
import io.heddle.cli.search.SearchResult.Change;
import io.heddle.cli.search.SearchResult.Plan;
import io.heddle.cli.sweep.PointResult;
import io.heddle.cli.sweep.PointResult.Figures;
import io.heddle.processor.SearchCompiler;
import io.heddle.processor.SweepCompiler;
import io.heddle.processor.TfmCompiler.Compiled;
import io.heddle.processor.model.PointSpace;
import io.heddle.processor.model.Sweep;
import io.heddle.processor.model.SweepPoint;
import io.heddle.runtime.mode.Mode;
import io.heddle.runtime.mode.ModeSimulation;
import io.heddle.runtime.report.StepProgress;
import io.heddle.runtime.report.StepReport;
import io.heddle.runtime.report.UnfinishedStepException;
import io.heddle.runtime.simulate.SimulationOptions;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * Finds the best plans of a space. First every point is looked at: whether it is a plan, whether it
 * fits into memory, and below what time its step does not fall. Then plans are simulated, those
 * with the best bounds first, until none that is left can be better than those found. What is
 * simulated does not depend on the number of threads.
 */
public final class SearchRun {
  /** Plans that are simulated before it is asked again which are worth it. */
  private static final int TOGETHER = 4;

  /** Points that a thread looks at before it asks for more. */
  private static final int LOOKED_TOGETHER = 24;

  /** Plans that get better bounds at once. */
  private static final int REFINED_TOGETHER = 16;

  /** Plans of the front that are simulated for its sake. */
  private static final int MOST_OF_FRONT = 16;

  private boolean speculates;
  private final SweepCompiler points;
  private final Ranking ranking;
  private final Settings settings;
  private final BooleanSupplier interrupted;
  private final Listener listener;
  private final Interpreter programs = new Interpreter();
  private final PlanBounds bounds = new PlanBounds(programs);
  private final SearchCounts counts = new SearchCounts();

  /** Plans with the best bound that is known of each. */
  private final Map<Long, Measures> plans = new LinkedHashMap<>();

  /** Those of which a better bound can be found. */
  private final Set<Long> rough = new HashSet<>();

  private final Map<Long, Figures> simulated = new HashMap<>();

  /** Of the plans that were simulated, from step to step, ns. */
  private final Map<Long, Long> periods = new HashMap<>();

  private final Set<Long> stuck = new HashSet<>();

  /** Why points that fit are no plans after all. */
  private final Map<Long, String> refused = new ConcurrentHashMap<>();

  private long next;

  /**
   * How to search.
   *
   * @param memory bytes that a rank may hold; empty for what its device has
   * @param best how many plans are looked for
   * @param near share by which a plan must be better to be looked for
   */
  public record Settings(OptionalLong memory, int best, double near, int threads) {}

  /** Is told how far the work has come. */
  public interface Listener {
    /** Points that have been looked at. */
    void looked(long points, long all);

    /** Plans that have been simulated, and how many may have to be. */
    void simulated(long plans, long all);
  }

  /**
   * A search.
   *
   * @param interrupted says that it is to end
   */
  public SearchRun(
      SearchCompiler search, Settings settings, BooleanSupplier interrupted, Listener listener) {
    this.points = search.points();
    this.ranking = new Ranking(search.search().aim());
    this.settings = settings;
    this.interrupted = interrupted;
    this.listener = listener;
  }

  /**
   * Searches.
   *
   * @throws Failure if it is interrupted
   */
  public SearchResult run() {
    ExecutorService workers = Workers.of(settings.threads(), "search");
    try {
      List<Callable<List<Measures>>> looks = new ArrayList<>();
      for (int i = 0; i < settings.threads(); i++) {
        looks.add(this::look);
      }
      submit(workers, looks)
          .forEach(found -> found.forEach(plan -> plans.put(plan.number(), plan)));
      if (hasRoughBounds()) {
        rough.addAll(plans.keySet());
      }
      List<Measures> best = best(workers);
      List<Plan> front = front(workers);
      List<Change> why = best.isEmpty() ? List.of() : why(workers, best.get(0).number());
      counts.bound(plans.size() - counts.ofSimulated());
      return new SearchResult(
          points.size(), counts, best.stream().map(this::plan).toList(), front, why, speculates);
    } finally {
      workers.shutdownNow();
    }
  }

  private static <T> List<T> submit(ExecutorService workers, List<Callable<T>> tasks) {
    List<Future<T>> running = tasks.stream().map(workers::submit).toList();
    return running.stream().map(Workers::result).toList();
  }

  /**
   * Whether plans get a rough bound first, and a better one where it may matter. With a limit each
   * plan must be known to keep to it; and where plans are covered by those that are nearly as good,
   * it depends on all bounds which are.
   */
  private boolean hasRoughBounds() {
    return !ranking.hasLimit() && settings.near() == 0;
  }

  /** Looks at points until there are no more. */
  private List<Measures> look() {
    List<Measures> found = new ArrayList<>();
    for (List<Long> some = take(); !some.isEmpty(); some = take()) {
      some.forEach(number -> look(number).ifPresent(found::add));
    }
    return found;
  }

  /**
   * The next points that the numbers alone do not exclude, which have much in common; none behind
   * the last.
   */
  private synchronized List<Long> take() {
    checkInterrupted();
    PointSpace space = points.space();
    listener.looked(next, space.size());
    List<Long> taken = new ArrayList<>();
    while (next < space.size() && taken.size() < LOOKED_TOGETHER) {
      Optional<PointSpace.Excluded> excluded = space.excluded(next);
      if (excluded.isEmpty()) {
        taken.add(next++);
      } else {
        counts.structure(excluded.get().reason(), excluded.get().end() - next);
        next = excluded.get().end();
      }
    }
    return taken;
  }

  private void checkInterrupted() {
    if (interrupted.getAsBoolean()) {
      throw Failure.environment("interrupted");
    }
  }

  private Optional<Measures> look(long number) {
    SweepCompiler.Outcome outcome = points.point(number);
    if (!(outcome instanceof SweepCompiler.Kept kept)) {
      counts.structure(outcome.reason(), 1);
      return Optional.empty();
    }
    PointResult.Memory memory = PointResult.Memory.of(kept.compiled());
    if (!fits(memory)) {
      counts.memory();
      return Optional.empty();
    }
    return bounded(
            number,
            memory.peak().orElse(Long.MAX_VALUE),
            () -> hasRoughBounds() ? bounds.ofPasses(kept.compiled()) : bounds.of(kept.compiled()))
        .filter(
            plan -> {
              boolean keeps = ranking.keepsToLimit(plan);
              if (!keeps) {
                counts.limit();
              }
              return keeps;
            });
  }

  /** A plan with a bound; empty where it has none, which then is among the reasons. */
  private Optional<Measures> bounded(long number, long memory, Supplier<PlanBounds.Bound> of) {
    String reason;
    try {
      PlanBounds.Bound bound = of.get();
      return Optional.of(
          new Measures(number, bound.nanos(), memory, bound.ranks(), bound.tokens()));
    } catch (Failure e) {
      reason = String.valueOf(e.getMessage());
    } catch (ArithmeticException e) {
      reason = "the step takes longer than 63 bits of ns hold: 292 years";
    }
    counts.structure(reason, 1);
    refused.put(number, reason);
    return Optional.empty();
  }

  /** Finds better bounds of plans that have rough ones; those that have one, with it. */
  private List<Measures> refine(ExecutorService workers, List<Measures> some) {
    List<Callable<Optional<Measures>>> tasks = new ArrayList<>();
    for (Measures plan : some) {
      tasks.add(
          () -> {
            checkInterrupted();
            Compiled compiled = ((SweepCompiler.Kept) points.point(plan.number())).compiled();
            // Both are bounds: where the whole has none, that of the passes is the better one.
            return bounded(plan.number(), plan.memory(), () -> bounds.of(compiled))
                .map(refined -> refined.lasting(Math.max(plan.nanos(), refined.nanos())));
          });
    }
    List<Optional<Measures>> refined = submit(workers, tasks);
    for (int i = 0; i < refined.size(); i++) {
      long number = some.get(i).number();
      rough.remove(number);
      plans.remove(number);
      refined.get(i).ifPresent(plan -> plans.put(number, plan));
    }
    return refined.stream().flatMap(Optional::stream).toList();
  }

  private boolean fits(PointResult.Memory memory) {
    if (settings.memory().isPresent() && memory.peak().isPresent()) {
      return memory.peak().getAsLong() <= settings.memory().getAsLong();
    }
    return memory.fits();
  }

  /** The best plans, by simulating all that might be. */
  private List<Measures> best(ExecutorService workers) {
    List<Measures> best = new ArrayList<>();
    PriorityQueue<Measures> open = new PriorityQueue<>(ranking);
    open.addAll(plans.values());
    while (true) {
      List<Measures> wave = wave(workers, open, best);
      if (wave.isEmpty()) {
        // Bounds only get worse from here.
        return best;
      }
      listener.simulated(plans.size() - open.size(), plans.size());
      simulate(workers, wave).stream().filter(ranking::keepsToLimit).forEach(best::add);
      best.sort(ranking);
      if (best.size() > settings.best()) {
        best.subList(settings.best(), best.size()).clear();
      }
    }
  }

  /** The next plans in the order of their bounds that may be better than those found. */
  private List<Measures> wave(
      ExecutorService workers, PriorityQueue<Measures> open, List<Measures> best) {
    List<Measures> wave = new ArrayList<>();
    List<Measures> first = new ArrayList<>();
    while (wave.size() < TOGETHER && isWorthIt(open, best)) {
      if (!rough.contains(open.element().number())) {
        wave.add(open.remove());
        continue;
      }
      while (first.size() < REFINED_TOGETHER
          && isWorthIt(open, best)
          && rough.contains(open.element().number())) {
        first.add(open.remove());
      }
      open.addAll(refine(workers, first));
      first.clear();
    }
    return wave;
  }

  private boolean isWorthIt(PriorityQueue<Measures> open, List<Measures> best) {
    return !open.isEmpty() && mayBeBetter(open.element(), best);
  }

  private boolean mayBeBetter(Measures plan, List<Measures> best) {
    if (best.size() < settings.best()) {
      return true;
    }
    Measures last = best.get(best.size() - 1);
    return settings.near() > 0
        ? ranking.cost(plan) < ranking.cost(last) * (1 - settings.near())
        : ranking.compare(plan, last) < 0;
  }

  /** Simulates plans; those that end, with their times. */
  private List<Measures> simulate(ExecutorService workers, List<Measures> some) {
    List<Callable<Optional<Measures>>> tasks = new ArrayList<>();
    some.forEach(plan -> tasks.add(() -> simulate(plan)));
    List<Measures> ended = new ArrayList<>();
    submit(workers, tasks).forEach(result -> result.ifPresent(ended::add));
    return ended;
  }

  private Optional<Measures> simulate(Measures plan) {
    checkInterrupted();
    counts.simulated();
    Compiled compiled = ((SweepCompiler.Kept) points.point(plan.number())).compiled();
    try {
      StepReport report =
          ModeSimulation.run(
              programs.load(compiled),
              Mode.FLATTENED,
              SimulationOptions.DEFAULT,
              StepProgress.SILENT);
      Figures figures = Figures.of(report, PointResult.Memory.of(compiled));
      synchronized (simulated) {
        simulated.put(plan.number(), figures);
        speculates |= report.plan().speculation().drafts() > 0;
        periods.put(plan.number(), PlanBounds.nanosOfToken(report.plan(), report.periodNanos()));
      }
      return Optional.of(known(plan));
    } catch (UnfinishedStepException e) {
      synchronized (simulated) {
        stuck.add(plan.number());
      }
      return Optional.empty();
    }
  }

  /** With its time where it is known, else with its bound. */
  private Measures known(Measures plan) {
    synchronized (simulated) {
      Long period = periods.get(plan.number());
      return period == null ? plan : plan.lasting(period);
    }
  }

  /** Plans than which none is better in all; those on it are simulated as long as they are few. */
  private List<Plan> front(ExecutorService workers) {
    int more = MOST_OF_FRONT;
    while (true) {
      List<Measures> front = uncovered();
      List<Measures> unsure = front.stream().filter(this::isRough).toList();
      if (!unsure.isEmpty()) {
        // What is covered with a rough bound is so with any better one.
        refine(workers, unsure);
        continue;
      }
      List<Measures> open =
          front.stream()
              .filter(plan -> !simulated.containsKey(plan.number()))
              .limit(Math.max(0, Math.min(more, TOGETHER)))
              .toList();
      if (open.isEmpty()) {
        return front.stream().map(this::plan).toList();
      }
      simulate(workers, open);
      more -= open.size();
    }
  }

  /** Whether all that is known of the time of a plan is a rough bound. */
  private boolean isRough(Measures plan) {
    return rough.contains(plan.number());
  }

  private List<Measures> uncovered() {
    List<Measures> all =
        plans.values().stream()
            .filter(plan -> !stuck.contains(plan.number()))
            .map(this::known)
            .filter(ranking::keepsToLimit)
            .sorted(
                Comparator.comparingLong(Measures::nanos)
                    .thenComparingLong(Measures::memory)
                    .thenComparingLong(Measures::gpus)
                    .thenComparingLong(Measures::number))
            .toList();
    List<Measures> front = new ArrayList<>();
    for (Measures plan : all) {
      if (front.stream().noneMatch(other -> plan.isCoveredBy(other, settings.near()))) {
        front.add(plan);
      }
    }
    return front;
  }

  private Plan plan(Measures plan) {
    return new Plan(
        points.changes(plan.number()).values(),
        known(plan),
        Optional.ofNullable(simulated.get(plan.number())));
  }

  /** A line of a plan that is changed. */
  private record Instead(Sweep.Choice choice, long number) {}

  /** Each line of the best plan changed alone. */
  private List<Change> why(ExecutorService workers, long winner) {
    List<Instead> others = new ArrayList<>();
    List<Sweep.Choice> choices = points.sweep().choices();
    for (int c = 0; c < choices.size(); c++) {
      for (int other = 0; other < choices.get(c).size(); other++) {
        if (other != points.space().alternative(winner, c)) {
          others.add(new Instead(choices.get(c), points.space().with(winner, c, other)));
        }
      }
    }
    refine(
        workers,
        others.stream()
            .filter(other -> rough.contains(other.number()))
            .map(other -> Objects.requireNonNull(plans.get(other.number())))
            .distinct()
            .toList());
    return others.stream().map(other -> change(other.choice(), other.number())).toList();
  }

  private Change change(Sweep.Choice choice, long number) {
    checkInterrupted();
    Measures plan = plans.get(number);
    SweepPoint point = points.changes(number);
    String name = choice.name();
    String instead =
        choice.parts().stream()
            .map(part -> point.values().getOrDefault(part.name(), "?"))
            .collect(Collectors.joining(", "));
    if (plan != null && stuck.contains(number)) {
      return new Change(name, instead, Optional.empty(), "its simulation did not end");
    }
    if (plan != null && ranking.keepsToLimit(known(plan))) {
      return new Change(name, instead, Optional.of(plan(plan)), "");
    }
    SweepCompiler.Outcome outcome = points.point(number);
    String reason = refused.getOrDefault(number, outcome.reason());
    if (outcome instanceof SweepCompiler.Kept kept && !refused.containsKey(number)) {
      reason =
          fits(PointResult.Memory.of(kept.compiled()))
              ? "does not keep to the limit"
              : "does not fit into memory";
    }
    return new Change(name, instead, Optional.empty(), reason);
  }
}
