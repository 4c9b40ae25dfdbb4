package io.heddle.runtime.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.heddle.plan.serving.BatchPolicy;
import io.heddle.plan.serving.Goal;
import io.heddle.plan.serving.Role;
import io.heddle.plan.serving.Speculation;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Assume;
import net.jqwik.api.Combinators;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;

/**
 * What holds of any requests and any fleet. That pages are given back and all requests end, each
 * run checks of itself.
 */
class LoadProperties {
  /** A run: its fleet and what it serves. */
  record Case(FleetSetup fleet, Requests requests) {}

  private static final StepTimes TIMES =
      sums ->
          1_000
              + 7L * sums.newTokens()
              + sums.pairs() / 50
              + 3L * sums.decodes()
              + sums.context() / 100;

  @Provide
  Arbitrary<Case> cases() {
    return Combinators.combine(
            Arbitraries.of(BatchPolicy.values()),
            Arbitraries.integers().between(1, 40),
            Arbitraries.integers().between(1, 6),
            Arbitraries.integers().between(2, 60),
            Arbitraries.integers().between(1, 4),
            Arbitraries.integers().between(1, 3),
            Arbitraries.longs(),
            Arbitraries.of(false, true))
        .as(LoadProperties::fleet);
  }

  private static Case fleet(
      BatchPolicy policy,
      int tokens,
      int sequences,
      int pages,
      int page,
      int instances,
      long seed,
      boolean twoPools) {
    Random random = new Random(seed);
    Speculation guesses =
        random.nextBoolean()
            ? Speculation.NONE
            : new Speculation(random.nextInt(5), random.nextDouble());
    BatchLimits limits =
        new BatchLimits(Math.max(tokens, sequences), sequences, pages, page, guesses);
    Routing routing =
        new Routing(random.nextBoolean(), random.nextBoolean() ? 0 : 10 * random.nextDouble());
    int replicas = 1 + random.nextInt(2);
    boolean isTwo = twoPools && policy != BatchPolicy.STATIC;
    int stages = 1 + random.nextInt(3);
    PoolSetup first =
        new PoolSetup(
            isTwo ? Role.PREFILL : Role.BOTH, instances, replicas, 1, limits, TIMES, 0, stages);
    FleetSetup fleet =
        isTwo
            ? new FleetSetup(
                policy,
                routing,
                List.of(
                    first,
                    new PoolSetup(Role.DECODE, 1 + random.nextInt(2), replicas, 2, limits, TIMES)),
                Optional.of(
                    new TransferLine(
                        random.nextInt(1000), 1e9, random.nextInt(2_000), random.nextInt(3))))
            : new FleetSetup(policy, routing, List.of(first), Optional.empty());
    return new Case(fleet, requests(random, page));
  }

  private static Requests requests(Random random, int page) {
    int count = 1 + random.nextInt(40);
    int[] inputs = new int[count];
    int[] outputs = new int[count];
    long[] arrivals = new long[count];
    int[] starts = new int[count + 1];
    List<Integer> blocks = new ArrayList<>();
    int blockTokens = page * (1 + random.nextInt(2));
    for (int i = 0; i < count; i++) {
      inputs[i] = 1 + random.nextInt(60);
      outputs[i] = 1 + random.nextInt(30);
      arrivals[i] = (i == 0 ? 0 : arrivals[i - 1]) + random.nextInt(5_000);
      starts[i] = blocks.size();
      int tree = random.nextInt(3);
      for (int b = 0; b < inputs[i] / blockTokens; b++) {
        blocks.add(100 * tree + b);
      }
    }
    starts[count] = blocks.size();
    return switch (random.nextInt(3)) {
      case 0 -> Requests.closed(1 + random.nextInt(8), inputs, outputs);
      case 1 -> Requests.open(arrivals, inputs, outputs, Requests.Prefixes.NONE);
      default ->
          Requests.open(
              arrivals,
              inputs,
              outputs,
              new Requests.Prefixes(
                  blockTokens, starts, blocks.stream().mapToInt(Integer::intValue).toArray()));
    };
  }

  @Property(tries = 3000)
  void tokensAreConservedAndNothingComesBeforeItsCause(@ForAll("cases") Case run) {
    LoadResult result = LoadSimulation.run(run.requests, run.fleet, done -> {});
    Requests requests = run.requests;
    long drawn = 0;
    for (int i = 0; i < requests.size(); i++) {
      if (!result.isAnswered(i)) {
        continue;
      }
      drawn += requests.output(i);
      assertThat(result.queued(i)).isNotNegative();
      assertThat(result.ttft(i)).isGreaterThan(result.queued(i));
      assertThat(result.endToEnd(i)).isGreaterThanOrEqualTo(result.ttft(i));
      if (requests.concurrency() == 0) {
        assertThat(result.arrival(i)).isEqualTo(requests.arrival(i) / 1e9);
      }
    }
    assertThat(result.outputTokens()).isEqualTo(drawn);
    // Each token but the first of a request is some time behind another.
    assertThat(result.distribution(Goal.Metric.ITL).count()).isEqualTo(drawn - result.answered());
    assertThat(result.computedTokens() + result.cachedTokens())
        .isGreaterThanOrEqualTo(result.inputTokens());
  }

  /**
   * Little's law: the sequences of all instances over time are the stays of all requests, from
   * their first step to their last, also where an instance has several batches. Static batches keep
   * those that have ended until all have.
   */
  @Property(tries = 1000, maxDiscardRatio = 20)
  void sequencesOverTimeAreTheStaysOfRequests(@ForAll("cases") Case run) {
    Assume.that(run.fleet.pools().size() == 1 && run.fleet.policy() != BatchPolicy.STATIC);
    LoadResult result = LoadSimulation.run(run.requests, run.fleet, done -> {});
    Assume.that(result.preemptions() == 0);
    double stays = 0;
    for (int i = 0; i < run.requests.size(); i++) {
      stays += result.isAnswered(i) ? result.endToEnd(i) - result.queued(i) : 0;
    }
    PoolUse use = result.pools().get(0);
    PoolHistory history = use.history();
    double held = 0;
    for (int span = 0; span < history.spans(); span++) {
      held += history.running(span) * history.spanNanos() / 1e9;
    }
    assertThat(held).isCloseTo(stays, within(1e-9 * (1 + stays)));
    BatchLimits limits = use.setup().limits();
    int parts = use.setup().replicas() * use.setup().batches();
    assertThat(use.mostPages()).isLessThanOrEqualTo((long) parts * limits.pages());
    assertThat(use.mostRunning()).isLessThanOrEqualTo((long) parts * limits.sequences());
  }

  @Property(tries = 300)
  void theSameRequestsGiveTheSameTimes(@ForAll("cases") Case run) {
    LoadResult once = LoadSimulation.run(run.requests, run.fleet, done -> {});
    LoadResult again = LoadSimulation.run(run.requests, run.fleet, done -> {});
    for (int i = 0; i < run.requests.size(); i++) {
      assertThat(again.endToEnd(i)).isEqualTo(once.endToEnd(i));
      assertThat(again.ttft(i)).isEqualTo(once.ttft(i));
    }
  }

  /** What the host does for each request is as if all came so much later. */
  @Property(tries = 1000, maxDiscardRatio = 20)
  void whatARequestTakesOfTheHostPutsItOff(
      @ForAll("cases") Case run, @ForAll @LongRange(min = 1, max = 20_000) long nanos) {
    Requests requests = run.requests;
    Assume.that(requests.concurrency() == 0 && requests.blockTokens() == 0);
    LoadResult result = LoadSimulation.run(requests, withRequests(run.fleet, nanos), done -> {});
    LoadResult later = LoadSimulation.run(later(requests, nanos), run.fleet, done -> {});
    for (int i = 0; i < requests.size(); i++) {
      assertThat(result.isAnswered(i)).isEqualTo(later.isAnswered(i));
      if (result.isAnswered(i)) {
        assertThat(result.ttft(i)).isCloseTo(later.ttft(i) + nanos / 1e9, within(1e-12));
        assertThat(result.endToEnd(i)).isCloseTo(later.endToEnd(i) + nanos / 1e9, within(1e-12));
      }
    }
  }

  /** What two pools take to hand a request on, its first token waits for. */
  @Property(tries = 200)
  void aHandoverPutsTheFirstTokenOff(
      @ForAll @LongRange(min = 1, max = 20_000) long nanos,
      @ForAll @IntRange(min = 1, max = 5) int count) {
    int[] tokens = new int[count];
    Arrays.fill(tokens, 3);
    BatchLimits limits = new BatchLimits(8, 4, 100, 1);
    Requests requests = Requests.closed(1, tokens, tokens);
    LoadResult plain = LoadSimulation.run(requests, handingOn(limits, 0), done -> {});
    LoadResult later = LoadSimulation.run(requests, handingOn(limits, nanos), done -> {});
    for (int i = 0; i < count; i++) {
      assertThat(later.ttft(i)).isCloseTo(plain.ttft(i) + nanos / 1e9, within(1e-12));
      assertThat(later.tpot(i)).isCloseTo(plain.tpot(i), within(1e-12));
    }
  }

  /** A request on its way between two pools takes nobody's place. */
  @Example
  void aWayBetweenPoolsTakesNoPlace() {
    int count = 100;
    int[] tokens = new int[count];
    Arrays.fill(tokens, 3);
    long[] arrivals = new long[count];
    Arrays.setAll(arrivals, i -> 100L * i);
    Requests requests = Requests.open(arrivals, tokens, tokens, Requests.Prefixes.NONE);
    BatchLimits one = new BatchLimits(8, 1, 1000, 1);
    LoadResult at0 = LoadSimulation.run(requests, handingOn(one, 0), done -> {});
    LoadResult later = LoadSimulation.run(requests, handingOn(one, 1_000_000), done -> {});
    assertThat(later.seconds()).isLessThan(at0.seconds() + 1.1e-3);
  }

  private static FleetSetup handingOn(BatchLimits limits, long nanos) {
    return new FleetSetup(
        BatchPolicy.VLLM,
        Routing.ROUND_ROBIN,
        List.of(
            new PoolSetup(Role.PREFILL, 1, 1, 1, limits, sums -> 50),
            new PoolSetup(Role.DECODE, 1, 1, 1, limits, sums -> 50, nanos)),
        Optional.of(new TransferLine(10, 1e9, 100, 0)));
  }

  /** A user of a closed loop who is alone waits for the host once a request. */
  @Property(tries = 200)
  void aUserWaitsForTheHost(
      @ForAll @LongRange(min = 1, max = 20_000) long nanos,
      @ForAll @IntRange(min = 1, max = 5) int count) {
    int[] tokens = new int[count];
    Arrays.fill(tokens, 3);
    Requests requests = Requests.closed(1, tokens, tokens);
    PoolSetup pool =
        new PoolSetup(Role.BOTH, 1, 1, 1, new BatchLimits(8, 4, 100, 1), sums -> 50, nanos);
    Routing routing = new Routing(false, 0);
    FleetSetup fleet = new FleetSetup(BatchPolicy.VLLM, routing, List.of(pool), Optional.empty());
    LoadResult result = LoadSimulation.run(requests, fleet, done -> {});
    assertThat(result.seconds()).isCloseTo(count * (nanos + 150) / 1e9, within(1e-12));
  }

  private static FleetSetup withRequests(FleetSetup fleet, long nanos) {
    List<PoolSetup> pools =
        fleet.pools().stream()
            .map(
                pool ->
                    new PoolSetup(
                        pool.role(),
                        pool.instances(),
                        pool.replicas(),
                        pool.devices(),
                        pool.limits(),
                        pool.times(),
                        pool.role() == Role.DECODE ? 0 : nanos,
                        pool.batches()))
            .toList();
    return new FleetSetup(fleet.policy(), fleet.routing(), pools, fleet.transfer());
  }

  private static Requests later(Requests requests, long nanos) {
    int count = requests.size();
    return Requests.open(
        IntStream.range(0, count).mapToLong(i -> requests.arrival(i) + nanos).toArray(),
        IntStream.range(0, count).map(requests::input).toArray(),
        IntStream.range(0, count).map(requests::output).toArray(),
        Requests.Prefixes.NONE);
  }

  /** No step exceeds what the limits allow; steps of whole prompts aside (static, cut nowhere). */
  @Property(tries = 2000)
  void noStepExceedsItsLimits(@ForAll("cases") Case run) {
    boolean cuts = run.fleet.policy() != BatchPolicy.STATIC;
    // Prompts that begin alike share pages: all of their contexts may be more than the cache.
    boolean shares = run.requests.blockTokens() > 0;
    List<PoolSetup> pools =
        run.fleet.pools().stream().map(pool -> checked(pool, cuts, shares)).toList();
    FleetSetup fleet =
        new FleetSetup(run.fleet.policy(), run.fleet.routing(), pools, run.fleet.transfer());
    LoadSimulation.run(run.requests, fleet, done -> {});
  }

  private static PoolSetup checked(PoolSetup pool, boolean cuts, boolean shares) {
    BatchLimits limits = pool.limits();
    return new PoolSetup(
        pool.role(),
        pool.instances(),
        pool.replicas(),
        pool.devices(),
        limits,
        sums -> {
          assertThat(sums.decodes() + sums.prompts()).isBetween(1, limits.sequences());
          if (cuts && !shares) {
            assertThat(sums.context())
                .isLessThanOrEqualTo((long) limits.pages() * limits.pageTokens());
          }
          if (cuts) {
            assertThat(sums.newTokens() + sums.decodes()).isLessThanOrEqualTo(limits.tokens());
          }
          return pool.times().nanos(sums);
        });
  }
}
