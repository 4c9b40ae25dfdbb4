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
import io.heddle.runtime.bound.StepBound;
import io.heddle.runtime.mode.Mode;
import io.heddle.runtime.mode.ModeSimulation;
import io.heddle.runtime.pipeline.PipelineFlattener;
import io.heddle.runtime.report.StepProgress;
import io.heddle.runtime.report.StepReport;
import io.heddle.runtime.report.UnfinishedStepException;
import io.heddle.runtime.simulate.Backend;
import io.heddle.runtime.simulate.SimulationOptions;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.function.BooleanSupplier;
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

  /** Plans of the front that are simulated for its sake. */
  private static final int MOST_OF_FRONT = 16;

  private final SweepCompiler points;
  private final Ranking ranking;
  private final Settings settings;
  private final BooleanSupplier interrupted;
  private final Listener listener;
  private final Interpreter programs = new Interpreter();
  private final SearchCounts counts = new SearchCounts();
  private final List<Measures> plans = new ArrayList<>();
  private final Map<Long, Figures> simulated = new HashMap<>();

  /** Of the plans that were simulated, from step to step, ns. */
  private final Map<Long, Long> periods = new HashMap<>();

  private final Set<Long> stuck = new HashSet<>();
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
      submit(workers, looks).forEach(plans::addAll);
      plans.sort(ranking);
      List<Measures> best = best(workers);
      List<Plan> front = front(workers);
      counts.bound(plans.size() - counts.ofSimulated());
      return new SearchResult(
          points.size(),
          counts,
          best.stream().map(this::plan).toList(),
          front,
          best.isEmpty() ? List.of() : why(best.get(0).number()));
    } finally {
      workers.shutdownNow();
    }
  }

  private static <T> List<T> submit(ExecutorService workers, List<Callable<T>> tasks) {
    List<Future<T>> running = tasks.stream().map(workers::submit).toList();
    return running.stream().map(Workers::result).toList();
  }

  /** Looks at points until there are no more. */
  private List<Measures> look() {
    List<Measures> found = new ArrayList<>();
    for (long number = take(); number >= 0; number = take()) {
      look(number).ifPresent(found::add);
    }
    return found;
  }

  /** The next point that the numbers alone do not exclude; -1 behind the last. */
  private synchronized long take() {
    checkInterrupted();
    PointSpace space = points.space();
    while (next < space.size()) {
      Optional<PointSpace.Excluded> excluded = space.excluded(next);
      if (excluded.isEmpty()) {
        listener.looked(next, space.size());
        return next++;
      }
      counts.structure(excluded.get().reason(), excluded.get().end() - next);
      next = excluded.get().end();
    }
    return -1;
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
    try {
      PipelineFlattener flattener = programs.load(kept.compiled());
      Measures plan =
          new Measures(
              number,
              Math.max(1, StepBound.nanos(flattener, Backend.CONGESTION_UNAWARE)),
              memory.peak().orElse(Long.MAX_VALUE),
              flattener.mesh().ranks(),
              Math.multiplyExact(
                  flattener.tokens(),
                  flattener
                      .plan()
                      .schedule()
                      .batchesInWork(flattener.stages(), flattener.microBatches())));
      if (!ranking.keepsToLimit(plan)) {
        counts.limit();
        return Optional.empty();
      }
      return Optional.of(plan);
    } catch (Failure refused) {
      counts.structure(String.valueOf(refused.getMessage()), 1);
    } catch (ArithmeticException e) {
      counts.structure("the step takes longer than 63 bits of ns hold: 292 years", 1);
    }
    return Optional.empty();
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
    int from = 0;
    while (from < plans.size()) {
      List<Measures> wave = new ArrayList<>();
      while (from < plans.size() && wave.size() < TOGETHER && mayBeBetter(plans.get(from), best)) {
        wave.add(plans.get(from++));
      }
      if (wave.isEmpty()) {
        // Bounds only get worse from here.
        break;
      }
      listener.simulated(from, plans.size());
      simulate(workers, wave).stream().filter(ranking::keepsToLimit).forEach(best::add);
      best.sort(ranking);
      if (best.size() > settings.best()) {
        best.subList(settings.best(), best.size()).clear();
      }
    }
    return best;
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
        periods.put(plan.number(), report.periodNanos());
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

  private List<Measures> uncovered() {
    List<Measures> all =
        plans.stream()
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

  /** Each line of the best plan changed alone. */
  private List<Change> why(long winner) {
    Map<Long, Measures> byNumber = new HashMap<>();
    plans.forEach(plan -> byNumber.put(plan.number(), plan));
    List<Change> changes = new ArrayList<>();
    List<Sweep.Choice> choices = points.sweep().choices();
    for (int c = 0; c < choices.size(); c++) {
      for (int other = 0; other < choices.get(c).size(); other++) {
        if (other != points.space().alternative(winner, c)) {
          changes.add(change(choices.get(c), points.space().with(winner, c, other), byNumber));
        }
      }
    }
    return changes;
  }

  private Change change(Sweep.Choice choice, long number, Map<Long, Measures> byNumber) {
    checkInterrupted();
    Measures plan = byNumber.get(number);
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
    String reason = outcome.reason();
    if (outcome instanceof SweepCompiler.Kept kept) {
      reason =
          fits(PointResult.Memory.of(kept.compiled()))
              ? "does not keep to the limit"
              : "does not fit into memory";
    }
    return new Change(name, instead, Optional.empty(), reason);
  }
}
