package io.heddle.cli.request;

import io.heddle.cli.failure.Failure;
import io.heddle.cli.failure.Workers;
import io.heddle.plan.serving.BatchPolicy;
import io.heddle.plan.serving.Role;
import io.heddle.processor.PlanSteps;
import io.heddle.processor.TfmCompiler;
import io.heddle.processor.TfmCompiler.Compiled;
import io.heddle.processor.model.Inference;
import io.heddle.processor.model.PlanNumbers;
import io.heddle.processor.model.Serving;
import io.heddle.processor.program.CacheRoom;
import io.heddle.processor.program.StageMemory;
import io.heddle.runtime.serving.BatchLimits;
import io.heddle.runtime.serving.FleetSetup;
import io.heddle.runtime.serving.PoolSetup;
import io.heddle.runtime.serving.Requests;
import io.heddle.runtime.serving.Routing;
import io.heddle.runtime.serving.TransferLine;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.LinkedHashMap;
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
  private static final String CONTEXT = "context";

  private final TfmCompiler compiler;
  private final Serving serving;
  private final int threads;
  private final KnotStore store;
  private final IntConsumer progress;
  private final int longest;
  private final int longestInput;
  private final int tokens;
  private final int sequences;

  /**
   * A builder.
   *
   * @param requests that are to be served: none is longer than those
   * @param store of steps that were simulated before
   * @param progress hears how many steps have been simulated
   */
  public FleetBuilder(
      TfmCompiler compiler,
      Serving serving,
      Requests requests,
      int threads,
      KnotStore store,
      IntConsumer progress) {
    this.compiler = compiler;
    this.serving = serving;
    this.threads = threads;
    this.store = store;
    this.progress = progress;
    int most = 1;
    int mostInput = 1;
    for (int i = 0; i < requests.size(); i++) {
      most = Math.max(most, requests.input(i) + requests.output(i));
      mostInput = Math.max(mostInput, requests.input(i));
    }
    this.longest = most;
    this.longestInput = mostInput;
    this.tokens = serving.batching().tokens();
    this.sequences = serving.batching().sequences();
  }

  /**
   * The fleet.
   *
   * @throws Failure if a plan cannot be, or its cache has no page
   */
  public ServedFleet build() {
    List<PoolSetup> setups = new ArrayList<>();
    List<ServedFleet.Pool> pools = new ArrayList<>();
    Map<Role, Plans> byRole = new EnumMap<>(Role.class);
    for (Serving.Pool pool : serving.pools()) {
      Plans plans = new Plans(pool);
      byRole.put(pool.role(), plans);
      Pages pages = pages(plans);
      BatchLimits limits = new BatchLimits(tokens, sequences, pages.count, plans.page());
      List<ServedFleet.Surface> surfaces = new ArrayList<>();
      PoolTimes times = times(plans, limits, surfaces);
      Compiled any = plans.any();
      setups.add(
          new PoolSetup(
              pool.role(),
              pool.instances(),
              plans.replicas(),
              (int) ranks(any.numbers()),
              limits,
              times));
      pools.add(
          new ServedFleet.Pool(
              pool.role(),
              pool.plans(),
              any.numbers().values().cluster().device().name(),
              pages.bytes,
              pages.bytes * pages.count,
              pages.others,
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

  private static long ranks(PlanNumbers numbers) {
    return numbers.axes().values().stream().reduce(1L, Math::multiplyExact);
  }

  /**
   * Steps of a plan.
   *
   * @param smallest the plan with a step that is as small as it can be
   */
  private record Steps(String plan, PlanClock clock, Compiled smallest) {}

  /** The plans of a pool, whose numbers change from step to step. */
  private final class Plans {
    private final Serving.Pool pool;
    private final Map<Inference.Kind, Steps> byKind = new LinkedHashMap<>();

    Plans(Serving.Pool pool) {
      this.pool = pool;
      pool.prefill().ifPresent(plan -> add(Inference.Kind.PREFILL, plan));
      pool.decode().ifPresent(plan -> add(Inference.Kind.DECODE, plan));
      check();
    }

    private void add(Inference.Kind kind, String plan) {
      PlanSteps changed =
          compiler
              .steps(plan)
              .orElseThrow(() -> Failure.wrongInput("plan %s has errors".formatted(plan)));
      PlanClock clock =
          new PlanClock(changed, kind == Inference.Kind.PREFILL ? "prefill" : "decode");
      Compiled smallest =
          clock.with(
              kind == Inference.Kind.PREFILL
                  ? prompts(1, 1, 0)
                  : Map.of("decode", 1L, CONTEXT, 0L));
      if (smallest.numbers().stages(smallest.plan()) > 1) {
        throw Failure.wrongInput(
            "plan %s has pipeline stages: not supported in a pool".formatted(plan));
      }
      byKind.put(kind, new Steps(plan, clock, smallest));
    }

    Steps steps(Inference.Kind kind) {
      Steps steps = byKind.get(kind);
      if (steps == null) {
        throw new IllegalStateException("the pool has no plan of this kind");
      }
      return steps;
    }

    /** Steps of both kinds run on the same ranks, with the same cache. */
    private void check() {
      List<Compiled> both = byKind.values().stream().map(Steps::smallest).toList();
      if (both.size() < 2) {
        return;
      }
      Compiled one = both.get(0);
      Compiled other = both.get(1);
      if (ranks(one.numbers()) != ranks(other.numbers())
          || replicas(one) != replicas(other)
          || page(one) != page(other)) {
        throw Failure.wrongInput(
            ("pool both: plans %s and %s must have as many ranks, replicas and tokens of a page:"
                    + " %,d and %,d ranks, %,d and %,d replicas, pages of %,d and %,d tokens")
                .formatted(
                    one.plan().name(),
                    other.plan().name(),
                    ranks(one.numbers()),
                    ranks(other.numbers()),
                    replicas(one),
                    replicas(other),
                    page(one),
                    page(other)));
      }
    }

    Compiled any() {
      return byKind.values().iterator().next().smallest;
    }

    int replicas() {
      return (int) replicas(any());
    }

    int page() {
      return (int) page(any());
    }

    private static long replicas(Compiled compiled) {
      return compiled.numbers().batch() / compiled.numbers().microBatch();
    }

    private static long page(Compiled compiled) {
      Inference inference = compiled.plan().inference();
      if (inference == null) {
        throw new IllegalStateException("a pool has plans of inference only");
      }
      return inference.page();
    }
  }

  /**
   * The cache of a replica.
   *
   * @param count of pages
   * @param bytes of a page
   * @param others bytes that the fullest rank holds besides
   */
  private record Pages(int count, long bytes, long others) {}

  /** Pages that weights and the largest step leave room for. */
  private Pages pages(Plans plans) {
    int page = plans.page();
    long pagesOfLongest = Math.max(1, (longest + page - 1) / page);
    long bytes = 0;
    long others = 0;
    for (Map.Entry<Inference.Kind, Steps> each : plans.byKind.entrySet()) {
      boolean prefill = each.getKey() == Inference.Kind.PREFILL;
      long context = pagesOfLongest * page - 1;
      Map<String, Long> one =
          prefill ? prompts(1, 1, context) : Map.of("decode", 1L, CONTEXT, context);
      Map<String, Long> largest =
          prefill ? prompts(1, promptTokens(), 0) : Map.of("decode", (long) sequences, CONTEXT, 0L);
      bytes = Math.max(bytes, fullest(each.getValue().clock.with(one)).cache() / pagesOfLongest);
      StageMemory step = fullest(each.getValue().clock.with(largest));
      others = Math.max(others, step.peak() - step.cache());
    }
    if (serving.batching().pages().isPresent()) {
      return new Pages(serving.batching().pages().getAsInt(), bytes, others);
    }
    long memory = plans.any().numbers().values().cluster().device().memoryBytes();
    double share = serving.batching().memory();
    long room = (long) (share * memory) - others;
    if (room < bytes) {
      throw Failure.wrongInput(
          ("pool %s: %.1f %% of %,d bytes leave no room for a page of the cache: weights and the"
                  + " largest step take %,d")
              .formatted(plans.pool.role().word(), 100 * share, memory, others));
    }
    return new Pages(
        (int) Math.min(Integer.MAX_VALUE / 2, room / Math.max(1, bytes)), bytes, others);
  }

  private static StageMemory fullest(Compiled compiled) {
    return compiled
        .memory()
        .stages()
        .orElseThrow(() -> Failure.wrongInput("the memory of a step cannot be counted"))
        .get(0);
  }

  /** Static batches cut no prompt. */
  private int promptTokens() {
    return serving.batching().policy() == BatchPolicy.STATIC
        ? Math.max(tokens, longestInput)
        : tokens;
  }

  private PoolTimes times(Plans plans, BatchLimits limits, List<ServedFleet.Surface> surfaces) {
    Optional<StepSurface> prompts =
        plans.pool.role() == Role.DECODE ? Optional.empty() : Optional.of(prompts(plans, surfaces));
    Optional<StepSurface> draws =
        plans.pool.role() == Role.PREFILL
            ? Optional.empty()
            : Optional.of(draws(plans, limits, surfaces));
    return new PoolTimes(prompts, draws);
  }

  private StepSurface draws(Plans plans, BatchLimits limits, List<ServedFleet.Surface> surfaces) {
    long mostCached = (long) limits.pages() * limits.pageTokens();
    Region region = new Region(new int[] {1, 0}, new int[] {sequences, longest}, mostCached);
    Steps steps = plans.steps(Inference.Kind.DECODE);
    StepSurface surface =
        new StepSurface(
            region,
            StepSurface.Base.NONE,
            points -> knots(steps, points, at -> Map.of("decode", at[0], CONTEXT, at[1])),
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
  private StepSurface prompts(Plans plans, List<ServedFleet.Surface> surfaces) {
    int most = promptTokens();
    Steps steps = plans.steps(Inference.Kind.PREFILL);
    StepSurface line =
        new StepSurface(
            new Region(new int[] {1, 0}, new int[] {most, 0}, Long.MAX_VALUE),
            StepSurface.Base.NONE,
            points -> knots(steps, points, at -> prompts(1, at[0], 0)),
            ALLOWED / 20,
            MOST_KNOTS);
    StepSurface single =
        new StepSurface(
            new Region(new int[] {1, 0}, new int[] {most, longest}, Long.MAX_VALUE),
            (tokensOfStep, context, none) -> line.at(tokensOfStep, 0, 0),
            points -> knots(steps, points, at -> prompts(1, at[0], at[1])),
            ALLOWED / 5,
            MOST_KNOTS);
    StepSurface all =
        new StepSurface(
            new Region(
                new int[] {1, 1, 0}, new int[] {Math.min(sequences, most), most, longest}, most),
            (count, each, context) -> single.at(count * each, context, 0),
            points -> knots(steps, points, at -> prompts(at[0], at[1], at[2])),
            ALLOWED,
            MOST_KNOTS);
    surfaces.add(described("prefill", all, line.knots() + single.knots()));
    return all;
  }

  private static Map<String, Long> prompts(long count, long each, long context) {
    return Map.of("prefill", count * each, "sequences", count, CONTEXT, context);
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

  private long[] knots(Steps steps, List<int[]> points, Numbers numbers) {
    KnotStore.OfPlan known = store.of(compiler, steps.plan);
    long[] values = new long[points.size()];
    ExecutorService workers = Workers.of(threads, "step");
    try {
      List<Future<Long>> open = new ArrayList<>();
      for (int[] point : points) {
        Map<String, Long> said = numbers.of(Arrays.stream(point).asLongStream().toArray());
        open.add(workers.submit(() -> known.nanos(said, steps.clock::nanos)));
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
