package io.heddle.cli.request;

import io.heddle.plan.figure.EngineFigure;
import io.heddle.plan.serving.Role;
import io.heddle.processor.TfmCompiler.Compiled;
import io.heddle.processor.check.PoolPlansAgree;
import io.heddle.processor.diagnose.Diagnostics;
import io.heddle.processor.model.Inference;
import io.heddle.processor.model.Serving;
import io.heddle.processor.program.CacheRoom;
import io.heddle.runtime.serving.BatchLimits;
import io.heddle.runtime.serving.PoolSetup;
import io.heddle.runtime.serving.TransferLine;
import java.util.List;
import java.util.Map;

/** A pool that is made, as many instances as there are of it. */
public final class BuiltPool {
  private final Serving.Pool pool;
  private final PoolPlans plans;
  private final PoolPages pages;
  private final BatchLimits limits;
  private final PoolTimes times;
  private final StepClock clock;
  private final List<ServedFleet.Surface> surfaces;

  BuiltPool(
      Serving.Pool pool,
      PoolPlans plans,
      PoolPages pages,
      BatchLimits limits,
      PoolTimes times,
      StepClock clock,
      List<ServedFleet.Surface> surfaces) {
    this.pool = pool;
    this.plans = plans;
    this.pages = pages;
    this.limits = limits;
    this.times = times;
    this.clock = clock;
    this.surfaces = List.copyOf(surfaces);
  }

  /** Devices of an instance. */
  public int devices() {
    return plans.ranks();
  }

  /** Replicas of an instance. */
  public int replicas() {
    return plans.replicas();
  }

  /** Batches of an instance that are in work at a time: those of all replicas. */
  public int batches() {
    return replicas() * pages.batches();
  }

  /** Whether a number of pages that was given is more than a device has memory for. */
  public boolean isTooLarge() {
    return pages.isTooLarge(plans);
  }

  /** What its scheduler may do. */
  public BatchLimits limits() {
    return limits;
  }

  /**
   * The time of a step of prompts that are equally long, ns, simulated and not taken from a
   * surface.
   *
   * @param each tokens of a prompt
   */
  public long promptNanos(long count, long each) {
    return clock.nanos(plans.steps(Inference.Kind.PREFILL), PoolPlans.prompts(count, each, 0));
  }

  /** The time of a step that draws a token of each sequence, simulated, too. */
  public long drawNanos(long sequences, long context) {
    return clock.nanos(plans.steps(Inference.Kind.DECODE), PoolPlans.draws(sequences, context));
  }

  /** Simulates a step. */
  @FunctionalInterface
  interface StepClock {
    long nanos(PoolPlans.Steps steps, Map<String, Long> numbers);
  }

  /** So many instances of it. */
  public PoolSetup setup(int instances) {
    EngineFigure figure =
        pool.role() == Role.DECODE ? EngineFigure.REQUEST_HANDOVER : EngineFigure.REQUEST_FIXED;
    long request = Math.round(plans.any().plan().engine().value(figure));
    return new PoolSetup(
        pool.role(), instances, replicas(), devices(), limits, times, request, pages.batches());
  }

  /** How the caches of requests come to it. */
  TransferLine line(Serving.Transfer transfer) {
    Compiled decode = plans.any();
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

  /**
   * Checks that this pool draws the tokens of prompts that another one computes.
   *
   * @throws io.heddle.cli.failure.Failure if their plans are not of one model
   */
  void checkBehind(BuiltPool prompts) {
    Diagnostics findings = new Diagnostics();
    PoolPlansAgree.ofTwoPools(pool, prompts.plans.any().side(), plans.any().side(), findings);
    PlanClock.refuseIf(findings);
  }

  ServedFleet.Pool described() {
    return new ServedFleet.Pool(
        pool.role(),
        pool.plans(),
        plans.stages(),
        plans.device(),
        pages.pageBytes(),
        pages.cacheBytes(),
        pages.others(),
        isTooLarge(),
        surfaces);
  }
}
