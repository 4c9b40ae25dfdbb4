package io.heddle.cli.sweep;

import io.heddle.cli.failure.Failure;
import io.heddle.cli.failure.Workers;
import io.heddle.cli.file.Interruption;
import io.heddle.cli.output.Progress;
import io.heddle.cli.sweep.PointSimulation.Point;
import io.heddle.cli.sweep.PointWalk.Excluded;
import io.heddle.processor.SweepCompiler;
import io.heddle.processor.model.PlanNumbers;
import io.heddle.processor.model.Sweep;
import io.heddle.runtime.mode.Mode;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
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
  /** Tasks for each thread that wait or are finished before their turn. */
  private static final int WAITING = 16;

  /** The most points of a task. */
  private static final int MOST_TOGETHER = 64;

  private final SweepCompiler sweep;
  private final Shard share;
  private final int threads;
  private final PointSimulation simulation;

  /** Numbers of points that have all but the batch in common; 1 where that is of no use. */
  private final long together;

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
    // By formulas a point takes no longer than what it has in common with the next one: two threads
    // must not work that out at once.
    this.together = settings.mode() == Mode.ANALYTICAL ? alike(sweep.sweep().choices()) : 1;
  }

  /** How many points that follow each other have all but their batch in common. */
  private static long alike(List<Sweep.Choice> choices) {
    if (choices.isEmpty()) {
      return 1;
    }
    Sweep.Choice last = choices.get(choices.size() - 1);
    return last.name().equals(PlanNumbers.BATCH) ? last.size() : 1;
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
    return run(folder, excluded, point -> false);
  }

  /**
   * The same for somebody who need not read from the folder what is run now.
   *
   * @param excluded hears of those that the numbers alone rule out, in order
   * @param finished hears of those that are run now, in order
   * @return the keys of those of which there may be other results in the folder, with their numbers
   */
  public PointKeys runTelling(
      ResultFolder folder, Consumer<Excluded> excluded, Consumer<PointResult> finished) {
    return run(
        folder,
        excluded,
        point -> {
          // Another process may have got further with what ended too early here.
          if (!point.mayRunAgain()) {
            finished.accept(point);
          }
          return !point.mayRunAgain();
        });
  }

  /**
   * @param taken hears of points that are run now, in order, and says whether that was enough
   */
  private PointKeys run(
      ResultFolder folder, Consumer<Excluded> excluded, Predicate<PointResult> taken) {
    PointKeys before = folder.finished();
    PointKeys own = new PointKeys();
    PointKeys seen = new PointKeys();
    try (ResultFile file = folder.append(share)) {
      run(
          excluded,
          before::contains,
          file::add,
          done -> {
            // Points that come to the same plan are one.
            if (seen.add(done.key()) && done.result().filter(taken).isEmpty()) {
              own.add(done.key(), done.number());
            }
          },
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
    Deque<Future<List<Finished>>> running = new ArrayDeque<>();
    PointWalk walk = new PointWalk(sweep, share, excluded);
    Tally tally = new Tally(inOrder);
    try (Interruption interruption = Interruption.watch();
        Progress progress = Progress.of("sweeping")) {
      OptionalLong point = walk.next();
      while (point.isPresent() && !interruption.requested()) {
        // No more points wait than run: a sweep of a million needs no million of tasks.
        if (running.size() == WAITING * threads) {
          tally.take(running.remove());
          progress.to(walk.passed() + tally.done, walk.all());
        }
        List<Long> numbers = new ArrayList<>();
        point = next(walk, point.getAsLong(), numbers);
        running.add(
            workers.submit(
                () ->
                    numbers.stream()
                        .map(each -> finish(each, isFinished, finished, interruption::requested))
                        .toList()));
      }
      while (!running.isEmpty()) {
        tally.take(running.remove());
        progress.to(walk.passed() + tally.done, walk.all());
      }
      if (point.isPresent() || !tally.isWhole) {
        throw Failure.environment(
            "interrupted after %,d of %,d points; %s"
                .formatted(walk.passed() + tally.done, walk.all(), advice));
      }
    } finally {
      workers.shutdownNow();
    }
  }

  /**
   * Adds a point to those of a task, and what follows and has much in common with it.
   *
   * @return the point that belongs to the next task; empty behind the last
   */
  private OptionalLong next(PointWalk walk, long first, List<Long> numbers) {
    OptionalLong next = OptionalLong.of(first);
    while (next.isPresent()
        && next.getAsLong() / together == first / together
        && numbers.size() < MOST_TOGETHER) {
      numbers.add(next.getAsLong());
      next = walk.next();
    }
    return next;
  }

  /** Counts points that are finished. */
  private static final class Tally {
    private final Consumer<Finished> inOrder;
    private long done;
    private boolean isWhole = true;

    Tally(Consumer<Finished> inOrder) {
      this.inOrder = inOrder;
    }

    /** Takes the points of a task when it ends. */
    void take(Future<List<Finished>> task) {
      for (Finished point : Workers.result(task)) {
        if (point.isAbandoned()) {
          isWhole = false;
        } else {
          done++;
          inOrder.accept(point);
        }
      }
    }
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
