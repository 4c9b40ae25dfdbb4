package io.heddle.cli.sweep;

import io.heddle.cli.failure.Failure;
import io.heddle.cli.failure.Workers;
import io.heddle.cli.file.Interruption;
import io.heddle.cli.interpret.Interpreter;
import io.heddle.cli.output.Progress;
import io.heddle.cli.sweep.PointResult.Figures;
import io.heddle.processor.SweepCompiler;
import io.heddle.processor.model.SweepPoint;
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
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * Runs the points of a sweep, several at once. Points that differ only in numbers share one
 * generated class.
 */
public final class SweepRun {
  /** Points for each thread that wait or are finished before their turn. */
  private static final int WAITING = 16;

  /** Names of a specification, which reasons have in them, may be of any length. */
  private static final int LONGEST_REASON = 1000;

  private final SweepCompiler sweep;
  private final Shard share;
  private final int threads;
  private final Stragglers stragglers;
  private final Mode mode;
  private final SimulationOptions options;
  private final Interpreter programs = new Interpreter();

  /**
   * A run of a sweep.
   *
   * @param share of the points that are run
   * @param threads points that run at once
   * @param stragglers of every point; one that has no such ranks or stages is dropped
   * @param mode of every point
   * @param symmetry whether one rank may be simulated for all that are alike
   */
  public SweepRun(
      SweepCompiler sweep,
      Shard share,
      int threads,
      Stragglers stragglers,
      Mode mode,
      boolean symmetry) {
    this.sweep = sweep;
    this.share = share;
    this.threads = threads;
    this.stragglers = stragglers;
    this.mode = mode;
    this.options = SimulationOptions.DEFAULT.withSymmetry(symmetry);
  }

  /**
   * Points that the numbers alone rule out.
   *
   * @param end number of the next point of the share
   */
  public record Excluded(PointResult first, long count, long end) {}

  /**
   * A point that is finished.
   *
   * @param result empty if it was finished before
   */
  private record Finished(PointKey key, long number, Optional<PointResult> result) {}

  /**
   * Runs the points.
   *
   * @param excluded hears of those that the numbers alone rule out, in order
   * @param finished hears of the others, in order
   * @throws Failure if the process is told to end
   */
  public void run(Consumer<Excluded> excluded, Consumer<PointResult> finished) {
    run(
        excluded,
        key -> false,
        point -> {},
        done -> done.result().ifPresent(finished),
        "with --output the same command goes on");
  }

  /**
   * Runs those points that a folder lacks, and adds each to it as soon as it is finished.
   *
   * @param excluded hears of those that the numbers alone rule out, in order
   * @return the keys of the others, run now or before, with their numbers
   * @throws Failure if the process is told to end, or the folder cannot be written
   */
  public PointKeys run(ResultFolder folder, Consumer<Excluded> excluded) {
    PointKeys before = new PointKeys();
    folder.forEach(point -> before.add(point.key()));
    PointKeys own = new PointKeys();
    try (ResultFile file = folder.append(share)) {
      run(
          excluded,
          before::contains,
          file::add,
          done -> own.add(done.key(), done.number()),
          "the same command goes on");
    }
    return own;
  }

  private void run(
      Consumer<Excluded> excluded,
      Predicate<PointKey> isFinished,
      Consumer<PointResult> finished,
      Consumer<Finished> inOrder,
      String advice) {
    ExecutorService workers = Workers.of(threads, "sweep");
    Deque<Future<Finished>> running = new ArrayDeque<>();
    long done = 0;
    long all = share.of(sweep.size());
    try (Interruption interruption = Interruption.watch();
        Progress progress = Progress.of("sweeping")) {
      long number = share.next(0);
      while (number < sweep.size() && !interruption.requested()) {
        Optional<Excluded> block = excluded(number);
        if (block.isPresent()) {
          excluded.accept(block.get());
          done += block.get().count();
          number = block.get().end();
          continue;
        }
        // No more points wait than run: a sweep of a million needs no million of tasks.
        if (running.size() == WAITING * threads) {
          inOrder.accept(Workers.result(running.remove()));
          progress.to(++done, all);
        }
        long point = number;
        running.add(workers.submit(() -> finish(point, isFinished, finished)));
        number = share.next(number + 1);
      }
      while (!running.isEmpty()) {
        inOrder.accept(Workers.result(running.remove()));
        progress.to(++done, all);
      }
      if (number < sweep.size()) {
        throw Failure.environment(
            "interrupted after %,d of %,d points; %s".formatted(done, all, advice));
      }
    } finally {
      workers.shutdownNow();
    }
  }

  /**
   * Counts the points, without a plan of any.
   *
   * @param excluded hears of those that the numbers alone rule out, in order
   * @return how many are left
   */
  public long count(Consumer<Excluded> excluded) {
    long left = 0;
    long number = share.next(0);
    while (number < sweep.size()) {
      Optional<Excluded> block = excluded(number);
      block.ifPresent(excluded);
      left += block.isPresent() ? 0 : 1;
      number = block.isPresent() ? block.get().end() : share.next(number + 1);
    }
    return left;
  }

  private Optional<Excluded> excluded(long number) {
    return sweep
        .space()
        .excluded(number)
        .map(
            block -> {
              SweepPoint point = sweep.changes(number);
              PointKey key = PointKey.of(point.changes());
              long end = share.next(Math.min(block.end(), sweep.size()));
              return new Excluded(
                  new PointResult(number, key, point.values(), Optional.empty(), block.reason()),
                  (end - number) / share.count(),
                  end);
            });
  }

  private Finished finish(
      long number, Predicate<PointKey> isFinished, Consumer<PointResult> finished) {
    PointKey key = PointKey.of(sweep.changes(number).changes());
    if (isFinished.test(key)) {
      return new Finished(key, number, Optional.empty());
    }
    PointResult result = point(number, key);
    finished.accept(result);
    return new Finished(key, number, Optional.of(result));
  }

  private PointResult point(long number, PointKey key) {
    SweepCompiler.Outcome outcome = sweep.point(number);
    if (outcome instanceof SweepCompiler.Kept kept) {
      try {
        Flattener flattener = StragglingFlattener.of(programs.load(kept.compiled()), stragglers);
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
    String line =
        reason.length() > LONGEST_REASON ? reason.substring(0, LONGEST_REASON) + " …" : reason;
    return new PointResult(number, key, outcome.point().values(), Optional.empty(), line);
  }
}
