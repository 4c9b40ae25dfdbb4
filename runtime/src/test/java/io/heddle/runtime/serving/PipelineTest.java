package io.heddle.runtime.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.heddle.plan.serving.BatchPolicy;
import io.heddle.plan.serving.Goal;
import io.heddle.plan.serving.Role;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Pipelines of which each stage has a batch: their rates follow from the step and from a stage. */
class PipelineTest {
  /** Steps that last as long through all stages, and so long on each. */
  private record Steps(long nanos, long stage) implements StepTimes {
    @Override
    public long nanos(StepSums sums) {
      return nanos;
    }

    @Override
    public long interval(StepSums sums) {
      return stage;
    }
  }

  private static LoadResult run(int stages, Steps steps, int users) {
    int[] tokens = new int[users];
    int[] outputs = new int[users];
    Arrays.fill(tokens, 4);
    Arrays.fill(outputs, 1000);
    BatchLimits limits = new BatchLimits(64, 8, 10_000, 1);
    FleetSetup fleet =
        new FleetSetup(
            BatchPolicy.VLLM,
            Routing.ROUND_ROBIN,
            List.of(new PoolSetup(Role.BOTH, 1, 1, 1, limits, steps, 0, stages)),
            Optional.empty());
    return LoadSimulation.run(Requests.closed(users, tokens, outputs), fleet, done -> {});
  }

  /**
   * A batch alone gets a token each step. With one on each stage, it waits for the others where
   * their time on a stage adds up to more than the step.
   */
  @ParameterizedTest
  @CsvSource({
    "1, 400, 400, 1, 400",
    "4, 400, 100, 1, 400",
    "4, 400, 100, 4, 400",
    "4, 400, 120, 4, 480",
    "4, 400, 120, 3, 400",
    "2, 400, 350, 2, 700",
    "4, 400, 120, 32, 480"
  })
  void tokensComeAtThePaceOfTheStages(
      int stages, long nanos, long stage, int users, double perToken) {
    LoadResult result = run(stages, new Steps(nanos, stage), users);
    assertThat(result.distribution(Goal.Metric.TPOT).mean())
        .isCloseTo(perToken / 1e9, within(perToken / 1e9 * 0.002));
    assertThat(result.outputTokens()).isEqualTo(1000L * users);
  }

  /**
   * An instance has the sequences and pages of all its batches. Users that begin a stage apart end
   * a stage apart, so that nearly all the time all of them run. A cache is read when a step begins
   * and ends: the largest is that of the last step, of 4 tokens of the prompt and 999 of the
   * answer.
   */
  @ParameterizedTest
  @CsvSource({
    "1, 400, 400, 1",
    "4, 400, 100, 1",
    "4, 400, 100, 3",
    "4, 400, 120, 4",
    "4, 400, 120, 32"
  })
  void anInstanceHasWhatAllItsBatchesHave(int stages, long nanos, long stage, int users) {
    PoolUse use = run(stages, new Steps(nanos, stage), users).pools().get(0);
    assertThat(use.mostRunning()).isEqualTo(users);
    assertThat(use.meanRunning()).isCloseTo(users, within(0.01 * users));
    assertThat(use.mostPages()).isBetween(1000L * users, 1004L * users);
    assertThat(use.meanPages()).isCloseTo(504.0 * users, within(0.01 * 504 * users));
    assertThat(use.meanWaiting()).isCloseTo(0, within(0.1));
  }
}
