package io.heddle.cli.search;

import io.heddle.cli.request.BuiltPool;
import io.heddle.plan.serving.Goal;
import io.heddle.processor.model.Serving;
import io.heddle.runtime.serving.Distribution;
import java.util.List;
import java.util.Optional;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;

/**
 * What a fleet cannot do, without requests being served: whether a goal is out of reach even for
 * requests that are alone, how many instances the work of those takes that must keep to the goals,
 * and what is the most that comes out. In seconds and for the replicas of pools that are given.
 */
final class FleetBound {
  private final List<Goal> goals;
  private final RequestProfile profile;
  private final List<PoolBound> pools;
  private final List<BuiltPool> built;

  /** By request, alone. */
  private final double[] ttft;

  private final double[] tpot;
  private final double[] endToEnd;

  FleetBound(
      Serving serving, List<BuiltPool> built, List<PoolBound> pools, RequestProfile profile) {
    this.goals = serving.goals();
    this.profile = profile;
    this.pools = List.copyOf(pools);
    this.built = List.copyOf(built);
    PoolBound first = pools.get(0);
    PoolBound last = pools.get(pools.size() - 1);
    Serving.Transfer transfer = serving.transfer();
    double latency = transfer == null ? 0 : transfer.latencyNanos() / 1e9;
    int size = profile.size();
    this.ttft = new double[size];
    this.tpot = new double[size];
    this.endToEnd = new double[size];
    for (int i = 0; i < size; i++) {
      int more = profile.requests.output(i) - 1;
      // A request with one token needs no second pool.
      ttft[i] = first.prompt(i) + (more == 0 ? 0 : latency);
      tpot[i] = more == 0 ? 0 : last.draw(i);
      endToEnd[i] = ttft[i] + more * tpot[i];
    }
  }

  /** Mean time from end to end of requests that are alone. */
  double meanEndToEnd() {
    return Distribution.of(endToEnd.clone()).mean();
  }

  /** A goal that requests miss even if each is alone; empty if there is none. */
  Optional<Goal> missed() {
    return goals.stream().filter(goal -> alone(goal) > goal.seconds()).findFirst();
  }

  private double alone(Goal goal) {
    return switch (goal.metric()) {
      case TTFT -> Distribution.of(ttft.clone()).at(goal.share());
      case END_TO_END -> Distribution.of(endToEnd.clone()).at(goal.share());
      case TPOT ->
          Distribution.of(
                  IntStream.range(0, tpot.length)
                      .filter(i -> profile.requests.output(i) > 1)
                      .mapToDouble(i -> tpot[i])
                      .toArray())
              .at(goal.share());
      case ITL -> gap();
    };
  }

  /** Gaps are of tokens, not of requests. Tokens that one step yields come together. */
  private double gap() {
    if (built.get(built.size() - 1).limits().speculation().drafts() > 0) {
      return 0;
    }
    return IntStream.range(0, tpot.length)
        .filter(i -> profile.requests.output(i) > 1)
        .mapToDouble(i -> tpot[i])
        .min()
        .orElse(0);
  }

  /** Requests that may keep to all goals. */
  int mayBeGood() {
    return (int)
        IntStream.range(0, profile.size())
            .filter(i -> goals.stream().allMatch(goal -> may(goal, i)))
            .count();
  }

  private boolean may(Goal goal, int request) {
    double least =
        switch (goal.metric()) {
          case TTFT -> ttft[request];
          case TPOT, ITL -> tpot[request];
          case END_TO_END -> endToEnd[request];
        };
    return least <= goal.seconds();
  }

  /** Whether so many instances have no time for what must be done when goals are reached. */
  boolean isTooSmall(List<Integer> instances) {
    double first = limit(Goal.Metric.TTFT);
    double whole = limit(Goal.Metric.END_TO_END);
    double each = limit(Goal.Metric.TPOT);
    if (profile.requests.concurrency() > 0) {
      return false;
    }
    int dropped = dropped();
    double prompts = Math.min(first, whole);
    for (int p = 0; p < pools.size(); p++) {
      double replicas = (double) instances.get(p) * built.get(p).batches();
      boolean draws = p > 0 || pools.size() == 1;
      double work = p > 0 ? 0 : promptWork(p, dropped);
      if (p == 0 && prompts < Double.MAX_VALUE && work > replicas * horizon(i -> prompts)) {
        return true;
      }
      IntToDoubleFunction deadline =
          i -> Math.min(whole, first + each * (profile.requests.output(i) - 1));
      double until = draws ? horizon(deadline) : Double.MAX_VALUE;
      if (until < Double.MAX_VALUE && work + drawWork(p, each, dropped) > replicas * until) {
        return true;
      }
    }
    return false;
  }

  private double promptWork(int pool, int dropped) {
    return pools.get(pool).perPromptTokenSeconds()
        * profile.least(profile.requests::input, dropped);
  }

  private double drawWork(int pool, double longest, int dropped) {
    return pools.get(pool).perDrawSeconds(longest)
        * profile.least(i -> profile.requests.output(i) - 1, dropped);
  }

  /** From the first arrival to the last moment at which a request may be done. */
  private double horizon(IntToDoubleFunction deadline) {
    double latest = 0;
    long from = profile.requests.arrival(0);
    for (int i = 0; i < profile.size(); i++) {
      double arrived = (profile.requests.arrival(i) - from) / 1e9;
      latest = Math.max(latest, arrived + deadline.applyAsDouble(i));
    }
    return latest;
  }

  /** The longest that a share of requests may take; without a goal as long as it likes. */
  private double limit(Goal.Metric metric) {
    return goals.stream()
        .filter(goal -> goal.metric() == metric && goal.share() != Goal.Share.MEAN)
        .mapToDouble(Goal::seconds)
        .min()
        .orElse(Double.MAX_VALUE);
  }

  /** Requests that may miss some goal of a share, and all goals are reached. */
  private int dropped() {
    double share = 0;
    for (Goal goal : goals) {
      share +=
          switch (goal.share()) {
            case MEAN -> 0;
            case P50 -> 0.5;
            case P90 -> 0.1;
            case P95 -> 0.05;
            case P99 -> 0.01;
          };
    }
    return (int) Math.min(profile.size(), Math.ceil(share * profile.size()) + goals.size());
  }

  /** From the first arrival to the last token, at least. */
  double seconds(List<Integer> instances) {
    double least = profile.span;
    for (int p = 0; p < pools.size(); p++) {
      double replicas = (double) instances.get(p) * built.get(p).batches();
      boolean draws = p > 0 || pools.size() == 1;
      double work = (p > 0 ? 0 : promptWork(p, 0)) + (draws ? drawWork(p, Double.MAX_VALUE, 0) : 0);
      least = Math.max(least, work / replicas);
    }
    return least;
  }
}
