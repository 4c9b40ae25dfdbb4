package io.heddle.cli.request;

import io.heddle.cli.failure.Workers;
import io.heddle.processor.TfmCompiler;
import io.heddle.processor.model.Serving;
import io.heddle.runtime.serving.BatchLimits;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.function.IntConsumer;
import java.util.function.ToLongFunction;

/**
 * Makes pools of plans: what their caches hold, and how long their steps take. Any thread may ask.
 */
public final class PoolBuilder {
  private final TfmCompiler compiler;
  private final RequestLengths lengths;
  private final int threads;
  private final KnotStore store;
  private final IntConsumer progress;

  /**
   * A builder.
   *
   * @param lengths of the requests that are to be served
   * @param store of steps that were simulated before
   * @param progress hears how many steps have been simulated
   */
  public PoolBuilder(
      TfmCompiler compiler,
      RequestLengths lengths,
      int threads,
      KnotStore store,
      IntConsumer progress) {
    this.compiler = compiler;
    this.lengths = lengths;
    this.threads = threads;
    this.store = store;
    this.progress = progress;
  }

  /**
   * Makes a pool. Its steps are simulated when their times are asked for.
   *
   * @param numbers that hold in place of those of its plans
   * @throws io.heddle.cli.failure.Failure if a plan cannot be, or its cache has no page
   */
  public BuiltPool build(Serving.Pool pool, Serving.Batching batching, Map<String, Long> numbers) {
    PoolPlans plans = new PoolPlans(compiler, pool, numbers);
    PoolPages pages = PoolPages.of(plans, batching, lengths);
    BatchLimits limits =
        new BatchLimits(
            batching.tokens(),
            PoolPages.sequences(plans, batching),
            pages.count(),
            plans.page(),
            plans.speculation());
    List<ServedFleet.Surface> surfaces = new ArrayList<>();
    int most = PoolPages.promptTokens(batching, lengths);
    PoolTimes ofStage =
        plans.stages() == 1
            ? null
            : new PoolSurfaces(plans, limits, most, lengths, this::intervals, " on a stage")
                .times(pool.role(), null, surfaces);
    PoolTimes times =
        new PoolSurfaces(plans, limits, most, lengths, this::steps, "")
            .times(pool.role(), ofStage, surfaces);
    return new BuiltPool(pool, plans, pages, limits, times, this::nanos, surfaces);
  }

  private long[] steps(PoolPlans.Steps steps, List<Map<String, Long>> asked) {
    return knots(asked, numbers -> nanos(steps, numbers));
  }

  private long[] intervals(PoolPlans.Steps steps, List<Map<String, Long>> asked) {
    return knots(asked, numbers -> interval(steps, numbers));
  }

  private long[] knots(
      List<Map<String, Long>> asked, ToLongFunction<Map<String, Long>> simulation) {
    long[] values = new long[asked.size()];
    if (threads == 1 || values.length < 2) {
      for (int i = 0; i < values.length; i++) {
        values[i] = simulation.applyAsLong(asked.get(i));
      }
      return values;
    }
    ExecutorService workers = Workers.of(Math.min(threads, values.length), "step");
    try {
      List<Future<Long>> open =
          asked.stream().map(said -> workers.submit(() -> simulation.applyAsLong(said))).toList();
      for (int i = 0; i < values.length; i++) {
        values[i] = Workers.result(open.get(i));
      }
    } finally {
      workers.shutdownNow();
    }
    return values;
  }

  private long interval(PoolPlans.Steps steps, Map<String, Long> numbers) {
    Map<String, Long> stored = new LinkedHashMap<>(steps.clock().all(numbers));
    stored.put("stage", 1L);
    long nanos =
        store
            .of(compiler, steps.plan())
            .nanos(stored, unused -> steps.clock().interval(steps.clock().all(numbers)));
    progress.accept(1);
    return nanos;
  }

  private long nanos(PoolPlans.Steps steps, Map<String, Long> numbers) {
    long nanos =
        store.of(compiler, steps.plan()).nanos(steps.clock().all(numbers), steps.clock()::nanos);
    progress.accept(1);
    return nanos;
  }
}
