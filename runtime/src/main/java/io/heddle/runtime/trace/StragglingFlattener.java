package io.heddle.runtime.trace;

import io.heddle.plan.marker.Api;
import io.heddle.runtime.straggler.InvalidStragglersException;
import io.heddle.runtime.straggler.Millionths;
import io.heddle.runtime.straggler.Stragglers;

/**
 * A flattener whose kernels last as stragglers and jitter say: their operations and bytes are
 * scaled, and with them the time that the roofline gives. Everything else is as it was: ids,
 * dependencies, communication, and the work that is counted.
 */
@Api
public final class StragglingFlattener extends ForwardingFlattener {
  private final Stragglers stragglers;
  private final long[] factors;

  private StragglingFlattener(Flattener flattener, Stragglers stragglers, long[] factors) {
    super(flattener);
    this.stragglers = stragglers;
    this.factors = factors;
  }

  /**
   * Slows a plan; where nothing changes, the flattener itself. When a kernel is too large to be
   * scaled, emitting it throws {@link InvalidStragglersException}.
   *
   * @param flattener without stragglers
   * @throws InvalidStragglersException if the plan has no such ranks or stages, or a rank is slowed
   *     beyond measure
   */
  public static Flattener of(Flattener flattener, Stragglers stragglers) {
    if (!flattener.stragglers().isNone()) {
      throw new IllegalArgumentException("it has stragglers: " + flattener.stragglers());
    }
    int ranks = flattener.mesh().ranks();
    stragglers.check(ranks, flattener.stages());
    if (stragglers.isNone()) {
      return flattener;
    }
    long[] factors = new long[ranks];
    for (int rank = 0; rank < ranks; rank++) {
      factors[rank] = stragglers.factor(rank, flattener.stage(rank));
    }
    return new StragglingFlattener(flattener, stragglers, factors);
  }

  @Override
  public Stragglers stragglers() {
    return stragglers;
  }

  @Override
  public RankTrace open(int rank, Emission emission) {
    return super.open(rank, emission).by((action, sink) -> scaling(rank, sink));
  }

  @Override
  public void emit(int rank, NodeSink sink) {
    super.emit(rank, scaling(rank, sink));
  }

  private NodeSink scaling(int rank, NodeSink sink) {
    return factors[rank] == Millionths.ONE && stragglers.jitter().isNone()
        ? sink
        : new ScalingSink(sink, rank, factors[rank], stragglers.jitter().of(rank));
  }
}
