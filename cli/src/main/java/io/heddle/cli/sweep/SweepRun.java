package io.heddle.cli.sweep;

import io.heddle.cli.failure.Failure;
import io.heddle.cli.failure.Workers;
import io.heddle.cli.load.FlattenerLoader;
import io.heddle.cli.sweep.PointResult.Figures;
import io.heddle.processor.SweepCompiler;
import io.heddle.processor.program.RankProgram;
import io.heddle.runtime.mode.Mode;
import io.heddle.runtime.mode.ModeSimulation;
import io.heddle.runtime.report.StepProgress;
import io.heddle.runtime.report.UnfinishedStepException;
import io.heddle.runtime.simulate.SimulationOptions;
import io.heddle.runtime.straggler.InvalidStragglersException;
import io.heddle.runtime.straggler.Stragglers;
import io.heddle.runtime.trace.Flattener;
import io.heddle.runtime.trace.StragglingFlattener;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * Runs the points of a sweep, several at once. Points that differ only in numbers share one
 * generated class.
 */
public final class SweepRun {
  /** Points for each thread that wait or are finished before their turn. */
  private static final int WAITING = 16;

  private final SweepCompiler sweep;
  private final Stragglers stragglers;
  private final Mode mode;
  private final SimulationOptions options;
  private final IdentityHashMap<RankProgram, FlattenerLoader> loaders = new IdentityHashMap<>();

  /**
   * A run of a sweep.
   *
   * @param stragglers of every point; one that has no such ranks or stages is dropped
   * @param mode of every point
   * @param symmetry whether one rank may be simulated for all that are alike
   */
  public SweepRun(SweepCompiler sweep, Stragglers stragglers, Mode mode, boolean symmetry) {
    this.sweep = sweep;
    this.stragglers = stragglers;
    this.mode = mode;
    this.options = SimulationOptions.DEFAULT.withSymmetry(symmetry);
  }

  /**
   * Runs points, in their order or nearly so.
   *
   * @param threads points that run at once
   * @param share of the points
   * @param isFinished keys of points that are passed over
   * @param until says that no more points are begun
   * @param finished hears of each point as soon as it is finished, from any thread
   * @param inOrder hears of each point of the share once, in order; of those that were passed over
   *     it hears nothing but their keys
   */
  public void run(
      int threads,
      Shard share,
      Predicate<PointKey> isFinished,
      BooleanSupplier until,
      Consumer<PointResult> finished,
      Consumer<Finished> inOrder) {
    ExecutorService workers = Workers.of(threads, "sweep");
    Deque<Future<Finished>> running = new ArrayDeque<>();
    try {
      for (long number = share.index() - 1L;
          number < sweep.size() && !until.getAsBoolean();
          number += share.count()) {
        // No more points wait than run: a sweep of a million needs no million of tasks.
        if (running.size() == WAITING * threads) {
          inOrder.accept(Workers.result(running.remove()));
        }
        long point = number;
        running.add(workers.submit(() -> finish(point, isFinished, finished)));
      }
      while (!running.isEmpty()) {
        inOrder.accept(Workers.result(running.remove()));
      }
    } finally {
      workers.shutdownNow();
    }
  }

  /**
   * A point that is finished.
   *
   * @param result empty if it was finished before
   */
  public record Finished(PointKey key, Optional<PointResult> result) {}

  private Finished finish(
      long number, Predicate<PointKey> isFinished, Consumer<PointResult> finished) {
    PointKey key = PointKey.of(sweep.changes(number).changes());
    if (isFinished.test(key)) {
      return new Finished(key, Optional.empty());
    }
    PointResult result = point(number, key);
    finished.accept(result);
    return new Finished(key, Optional.of(result));
  }

  private PointResult point(long number, PointKey key) {
    SweepCompiler.Outcome outcome = sweep.point(number);
    if (outcome instanceof SweepCompiler.Kept kept) {
      try {
        Flattener flattener =
            StragglingFlattener.of(
                loader(kept).load(kept.compiled().numbers().values()), stragglers);
        Figures figures =
            Figures.of(
                ModeSimulation.run(flattener, mode, options, StepProgress.SILENT),
                PointResult.Memory.of(kept.compiled()));
        return new PointResult(number, key, outcome.point().values(), Optional.of(figures), "");
      } catch (Failure | InvalidStragglersException refused) {
        return dropped(number, key, outcome, String.valueOf(refused.getMessage()));
      } catch (UnfinishedStepException e) {
        return dropped(number, key, outcome, "the simulation did not end: " + e.diagnosis().get(0));
      }
    }
    return dropped(number, key, outcome, outcome.reason());
  }

  private static PointResult dropped(
      long number, PointKey key, SweepCompiler.Outcome outcome, String reason) {
    return new PointResult(number, key, outcome.point().values(), Optional.empty(), reason);
  }

  private synchronized FlattenerLoader loader(SweepCompiler.Kept kept) {
    return loaders.computeIfAbsent(
        kept.compiled().program(), unused -> FlattenerLoader.of(kept.compiled()));
  }
}
