package io.heddle.cli.request;

import io.heddle.plan.serving.Role;
import io.heddle.processor.model.Inference;
import io.heddle.runtime.serving.BatchLimits;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Makes the surfaces of a pool's step times: of whole steps, or of what a stage of a pipeline has
 * of them.
 */
final class PoolSurfaces {
  private static final double ALLOWED = 0.005;
  private static final int MOST_KNOTS = 20_000;

  private final PoolPlans plans;
  private final BatchLimits limits;
  private final int mostPrompt;
  private final RequestLengths lengths;
  private final Simulation simulation;
  private final String title;

  /** Simulates steps of a plan that have these numbers. */
  @FunctionalInterface
  interface Simulation {
    long[] nanos(PoolPlans.Steps steps, List<Map<String, Long>> numbers);
  }

  /** Numbers of a step, from the coordinates of a knot. */
  @FunctionalInterface
  private interface Numbers {
    Map<String, Long> of(long[] at);
  }

  /**
   * @param mostPrompt tokens of prompts in a step
   * @param lengths of requests
   * @param title what stands behind the kind of step where it is named
   */
  PoolSurfaces(
      PoolPlans plans,
      BatchLimits limits,
      int mostPrompt,
      RequestLengths lengths,
      Simulation simulation,
      String title) {
    this.plans = plans;
    this.limits = limits;
    this.mostPrompt = mostPrompt;
    this.lengths = lengths;
    this.simulation = simulation;
    this.title = title;
  }

  /**
   * The times of the pool's steps.
   *
   * @param ofStage what a stage of a pipeline has of them; null where there is one
   * @param all gets the surfaces
   */
  PoolTimes times(Role role, @Nullable PoolTimes ofStage, List<ServedFleet.Surface> all) {
    return new PoolTimes(
        role == Role.DECODE ? Optional.empty() : Optional.of(prompts(all)),
        role == Role.PREFILL ? Optional.empty() : Optional.of(draws(all)),
        plans.speculation().tokens(),
        ofStage);
  }

  private StepSurface draws(List<ServedFleet.Surface> all) {
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
    all.add(new ServedFleet.Surface("decode" + title, List.of(surface), ALLOWED));
    return surface;
  }

  /**
   * Products have a tile more at some numbers of tokens, where times jump. So steps of one prompt
   * without a context are a line of their own; what a context adds to them, and then what several
   * prompts of as many tokens do, does not jump, and has few knots.
   */
  private StepSurface prompts(List<ServedFleet.Surface> all) {
    int most = mostPrompt;
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
    StepSurface surface =
        new StepSurface(
            new Region(
                new int[] {1, 1, 0},
                new int[] {Math.min(limits.sequences(), most), most, longest},
                most),
            (count, each, context) -> single.at(count * each, context, 0),
            points -> knots(steps, points, at -> PoolPlans.prompts(at[0], at[1], at[2])),
            ALLOWED,
            MOST_KNOTS);
    all.add(new ServedFleet.Surface("prefill" + title, List.of(surface, single, line), ALLOWED));
    return surface;
  }

  private long[] knots(PoolPlans.Steps steps, List<int[]> points, Numbers numbers) {
    return simulation.nanos(
        steps,
        points.stream().map(at -> numbers.of(Arrays.stream(at).asLongStream().toArray())).toList());
  }
}
