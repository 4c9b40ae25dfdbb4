package io.heddle.runtime.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assertions.withinPercentage;

import io.heddle.plan.serving.BatchPolicy;
import io.heddle.plan.serving.Goal;
import io.heddle.plan.serving.Role;
import io.heddle.plan.serving.Speculation;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** One sequence at a time and steps of one length: a queue whose waits have formulas. */
class QueueingTest {
  private static final long STEP = 1_000_000;

  private static LoadResult run(Requests requests, BatchPolicy policy) {
    BatchLimits one = new BatchLimits(1000, 1, 1000, 1);
    FleetSetup fleet =
        new FleetSetup(
            policy,
            Routing.ROUND_ROBIN,
            List.of(new PoolSetup(Role.BOTH, 1, 1, 1, one, sums -> STEP)),
            Optional.empty());
    return LoadSimulation.run(requests, fleet, done -> {});
  }

  private static Requests requests(double load, int output, int count) {
    double rate = load * 1e9 / (STEP * output);
    return new Arrivals.Poisson(rate, count).draw(new Arrivals.Lengths(10, output, 1), 7);
  }

  /** Lindley: each waits for what is left of the one before it, to the nanosecond. */
  @ParameterizedTest
  @EnumSource(BatchPolicy.class)
  void eachWaitsForTheOneBeforeIt(BatchPolicy policy) {
    Requests requests = requests(0.9, 5, 2000);
    LoadResult result = run(requests, policy);
    long free = 0;
    for (int i = 0; i < requests.size(); i++) {
      long start = Math.max(free, requests.arrival(i));
      assertThat(result.queued(i)).isEqualTo((start - requests.arrival(i)) / 1e9);
      free = start + 5 * STEP;
    }
  }

  /** Of many steps each yields what is expected, and a token takes so much less. */
  @ParameterizedTest
  @EnumSource(BatchPolicy.class)
  void guessesYieldWhatIsExpected(BatchPolicy policy) {
    Speculation guesses = new Speculation(3, 0.7);
    BatchLimits one = new BatchLimits(1000, 1, 10_000, 1, guesses);
    int[] inputs = new int[50];
    int[] outputs = new int[50];
    Arrays.fill(inputs, 10);
    Arrays.fill(outputs, 4000);
    FleetSetup fleet =
        new FleetSetup(
            policy,
            Routing.ROUND_ROBIN,
            List.of(new PoolSetup(Role.BOTH, 1, 1, 1, one, sums -> STEP)),
            Optional.empty());
    LoadResult result = LoadSimulation.run(Requests.closed(1, inputs, outputs), fleet, done -> {});
    assertThat(guesses.expectedTokens()).isCloseTo(1 + 0.7 + 0.49 + 0.343, within(1e-12));
    assertThat(result.tokensOfVerified()).isCloseTo(guesses.expectedTokens(), within(0.02));
    assertThat(result.distribution(Goal.Metric.TPOT).mean())
        .isCloseTo(STEP / 1e9 / guesses.expectedTokens(), withinPercentage(1));
  }

  /** Pollaczek and Khinchine: the mean wait of M/D/1 is rho / (2 (1 - rho)) services. */
  @ParameterizedTest
  @ValueSource(doubles = {0.3, 0.6, 0.8})
  void waitsAreThoseOfMD1(double load) {
    LoadResult result = run(requests(load, 4, 400_000), BatchPolicy.VLLM);
    double services = result.queueing().mean() / (4 * STEP / 1e9);
    assertThat(services).isCloseTo(load / (2 * (1 - load)), within(0.04 * load / (2 * (1 - load))));
  }

  /** What the distances of a gamma process vary is what was asked for, and so is their mean. */
  @ParameterizedTest
  @ValueSource(doubles = {0.5, 1, 2.5})
  void gammaArrivalsVaryAsAsked(double variation) {
    Requests drawn =
        new Arrivals.Gamma(50, variation, 200_000).draw(new Arrivals.Lengths(1, 1, 1), 3);
    double sum = 0;
    double squares = 0;
    for (int i = 1; i < drawn.size(); i++) {
      double distance = (drawn.arrival(i) - drawn.arrival(i - 1)) / 1e9;
      sum += distance;
      squares += distance * distance;
    }
    double mean = sum / (drawn.size() - 1);
    double deviation = Math.sqrt(squares / (drawn.size() - 1) - mean * mean);
    assertThat(mean).isCloseTo(0.02, within(0.0004));
    assertThat(deviation / mean).isCloseTo(variation, within(0.03 * variation));
  }

  @Test
  void lengthsAreBetweenTheLeastAndTheNominal() {
    Requests drawn = new Arrivals.Closed(1, 10_000).draw(new Arrivals.Lengths(1000, 100, 0.8), 3);
    double sum = 0;
    for (int i = 0; i < drawn.size(); i++) {
      assertThat(drawn.input(i)).isBetween(800, 1000);
      assertThat(drawn.output(i)).isBetween(80, 100);
      sum += drawn.input(i);
    }
    assertThat(sum / drawn.size()).isCloseTo(900, within(3.0));
  }

  /** Shares of gaps, counted in classes, are those of the gaps themselves within 1/512. */
  @Test
  void classesOfGapsAreNarrow() {
    TokenGaps gaps = new TokenGaps();
    double[] values = new double[100_000];
    java.util.Random random = new java.util.Random(5);
    for (int i = 0; i < values.length; i++) {
      long nanos = (long) Math.exp(30 * random.nextDouble());
      values[i] = nanos / 1e9;
      gaps.add(nanos, 1);
    }
    Distribution classes = gaps.distribution();
    Distribution exact = Distribution.of(values);
    assertThat(classes.mean()).isCloseTo(exact.mean(), within(1e-9 * exact.mean()));
    assertThat(classes.p50()).isCloseTo(exact.p50(), within(exact.p50() / 200));
    assertThat(classes.p99()).isCloseTo(exact.p99(), within(exact.p99() / 200));
    assertThat(classes.most()).isEqualTo(exact.most());
  }

  /** Distances that hardly vary would be drawn for ever; rates of 0 would never come. */
  @Test
  void numbersThatNothingCanBeDrawnOfAreRefused() {
    List<ThrowingCallable> wrong =
        List.of(
            () -> new Arrivals.Gamma(1, 1e-160, 1),
            () -> new Arrivals.Gamma(1, Double.NaN, 1),
            () -> new Arrivals.Gamma(1, Double.POSITIVE_INFINITY, 1),
            () -> new Arrivals.Gamma(0, 1, 1),
            () -> new Arrivals.Poisson(0, 1),
            () -> new Arrivals.Poisson(Double.NaN, 1),
            () -> new Arrivals.Poisson(1, 0),
            () -> new Arrivals.Closed(0, 1),
            () -> new Arrivals.Closed(1, 10_000_001));
    for (ThrowingCallable each : wrong) {
      assertThatThrownBy(each).isInstanceOf(IllegalArgumentException.class);
    }
    Requests even = new Arrivals.Gamma(1, 1e-3, 1000).draw(new Arrivals.Lengths(1, 1, 1), 3);
    assertThat(even.arrival(999) / 1e9).isCloseTo(1000, within(1.0));
  }
}
