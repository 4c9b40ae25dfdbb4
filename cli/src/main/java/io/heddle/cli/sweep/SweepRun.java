package io.heddle.cli.sweep;

import io.heddle.cli.failure.Failure;
import io.heddle.cli.failure.Workers;
import io.heddle.cli.file.Interruption;
import io.heddle.cli.output.Progress;
import io.heddle.cli.sweep.PointSimulation.Point;
import io.heddle.processor.SweepCompiler;
import io.heddle.processor.model.SweepPoint;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * Runs the points of a sweep, several at once. Points that differ only in numbers share one
 * program, which is run from data.
 */
public final class SweepRun {
  /** Points for each thread that wait or are finished before their turn. */
  private static final int WAITING = 16;

  private final SweepCompiler sweep;
  private final Shard share;
  private final int threads;
  private final PointSimulation simulation;

  /**
   * A run of a sweep.
   *
   * @param share of the points that are run
   * @param threads points that run at once
   * @param settings of every point
   * @param faults hears of those of Heddle, of any thread
   */
  public SweepRun(
      SweepCompiler sweep,
      Shard share,
      int threads,
      PointSimulation.Settings settings,
      Consumer<Throwable> faults) {
    this.sweep = sweep;
    this.share = share;
    this.threads = threads;
    this.simulation = new PointSimulation(sweep, settings, faults);
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
   * @param isAbandoned whether it is not finished after all, for the process is told to end
   */
  private record Finished(
      PointKey key, long number, Optional<PointResult> result, boolean isAbandoned) {}

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
    folder.forEach(
        point -> {
          // What took too long may have the time now, and a fault may be mended.
          if (!point.mayRunAgain()) {
            before.add(point.key());
          }
        });
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
      boolean isWhole = true;
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
          boolean isDone = take(running, inOrder);
          isWhole &= isDone;
          done += isDone ? 1 : 0;
          progress.to(done, all);
        }
        long point = number;
        running.add(
            workers.submit(() -> finish(point, isFinished, finished, interruption::requested)));
        number = share.next(number + 1);
      }
      while (!running.isEmpty()) {
        boolean isDone = take(running, inOrder);
        isWhole &= isDone;
        done += isDone ? 1 : 0;
        progress.to(done, all);
      }
      if (number < sweep.size() || !isWhole) {
        throw Failure.environment(
            "interrupted after %,d of %,d points; %s".formatted(done, all, advice));
      }
    } finally {
      workers.shutdownNow();
    }
  }

  /** Takes the first point that runs; whether it is finished. */
  private static boolean take(Deque<Future<Finished>> running, Consumer<Finished> inOrder) {
    Finished point = Workers.result(running.remove());
    if (!point.isAbandoned()) {
      inOrder.accept(point);
    }
    return !point.isAbandoned();
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
      long number,
      Predicate<PointKey> isFinished,
      Consumer<PointResult> finished,
      BooleanSupplier interrupted) {
    Point point = simulation.point(number);
    if (isFinished.test(point.key())) {
      return new Finished(point.key(), number, Optional.empty(), false);
    }
    Optional<PointResult> result = simulation.run(point, interrupted);
    result.ifPresent(finished);
    return new Finished(point.key(), number, result, result.isEmpty());
  }
}
