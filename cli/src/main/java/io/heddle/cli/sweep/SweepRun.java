package io.heddle.cli.sweep;

import io.heddle.cli.failure.Failure;
import io.heddle.cli.failure.Workers;
import io.heddle.cli.file.Interruption;
import io.heddle.cli.output.Progress;
import io.heddle.cli.sweep.PointSimulation.Point;
import io.heddle.cli.sweep.PointWalk.Excluded;
import io.heddle.processor.SweepCompiler;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.OptionalLong;
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
    PointKeys before = folder.finished();
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
    PointWalk walk = new PointWalk(sweep, share, excluded);
    long done = 0;
    try (Interruption interruption = Interruption.watch();
        Progress progress = Progress.of("sweeping")) {
      boolean isWhole = true;
      OptionalLong point = walk.next();
      while (point.isPresent() && !interruption.requested()) {
        // No more points wait than run: a sweep of a million needs no million of tasks.
        if (running.size() == WAITING * threads) {
          boolean isDone = take(running, inOrder);
          isWhole &= isDone;
          done += isDone ? 1 : 0;
          progress.to(walk.passed() + done, walk.all());
        }
        long number = point.getAsLong();
        running.add(
            workers.submit(() -> finish(number, isFinished, finished, interruption::requested)));
        point = walk.next();
      }
      while (!running.isEmpty()) {
        boolean isDone = take(running, inOrder);
        isWhole &= isDone;
        done += isDone ? 1 : 0;
        progress.to(walk.passed() + done, walk.all());
      }
      if (point.isPresent() || !isWhole) {
        throw Failure.environment(
            "interrupted after %,d of %,d points; %s"
                .formatted(walk.passed() + done, walk.all(), advice));
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
    PointWalk walk = new PointWalk(sweep, share, excluded);
    long left = 0;
    while (walk.next().isPresent()) {
      left++;
    }
    return left;
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
