package io.heddle.cli.pool;

import io.heddle.cli.failure.Failure;
import io.heddle.cli.interpret.Interpreter;
import io.heddle.plan.Cluster;
import io.heddle.plan.serving.Role;
import io.heddle.processor.TfmCompiler;
import io.heddle.processor.TfmCompiler.Compiled;
import io.heddle.processor.diagnose.Span;
import io.heddle.processor.model.PlanNumbers;
import io.heddle.processor.model.Serving;
import io.heddle.processor.program.CacheLayout;
import io.heddle.runtime.pipeline.PipelineFlattener;
import io.heddle.runtime.pool.CacheLine;
import io.heddle.runtime.pool.CommonNetwork;
import io.heddle.runtime.pool.InvalidPoolsException;
import io.heddle.runtime.pool.PoolsFlattener;
import io.heddle.runtime.pool.TracedPool;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** The traces of a `serve` with two pools. */
public final class ServeTraces {
  private final Serving serving;
  private final Serving.Transfer transfer;
  private final Plan prefill;
  private final Plan decode;
  private final Interpreter programs = new Interpreter();

  /** A pool with its plan. */
  private record Plan(Role role, int instances, Compiled compiled) {
    String name() {
      return compiled.plan().name();
    }

    long parameter(String parameter) {
      return compiled.numbers().parameters().get(parameter);
    }

    CommonNetwork.Share share() {
      return new CommonNetwork.Share(name(), compiled.numbers().values().cluster(), instances);
    }
  }

  private ServeTraces(Serving serving, Serving.Transfer transfer, Plan prefill, Plan decode) {
    this.serving = serving;
    this.transfer = transfer;
    this.prefill = prefill;
    this.decode = decode;
  }

  /**
   * The pools of a `serve`.
   *
   * @param compiler of the file; receives what is found of the plans
   * @param settings in place of what the plans say
   * @return empty after findings
   * @throws Failure if it has one pool
   */
  public static Optional<ServeTraces> of(
      TfmCompiler compiler, Serving serving, PoolSettings settings) {
    Serving.Transfer transfer = serving.transfer();
    if (transfer == null) {
      throw refused(
          serving.pools().get(0).span(),
          serving,
          "it has one pool, which hands no cache on: take its plans one by one, with `--plan %s`"
              .formatted(String.join("` and `--plan ", plans(serving))));
    }
    Optional<Plan> prefill = plan(compiler, serving, Role.PREFILL, settings);
    Optional<Plan> decode = plan(compiler, serving, Role.DECODE, settings);
    return prefill.isEmpty() || decode.isEmpty()
        ? Optional.empty()
        : Optional.of(new ServeTraces(serving, transfer, prefill.get(), decode.get()));
  }

  /**
   * The traces: a step of prefill, then so many of decode.
   *
   * @throws Failure if the caches of one pool cannot move to the other
   */
  public PoolsFlattener flattener(int steps) {
    try {
      return traced(steps);
    } catch (InvalidPoolsException e) {
      throw refused(String.valueOf(e.getMessage()));
    } catch (ArithmeticException e) {
      throw refused("the pools have more ranks, sequences or bytes than can be counted");
    }
  }

  /** What both pools together cannot be. */
  private Failure refused(String why) {
    return refused(serving.span(), serving, why);
  }

  private static Failure refused(Span place, Serving serving, String why) {
    return Failure.wrongInput("%s: serve %s: %s".formatted(place, serving.name(), why));
  }

  private static List<String> plans(Serving serving) {
    return serving.pools().stream().flatMap(pool -> pool.plans().stream()).toList();
  }

  private static Optional<Plan> plan(
      TfmCompiler compiler, Serving serving, Role role, PoolSettings settings) {
    Serving.Pool pool =
        serving.pools().stream().filter(each -> each.role() == role).findFirst().orElseThrow();
    return compiler
        .compile(pool.plans().get(0), settings.changes(role))
        .filter(Compiled::checkPlacement)
        .map(
            compiled ->
                new Plan(role, settings.instances(role).orElse(pool.instances()), compiled));
  }

  private PoolsFlattener traced(int steps) {
    CacheLine line =
        new CacheLine(transfer.bytesPerSecond(), transfer.latencyNanos(), transfer.byLayer());
    List<Cluster> clusters = CommonNetwork.of(List.of(prefill.share(), decode.share()), line);
    return new PoolsFlattener(
        serving.name(),
        traced(prefill, prefill.compiled().numbers(), clusters.get(0), OptionalInt.empty()),
        traced(decode, behindPrompts(), clusters.get(1), OptionalInt.of(steps)),
        line);
  }

  /** Numbers of the step of decode that follows the prompts, whose caches are what moves. */
  private PlanNumbers behindPrompts() {
    long prompt =
        prefill.parameter("context")
            + prefill.parameter("prefill") / prefill.parameter("sequences");
    long context = decode.parameter("context");
    if (context < prompt) {
      throw refused(
          ("plan %s computes prompts of %,d tokens, plan %s decodes behind %,d: write"
                  + " `context = %d` or more")
              .formatted(prefill.name(), prompt, decode.name(), context, prompt));
    }
    return decode
        .compiled()
        .numbers()
        .with(decode.compiled().plan(), "context", prompt)
        .orElseThrow(
            () ->
                refused(
                    "plan %s cannot decode behind %,d tokens".formatted(decode.name(), prompt)));
  }

  /**
   * A pool with its traces.
   *
   * @param kept numbers of the caches that move
   * @param steps of each batch on its way; empty: one step of one batch
   */
  private TracedPool traced(Plan plan, PlanNumbers kept, Cluster cluster, OptionalInt steps) {
    Compiled compiled = plan.compiled();
    PlanNumbers numbers = compiled.numbers().on(cluster);
    int stages = numbers.stages(compiled.plan());
    int batches = steps.isPresent() ? stages : 1;
    long passes = Math.multiplyExact(steps.orElse(1), (long) batches);
    PipelineFlattener flattener =
        programs.load(compiled, numbers.withMicroBatches(compiled.plan(), passes));
    CacheLayout caches = new CacheLayout(compiled.program(), kept);
    return new TracedPool(
        plan.role(), plan.instances(), flattener, batches, caches.sequences(), caches.ofLayers());
  }
}
