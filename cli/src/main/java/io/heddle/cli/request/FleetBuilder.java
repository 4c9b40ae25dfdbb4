package io.heddle.cli.request;

import io.heddle.cli.failure.Failure;
import io.heddle.cli.failure.Workers;
import io.heddle.plan.serving.Role;
import io.heddle.processor.TfmCompiler;
import io.heddle.processor.TfmCompiler.Compiled;
import io.heddle.processor.model.Inference;
import io.heddle.processor.model.Serving;
import io.heddle.processor.program.CacheRoom;
import io.heddle.runtime.serving.BatchLimits;
import io.heddle.runtime.serving.FleetSetup;
import io.heddle.runtime.serving.PoolSetup;
import io.heddle.runtime.serving.Routing;
import io.heddle.runtime.serving.TransferLine;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.function.IntConsumer;

/** Makes a fleet of what a specification serves requests with. */
public final class FleetBuilder {
  private static final double ALLOWED = 0.005;
  private static final int MOST_KNOTS = 20_000;

  private final TfmCompiler compiler;
  private final Serving serving;
  private final int threads;
  private final KnotStore store;
  private final IntConsumer progress;
  private final RequestLengths lengths;

  /**
   * A builder.
   *
   * @param lengths of the requests that are to be served
   * @param store of steps that were simulated before
   * @param progress hears how many steps have been simulated
   */
  public FleetBuilder(
      TfmCompiler compiler,
      Serving serving,
      RequestLengths lengths,
      int threads,
      KnotStore store,
      IntConsumer progress) {
    this.compiler = compiler;
    this.serving = serving;
    this.threads = threads;
    this.store = store;
    this.progress = progress;
    this.lengths = lengths;
  }

  /**
   * The fleet.
   *
   * @throws Failure if a plan cannot be, or its cache has no page
   */
  public ServedFleet build() {
    List<PoolSetup> setups = new ArrayList<>();
    List<ServedFleet.Pool> pools = new ArrayList<>();
    Map<Role, PoolPlans> byRole = new EnumMap<>(Role.class);
    for (Serving.Pool pool : serving.pools()) {
      PoolPlans plans = new PoolPlans(compiler, pool, Map.of());
      byRole.put(pool.role(), plans);
      PoolPages pages = PoolPages.of(plans, serving.batching(), lengths);
      BatchLimits limits =
          new BatchLimits(
              serving.batching().tokens(),
              serving.batching().sequences(),
              pages.count(),
              plans.page());
      List<ServedFleet.Surface> surfaces = new ArrayList<>();
      PoolTimes times = times(plans, limits, surfaces);
      Compiled any = plans.any();
      setups.add(
          new PoolSetup(
              pool.role(), pool.instances(), plans.replicas(), plans.ranks(), limits, times));
      pools.add(
          new ServedFleet.Pool(
              pool.role(),
              pool.plans(),
              any.numbers().values().cluster().device().name(),
              pages.bytes(),
              pages.bytes() * pages.count(),
              pages.others(),
              surfaces));
    }
    Optional<TransferLine> line =
        Optional.ofNullable(serving.transfer())
            .map(transfer -> line(transfer, Objects.requireNonNull(byRole.get(Role.DECODE)).any()));
    return new ServedFleet(
        new FleetSetup(
            serving.batching().policy(),
            new Routing(serving.route().leastLoaded(), serving.route().prefix()),
            setups,
            line),
        pools);
  }

  private static TransferLine line(Serving.Transfer transfer, Compiled decode) {
    long bytes = new CacheRoom(decode.program(), decode.numbers()).bytesOfToken();
    long layers =
        decode.plan().model().layerKinds().stream()
            .mapToLong(kind -> decode.numbers().layers().of(kind.number()))
            .sum();
    return new TransferLine(
        bytes,
        transfer.bytesPerSecond(),
        transfer.latencyNanos(),
        transfer.byLayer() ? (int) layers : 0);
  }

  private PoolTimes times(PoolPlans plans, BatchLimits limits, List<ServedFleet.Surface> surfaces) {
    Optional<StepSurface> prompts =
        plans.role() == Role.DECODE ? Optional.empty() : Optional.of(prompts(plans, surfaces));
    Optional<StepSurface> draws =
        plans.role() == Role.PREFILL
            ? Optional.empty()
            : Optional.of(draws(plans, limits, surfaces));
    return new PoolTimes(prompts, draws);
  }

  private StepSurface draws(
      PoolPlans plans, BatchLimits limits, List<ServedFleet.Surface> surfaces) {
    long mostCached = (long) limits.pages() * limits.pageTokens();
    Region region =
        new Region(
            new int[] {1, 0},
            new int[] {serving.batching().sequences(), lengths.longest()},
            mostCached);
    PoolPlans.Steps steps = plans.steps(Inference.Kind.DECODE);
    StepSurface surface =
        new StepSurface(
            region,
            StepSurface.Base.NONE,
            points -> knots(steps, points, at -> PoolPlans.draws(at[0], at[1])),
            ALLOWED,
            MOST_KNOTS);
    surfaces.add(described("decode", surface, 0));
    return surface;
  }

  /**
   * Products have a tile more at some numbers of tokens, where times jump. So steps of one prompt
   * without a context are a line of their own; what a context adds to them, and then what several
   * prompts of as many tokens do, does not jump, and has few knots.
   */
  private StepSurface prompts(PoolPlans plans, List<ServedFleet.Surface> surfaces) {
    int most = PoolPages.promptTokens(serving.batching(), lengths);
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
            new Region(new int[] {1, 0}, new int[] {most, lengths.longest()}, Long.MAX_VALUE),
            (tokensOfStep, context, none) -> line.at(tokensOfStep, 0, 0),
            points -> knots(steps, points, at -> PoolPlans.prompts(1, at[0], at[1])),
            ALLOWED / 5,
            MOST_KNOTS);
    StepSurface all =
        new StepSurface(
            new Region(
                new int[] {1, 1, 0},
                new int[] {Math.min(serving.batching().sequences(), most), most, lengths.longest()},
                most),
            (count, each, context) -> single.at(count * each, context, 0),
            points -> knots(steps, points, at -> PoolPlans.prompts(at[0], at[1], at[2])),
            ALLOWED,
            MOST_KNOTS);
    surfaces.add(described("prefill", all, line.knots() + single.knots()));
    return all;
  }

  private static ServedFleet.Surface described(String kind, StepSurface surface, int more) {
    return new ServedFleet.Surface(
        kind, surface.knots() + more, surface.worst(), surface.mean(), ALLOWED);
  }

  /** Numbers of a step, from the coordinates of a knot. */
  @FunctionalInterface
  private interface Numbers {
    Map<String, Long> of(long[] at);
  }

  private long[] knots(PoolPlans.Steps steps, List<int[]> points, Numbers numbers) {
    KnotStore.OfPlan known = store.of(compiler, steps.plan());
    long[] values = new long[points.size()];
    ExecutorService workers = Workers.of(threads, "step");
    try {
      List<Future<Long>> open = new ArrayList<>();
      for (int[] point : points) {
        Map<String, Long> said = numbers.of(Arrays.stream(point).asLongStream().toArray());
        open.add(workers.submit(() -> known.nanos(said, steps.clock()::nanos)));
      }
      for (int i = 0; i < values.length; i++) {
        values[i] = Workers.result(open.get(i));
        progress.accept(1);
      }
    } finally {
      workers.shutdownNow();
    }
    return values;
  }
}
