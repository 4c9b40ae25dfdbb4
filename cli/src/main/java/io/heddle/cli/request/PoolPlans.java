package io.heddle.cli.request;

import io.heddle.cli.failure.Failure;
import io.heddle.plan.Device;
import io.heddle.plan.serving.Role;
import io.heddle.plan.serving.Speculation;
import io.heddle.processor.PlanSteps;
import io.heddle.processor.TfmCompiler;
import io.heddle.processor.TfmCompiler.Compiled;
import io.heddle.processor.check.PoolPlansAgree;
import io.heddle.processor.diagnose.Diagnostics;
import io.heddle.processor.model.Inference;
import io.heddle.processor.model.Serving;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;

/** The plans of a pool, whose numbers change from step to step. */
final class PoolPlans {
  static final String CONTEXT = "context";

  private final TfmCompiler compiler;
  private final Serving.Pool pool;
  private final Map<String, Long> numbers;
  private final Map<Inference.Kind, Steps> byKind = new LinkedHashMap<>();

  /**
   * Steps of a plan.
   *
   * @param smallest the plan with a step that is as small as it can be
   */
  record Steps(Inference.Kind kind, String plan, PlanClock clock, Compiled smallest) {
    /** The plan with one sequence that draws a token, or gets one of its prompt. */
    Compiled withOne(long context) {
      return clock.with(
          kind == Inference.Kind.PREFILL ? prompts(1, 1, context) : draws(1, context));
    }

    /** The plan with a step of so many tokens of one prompt, or so many sequences. */
    Compiled withMany(long amount) {
      return clock.with(kind == Inference.Kind.PREFILL ? prompts(1, amount, 0) : draws(amount, 0));
    }
  }

  /**
   * The plans of a pool.
   *
   * @param numbers that hold in place of those of the plans: sizes of axes
   * @throws Failure if a plan cannot be, or both do not go together
   */
  PoolPlans(TfmCompiler compiler, Serving.Pool pool, Map<String, Long> numbers) {
    this.compiler = compiler;
    this.pool = pool;
    this.numbers = Map.copyOf(numbers);
    pool.prefill().ifPresent(plan -> add(Inference.Kind.PREFILL, plan));
    pool.decode().ifPresent(plan -> add(Inference.Kind.DECODE, plan));
    check();
  }

  /** Numbers of a step of prompts that are equally long. */
  static Map<String, Long> prompts(long count, long each, long context) {
    return Map.of("prefill", count * each, "sequences", count, CONTEXT, context);
  }

  /** Numbers of a step that draws a token of each sequence. */
  static Map<String, Long> draws(long sequences, long context) {
    return Map.of("decode", sequences, CONTEXT, context);
  }

  private void add(Inference.Kind kind, String plan) {
    PlanSteps changed =
        compiler
            .steps(plan)
            .orElseThrow(() -> Failure.wrongInput("plan %s has errors".formatted(plan)));
    PlanClock clock =
        new PlanClock(changed, kind == Inference.Kind.PREFILL ? "prefill" : "decode", numbers);
    Compiled smallest =
        clock.placed(kind == Inference.Kind.PREFILL ? prompts(1, 1, 0) : draws(1, 0));
    byKind.put(kind, new Steps(kind, plan, clock, smallest));
  }

  Role role() {
    return pool.role();
  }

  /** Of one kind, which the role of the pool asks for. */
  Steps steps(Inference.Kind kind) {
    Steps steps = byKind.get(kind);
    if (steps == null) {
      throw new IllegalStateException("the pool has no plan of this kind");
    }
    return steps;
  }

  Collection<Steps> all() {
    return byKind.values();
  }

  /** What is guessed of each sequence that draws. */
  Speculation speculation() {
    Steps draws = byKind.get(Inference.Kind.DECODE);
    return draws == null ? Speculation.NONE : draws.smallest().numbers().values().speculation();
  }

  /** Steps of both kinds run on the same ranks, with the same cache. */
  private void check() {
    if (byKind.size() < 2) {
      return;
    }
    Diagnostics findings = new Diagnostics();
    PoolPlansAgree.ofPool(
        pool,
        steps(Inference.Kind.PREFILL).smallest().side(),
        steps(Inference.Kind.DECODE).smallest().side(),
        findings);
    PlanClock.refuseIf(findings);
  }

  /** One of the plans: what all of them have in common is that one's. */
  Compiled any() {
    return byKind.values().iterator().next().smallest;
  }

  Device device() {
    return any().numbers().values().cluster().device();
  }

  int ranks() {
    return (int) any().side().ranks();
  }

  int replicas() {
    return (int) any().side().replicas();
  }

  /** Of a pipeline; 1 without. */
  int stages() {
    return any().side().stages();
  }

  int page() {
    return (int) any().side().page();
  }

  /** Batches in work at a time: one on each stage, as far as there is something for them. */
  int batches(Serving.Batching batching) {
    int most = Math.min(batching.sequences(), batching.pages().orElse(Integer.MAX_VALUE));
    return Math.min(stages(), most);
  }
}
