package io.heddle.cli.request;

import io.heddle.cli.failure.Workers;
import io.heddle.plan.serving.Role;
import io.heddle.processor.TfmCompiler;
import io.heddle.processor.model.Inference;
import io.heddle.processor.model.Serving;
import io.heddle.runtime.serving.BatchLimits;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.function.IntConsumer;

/**
 * Makes pools of plans: what their caches hold, and how long their steps take. Any thread may ask.
 */
public final class PoolBuilder {
  private static final double ALLOWED = 0.005;
  private static final int MOST_KNOTS = 20_000;

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
            batching.sequences(),
            pages.count(),
            plans.page(),
            plans.speculation());
    List<ServedFleet.Surface> surfaces = new ArrayList<>();
    Optional<StepSurface> prompts =
        pool.role() == Role.DECODE
            ? Optional.empty()
            : Optional.of(prompts(plans, batching, surfaces));
    Optional<StepSurface> draws =
        pool.role() == Role.PREFILL
            ? Optional.empty()
            : Optional.of(draws(plans, limits, surfaces));
    return new BuiltPool(
        pool,
        plans,
        pages,
        limits,
        new PoolTimes(prompts, draws, plans.speculation().tokens()),
        this::nanos,
        surfaces);
  }

  private StepSurface draws(
      PoolPlans plans, BatchLimits limits, List<ServedFleet.Surface> surfaces) {
    long mostCached = (long) limits.pages() * limits.pageTokens();
    Region region =
        new Region(new int[] {1, 0}, new int[] {limits.sequences(), lengths.longest()}, mostCached);
    PoolPlans.Steps steps = plans.steps(Inference.Kind.DECODE);
    StepSurface surface =
        new StepSurface(
            region,
            StepSurface.Base.NONE,
            points -> knots(steps, points, at -> PoolPlans.draws(at[0], at[1])),
            ALLOWED,
            MOST_KNOTS);
    surfaces.add(new ServedFleet.Surface("decode", List.of(surface), ALLOWED));
    return surface;
  }

  /**
   * Products have a tile more at some numbers of tokens, where times jump. So steps of one prompt
   * without a context are a line of their own; what a context adds to them, and then what several
   * prompts of as many tokens do, does not jump, and has few knots.
   */
  private StepSurface prompts(
      PoolPlans plans, Serving.Batching batching, List<ServedFleet.Surface> surfaces) {
    int most = PoolPages.promptTokens(batching, lengths);
    int longest = lengths.longest();
    PoolPlans.Steps steps = plans.steps(Inference.Kind.PREFILL);
    StepSurface line =
        new StepSurface(
            new Region(new int[] {1, 0}, new int[] {most, 0}, Long.MAX_VALUE),
            StepSurface.Base.NONE,
            points -> knots(steps, points, at -> PoolPlans.prompts(1, at[0], 0)),
            ALLOWED / 20,
            MOST_KNOTS);
    StepSurface single =
        new StepSurface(
            new Region(new int[] {1, 0}, new int[] {most, longest}, Long.MAX_VALUE),
            (tokensOfStep, context, none) -> line.at(tokensOfStep, 0, 0),
            points -> knots(steps, points, at -> PoolPlans.prompts(1, at[0], at[1])),
            ALLOWED / 5,
            MOST_KNOTS);
    StepSurface all =
        new StepSurface(
            new Region(
                new int[] {1, 1, 0},
                new int[] {Math.min(batching.sequences(), most), most, longest},
                most),
            (count, each, context) -> single.at(count * each, context, 0),
            points -> knots(steps, points, at -> PoolPlans.prompts(at[0], at[1], at[2])),
            ALLOWED,
            MOST_KNOTS);
    surfaces.add(new ServedFleet.Surface("prefill", List.of(all, single, line), ALLOWED));
    return all;
  }

  /** Numbers of a step, from the coordinates of a knot. */
  @FunctionalInterface
  private interface Numbers {
    Map<String, Long> of(long[] at);
  }

  private long[] knots(PoolPlans.Steps steps, List<int[]> points, Numbers numbers) {
    List<Map<String, Long>> asked =
        points.stream().map(at -> numbers.of(Arrays.stream(at).asLongStream().toArray())).toList();
    long[] values = new long[asked.size()];
    if (threads == 1 || values.length < 2) {
      for (int i = 0; i < values.length; i++) {
        values[i] = nanos(steps, asked.get(i));
      }
      return values;
    }
    ExecutorService workers = Workers.of(Math.min(threads, values.length), "step");
    try {
      List<Future<Long>> open =
          asked.stream().map(said -> workers.submit(() -> nanos(steps, said))).toList();
      for (int i = 0; i < values.length; i++) {
        values[i] = Workers.result(open.get(i));
      }
    } finally {
      workers.shutdownNow();
    }
    return values;
  }

  private long nanos(PoolPlans.Steps steps, Map<String, Long> numbers) {
    long nanos =
        store.of(compiler, steps.plan()).nanos(steps.clock().all(numbers), steps.clock()::nanos);
    progress.accept(1);
    return nanos;
  }
}
