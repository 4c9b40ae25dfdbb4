package io.heddle.runtime.report;

import io.heddle.runtime.fold.Fold;
import io.heddle.runtime.trace.CountingSink;
import io.heddle.runtime.trace.Emission;
import io.heddle.runtime.trace.Flattener;
import io.heddle.runtime.trace.ForwardingFlattener;
import io.heddle.runtime.trace.RankTrace;
import io.heddle.runtime.trace.TeeSink;
import java.util.Arrays;
import java.util.function.IntUnaryOperator;
import java.util.stream.IntStream;

/**
 * Counts what a flattener emits action by action, on one thread. Whole ranks are not counted: they
 * are asked for to look something up.
 */
final class CountedFlattener extends ForwardingFlattener {
  private final StepProgress progress;
  private final IntUnaryOperator counter;
  private final long[] weights;
  private final CountingSink[] counts;
  private final long actions;
  private long begun;

  private CountedFlattener(
      Flattener flattener,
      StepProgress progress,
      IntStream ranks,
      IntUnaryOperator counter,
      long[] weights) {
    super(flattener);
    this.progress = progress;
    this.actions = ranks.mapToLong(flattener::actions).sum();
    this.counter = counter;
    this.weights = weights;
    this.counts = new CountingSink[weights.length];
    restart();
  }

  /** Counts what every rank does. */
  static CountedFlattener of(Flattener flattener, StepProgress progress) {
    IntStream ranks = IntStream.range(0, flattener.mesh().ranks());
    return new CountedFlattener(flattener, progress, ranks, rank -> 0, new long[] {1});
  }

  /** Counts what one rank of each colour does for all of the colour. */
  static CountedFlattener folded(Flattener flattener, Fold fold, StepProgress progress) {
    IntStream ranks = IntStream.range(0, fold.colours()).map(fold::representativeOf);
    long[] weights = IntStream.range(0, fold.colours()).mapToLong(fold::count).toArray();
    return new CountedFlattener(flattener, progress, ranks, fold::colour, weights);
  }

  /** Forgets what was counted: the run begins anew. */
  final void restart() {
    Arrays.setAll(counts, unused -> new CountingSink());
    begun = 0;
  }

  /** What all ranks did. */
  CountingSink counts() {
    CountingSink sum = new CountingSink();
    for (int i = 0; i < counts.length; i++) {
      sum.add(counts[i], weights[i]);
    }
    return sum;
  }

  @Override
  public RankTrace open(int rank, Emission emission) {
    int counted = counter.applyAsInt(rank);
    return super.open(rank, emission)
        .by(
            (action, sink) -> {
              progress.begun(++begun, actions);
              return new TeeSink(sink, counts[counted]);
            });
  }
}
