package io.heddle.spark;

import io.heddle.cli.failure.Failure;
import io.heddle.cli.output.Progress;
import io.heddle.cli.sweep.FolderRun;
import io.heddle.cli.sweep.PointForm;
import io.heddle.cli.sweep.PointKey;
import io.heddle.cli.sweep.PointKeys;
import io.heddle.cli.sweep.PointResult;
import io.heddle.cli.sweep.PointWalk;
import io.heddle.cli.sweep.PointWalk.Excluded;
import io.heddle.cli.sweep.ResultFile;
import io.heddle.cli.sweep.ResultFolder;
import io.heddle.cli.sweep.Shard;
import io.heddle.cli.sweep.Swept;
import io.heddle.processor.SweepCompiler;
import io.heddle.processor.model.SweepPoint;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Runs a sweep in batches of points that follow each other, which share most of their programs. A
 * batch that costs its process each time is cut into single points, and a point that does is a row
 * with that reason: never does one point end a sweep.
 */
final class BatchedRun implements FolderRun {
  /** Points of which it is known at once that they are to be run: 2 MB of numbers. */
  private static final int MOST_AT_ONCE = 1 << 18;

  /** Batches for each that runs, so that none waits long for the last one. */
  private static final int BATCHES_PER_SLOT = 8;

  private static final int LARGEST_BATCH = 64;

  /** After so many lost points something else is wrong than the points. */
  private static final int MOST_LOST = 100;

  private final Function<Swept, BatchEngine> engines;

  /**
   * @param engines opens one for a sweep
   */
  BatchedRun(Function<Swept, BatchEngine> engines) {
    this.engines = engines;
  }

  @Override
  public PointKeys run(Swept swept, Shard share, ResultFolder folder, Consumer<Excluded> excluded) {
    PointKeys own = new PointKeys();
    PointWalk walk = new PointWalk(swept.sweep(), share, excluded);
    Left left = new Left(swept.sweep(), walk, folder.finished(), own);
    try (ResultFile file = folder.append(share);
        BatchEngine engine = engines.apply(swept);
        Progress progress = Progress.of("sweeping")) {
      Round round = new Round(swept.sweep(), engine, file, progress, walk);
      for (List<Long> points = left.next(); !points.isEmpty(); points = left.next()) {
        round.run(points);
      }
    }
    return own;
  }

  /** The points that the folder lacks, some at a time. */
  private record Left(SweepCompiler sweep, PointWalk walk, PointKeys finished, PointKeys own) {
    List<Long> next() {
      List<Long> points = new ArrayList<>();
      while (points.size() < MOST_AT_ONCE) {
        OptionalLong point = walk.next();
        if (point.isEmpty()) {
          break;
        }
        PointKey key = PointKey.of(sweep.changes(point.getAsLong()).changes());
        if (own.add(key, point.getAsLong()) && !finished.contains(key)) {
          points.add(point.getAsLong());
        }
      }
      return points;
    }
  }

  /** Runs points until each has its row. */
  private static final class Round {
    private final SweepCompiler sweep;
    private final BatchEngine engine;
    private final ResultFile file;
    private final Progress progress;
    private final PointWalk walk;
    private long done;
    private int lost;

    Round(
        SweepCompiler sweep,
        BatchEngine engine,
        ResultFile file,
        Progress progress,
        PointWalk walk) {
      this.sweep = sweep;
      this.engine = engine;
      this.file = file;
      this.progress = progress;
      this.walk = walk;
    }

    void run(List<Long> points) {
      List<long[]> left = batches(points);
      while (!left.isEmpty()) {
        BitSet finished = new BitSet();
        List<long[]> running = left;
        left = new ArrayList<>();
        try {
          engine.run(
              running,
              (batch, lines) -> {
                add(running.get(batch), lines);
                finished.set(batch);
              });
        } catch (LostBatchException e) {
          for (int batch = 0; batch < running.size(); batch++) {
            if (!finished.get(batch) && batch != e.batch()) {
              left.add(running.get(batch));
            }
          }
          String how = String.valueOf(e.getMessage()).replaceAll("\\p{Cntrl}", " ");
          lose(running.get(e.batch()), how, left);
        }
      }
    }

    private List<long[]> batches(List<Long> points) {
      int slots = Math.max(1, engine.atOnce()) * BATCHES_PER_SLOT;
      int size = Math.min(LARGEST_BATCH, Math.max(1, points.size() / slots));
      List<long[]> batches = new ArrayList<>();
      for (int from = 0; from < points.size(); from += size) {
        batches.add(
            points.subList(from, Math.min(points.size(), from + size)).stream()
                .mapToLong(Long::longValue)
                .toArray());
      }
      return batches;
    }

    private void add(long[] points, List<String> lines) {
      if (lines.size() != points.length) {
        throw new IllegalStateException("a batch has not a line for each point");
      }
      for (String line : lines) {
        file.add(
            PointForm.read(line).orElseThrow(() -> new IllegalStateException("no point: " + line)));
      }
      done += points.length;
      progress.to(walk.passed() + done, walk.all());
    }

    /** Cuts a lost batch into its points, or gives up its only one. */
    private void lose(long[] points, String how, List<long[]> left) {
      if (points.length > 1) {
        for (long point : points) {
          left.add(new long[] {point});
        }
        return;
      }
      if (++lost > MOST_LOST) {
        throw Failure.environment(
            "%d points cost their processes, the last: %s; see to the cluster, and the same command goes on"
                .formatted(lost, how));
      }
      SweepPoint point = sweep.changes(points[0]);
      file.add(PointResult.lost(points[0], PointKey.of(point.changes()), point.values(), how));
      done++;
    }
  }
}
