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
import java.util.IdentityHashMap;
import java.util.Optional;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.ExecutorService;
import java.util.function.Consumer;
import java.util.function.LongPredicate;

/**
 * Runs the points of a sweep, several at once. Points that differ only in numbers share one
 * generated class.
 */
public final class SweepRun {
  private final SweepCompiler sweep;
  private final Stragglers stragglers;
  private final Mode mode;
  private final IdentityHashMap<RankProgram, FlattenerLoader> loaders = new IdentityHashMap<>();

  /**
   * A run of a sweep.
   *
   * @param stragglers of every point; one that has no such ranks or stages is dropped
   * @param mode of every point
   */
  public SweepRun(SweepCompiler sweep, Stragglers stragglers, Mode mode) {
    this.sweep = sweep;
    this.stragglers = stragglers;
    this.mode = mode;
  }

  /**
   * Runs all points.
   *
   * @param threads points that run at once
   * @param skipped numbers of points that are not run
   * @param finished hears of each point as soon as it is finished, one at a time, in no order
   */
  public void run(int threads, LongPredicate skipped, Consumer<PointResult> finished) {
    ExecutorService workers = Workers.of(threads, "sweep");
    ExecutorCompletionService<PointResult> results = new ExecutorCompletionService<>(workers);
    try {
      int running = 0;
      for (long number = 0; number < sweep.size(); number++) {
        if (skipped.test(number)) {
          continue;
        }
        // No more points wait than run: a sweep of a million needs no million of tasks.
        if (running == 2 * threads) {
          finished.accept(take(results));
          running--;
        }
        long point = number;
        results.submit(() -> point(point));
        running++;
      }
      for (; running > 0; running--) {
        finished.accept(take(results));
      }
    } finally {
      workers.shutdownNow();
    }
  }

  private static PointResult take(ExecutorCompletionService<PointResult> results) {
    try {
      return Workers.result(results.take());
    } catch (InterruptedException e) {
      throw Workers.interrupted();
    }
  }

  private PointResult point(long number) {
    SweepCompiler.Outcome outcome = sweep.point(number);
    if (outcome instanceof SweepCompiler.Kept kept) {
      try {
        Flattener flattener =
            StragglingFlattener.of(
                loader(kept).load(kept.compiled().numbers().values()), stragglers);
        Figures figures =
            Figures.of(
                ModeSimulation.run(flattener, mode, SimulationOptions.DEFAULT, StepProgress.SILENT),
                PointResult.Memory.of(kept.compiled()));
        return new PointResult(number, outcome.point().values(), Optional.of(figures), "");
      } catch (Failure | InvalidStragglersException refused) {
        return dropped(number, outcome, String.valueOf(refused.getMessage()));
      } catch (UnfinishedStepException e) {
        return dropped(number, outcome, "the simulation did not end: " + e.diagnosis().get(0));
      }
    }
    return dropped(number, outcome, outcome.reason());
  }

  private static PointResult dropped(long number, SweepCompiler.Outcome outcome, String reason) {
    return new PointResult(number, outcome.point().values(), Optional.empty(), reason);
  }

  private synchronized FlattenerLoader loader(SweepCompiler.Kept kept) {
    return loaders.computeIfAbsent(
        kept.compiled().program(), unused -> FlattenerLoader.of(kept.compiled()));
  }
}
