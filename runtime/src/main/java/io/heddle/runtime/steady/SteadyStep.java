package io.heddle.runtime.steady;

import io.heddle.plan.schedule.Pipeline;
import io.heddle.runtime.fold.Fold;
import io.heddle.runtime.pipeline.FewerMicroBatches;
import io.heddle.runtime.pipeline.PipelineFlattener;
import io.heddle.runtime.simulate.RankResult;
import io.heddle.runtime.trace.Flattener;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.LongStream;

/**
 * Finds what a step of many micro-batches comes to from two steps of few, where these come into a
 * steady state.
 */
public final class SteadyStep {
  /** An attempt is worth it where the step has so many times its micro-batches. */
  private static final int WORTH = 3;

  private final PipelineFlattener plan;
  private final Fold fold;
  private final Simulation simulation;

  /** Whether steps have been simulated with one rank of each colour so far. */
  private boolean folds = true;

  private SteadyStep(PipelineFlattener plan, Fold fold, Simulation simulation) {
    this.plan = plan;
    this.fold = fold;
    this.simulation = simulation;
  }

  /** Simulates one rank of each colour. */
  @FunctionalInterface
  public interface Simulation {
    /**
     * Simulates a step.
     *
     * @param step of few micro-batches
     * @param watch looks on; the step may emit other nodes than the plan's
     * @return empty if it cannot be folded
     */
    Optional<StepTotals> run(FewerMicroBatches step, StepWatch watch);
  }

  /**
   * Finds what a step comes to.
   *
   * @param fold of its ranks
   * @return empty if the whole step must be simulated
   */
  public static Optional<StepTotals> run(Flattener flattener, Fold fold, Simulation simulation) {
    // Tokens that go back to the first stage tie micro-batches together that are stages apart.
    return flattener instanceof PipelineFlattener plan
            && plan.pipeline().messages().ofSampledTokens() == 0
            && !plan.pipeline().hasChangingLoads()
        ? new SteadyStep(plan, fold, simulation).run()
        : Optional.empty();
  }

  private Optional<StepTotals> run() {
    Pipeline pipeline = plan.pipeline().numbers();
    for (int cycle : cycles(pipeline)) {
      boolean attempted = false;
      for (long few : attempts(pipeline.stages(), cycle, pipeline.microBatches() / WORTH)) {
        int microBatches = (int) (few + (pipeline.microBatches() - few) % cycle);
        Optional<Repetition[]> stages = stages(microBatches, cycle);
        if (stages.isPresent()) {
          attempted = true;
          Optional<StepTotals> found = attempt(microBatches, cycle, stages.get(), false);
          if (found.isPresent() || !folds) {
            return found;
          }
        }
      }
      if (attempted) {
        return Optional.empty();
      }
    }
    return Optional.empty();
  }

  /**
   * How many micro-batches are tried, at most {@code most}: enough to fill the pipeline and for two
   * cycles behind that, which most steps make do with; then for the longest of some ways that they
   * take until what fills gaps, such as the weights' gradients of {@code zero_bubble}, keeps its
   * distance; then so many that what goes to the last stage and comes back changed repeats a few
   * times.
   */
  private static List<Long> attempts(long stages, long cycle, long most) {
    long behindFull = stages + 5 * cycle + 3;
    long gapsFilled = 2 * stages + 4 * cycle + 15;
    return LongStream.of(
            stages + 2 * cycle + 3,
            gapsFilled <= most ? gapsFilled : behindFull,
            8 * (stages + cycle))
        .filter(few -> few <= most)
        .boxed()
        .toList();
  }

  /** How many micro-batches a cycle may have, fewest first. */
  private static Iterable<Integer> cycles(Pipeline pipeline) {
    TreeSet<Integer> cycles = new TreeSet<>(List.of(1, 2, pipeline.stages()));
    pipeline.settings().values().stream().filter(value -> value > 0).forEach(cycles::add);
    return cycles;
  }

  /** Where the actions of each stage repeat; empty if those of one do not. */
  private Optional<Repetition[]> stages(int microBatches, int cycle) {
    Pipeline pipeline = plan.pipeline().numbers().with(microBatches);
    if (plan.pipeline().schedule().objection(pipeline).isPresent()
        || plan.pipeline().schedule().receivesAsUsed(pipeline)
            != plan.pipeline().schedule().receivesAsUsed(plan.pipeline().numbers())) {
      return Optional.empty();
    }
    FewerMicroBatches few = new FewerMicroBatches(plan, microBatches);
    int fewer = plan.microBatches() - microBatches;
    Repetition[] stages = new Repetition[plan.stages()];
    for (int stage = 0; stage < stages.length; stage++) {
      Optional<Repetition> repetition =
          Repetition.of(
              plan.pipeline().course(stage).actions(), few.actionsOfStage(stage), cycle, fewer);
      if (repetition.isEmpty()) {
        return Optional.empty();
      }
      stages[stage] = repetition.get();
    }
    return Optional.of(stages);
  }

  /**
   * Simulates few micro-batches and, if they come into a steady state, as many more or fewer as
   * that repeats.
   *
   * @param cycle micro-batches after which the actions repeat
   * @param aligned whether it is the second attempt, with as many micro-batches as its state wants
   */
  private Optional<StepTotals> attempt(
      int microBatches, int cycle, Repetition[] stages, boolean aligned) {
    FewerMicroBatches few = new FewerMicroBatches(plan, microBatches);
    CycleWatch watch = new CycleWatch(few, stages, fold);
    Optional<StepTotals> first = simulation.run(few, watch.look());
    if (first.isEmpty()) {
      folds = false;
      return Optional.empty();
    }
    Optional<SteadyState.Period> period = SteadyState.find(plan, few, stages, watch);
    if (period.isEmpty()) {
      return Optional.empty();
    }
    int repeated = period.get().cycles() * cycle;
    int fewer = plan.microBatches() - microBatches;
    if (fewer % repeated != 0) {
      return aligned ? Optional.empty() : attemptAligned(microBatches + fewer % repeated, cycle);
    }
    boolean shorter = period.get().shorter();
    int others = microBatches + (shorter ? -repeated : repeated);
    if (stages(others, cycle).isEmpty()) {
      return Optional.empty();
    }
    return simulation
        .run(new FewerMicroBatches(plan, others), StepWatch.NONE)
        .flatMap(
            second ->
                shorter
                    ? extended(second, first.get(), period.get(), (fewer + repeated) / repeated)
                    : extended(first.get(), second, period.get(), fewer / repeated));
  }

  /** What the step comes to, of two of which the second repeats its period once more. */
  private static Optional<StepTotals> extended(
      StepTotals first, StepTotals second, SteadyState.Period period, long times) {
    try {
      return isLater(first, second, period.nanos())
          ? Optional.of(StepTotals.extended(first, second, times))
          : Optional.empty();
    } catch (ArithmeticException e) {
      return Optional.empty();
    }
  }

  private Optional<StepTotals> attemptAligned(int microBatches, int cycle) {
    return stages(microBatches, cycle)
        .flatMap(stages -> attempt(microBatches, cycle, stages, true));
  }

  /** Whether every rank ends so much later in the other step. */
  private static boolean isLater(StepTotals step, StepTotals other, long nanos) {
    List<RankResult> ranks = step.result().ranks();
    List<RankResult> others = other.result().ranks();
    for (int i = 0; i < ranks.size(); i++) {
      if (ranks.get(i).cycles() + nanos != others.get(i).cycles()) {
        return false;
      }
    }
    return true;
  }
}
