package io.heddle.cli.search;

import io.heddle.processor.model.Aim;
import io.heddle.processor.model.Aim.Measure;
import java.util.Comparator;

/**
 * The order of plans by an aim: of those that are as good the faster goes before, then the first.
 * Less time never makes a plan worse, so that a plan is no better than with its bound as its time.
 */
final class Ranking implements Comparator<Measures> {
  private static final double NANOS = 1e9;

  private final Aim aim;

  Ranking(Aim aim) {
    this.aim = aim;
  }

  @Override
  public int compare(Measures one, Measures other) {
    int byAim = Double.compare(cost(one), cost(other));
    int byTime = byAim != 0 ? byAim : Long.compare(one.nanos(), other.nanos());
    return byTime != 0 ? byTime : Long.compare(one.number(), other.number());
  }

  /** What is least for the best plan. */
  double cost(Measures plan) {
    return cost(aim.measure(), plan);
  }

  private static double cost(Measure measure, Measures plan) {
    return switch (measure) {
      case TIME -> plan.nanos();
      case MEMORY -> plan.memory();
      case GPUS -> plan.gpus();
      case TOKENS_PER_SECOND -> (double) plan.nanos() / plan.tokens();
      case TOKENS_PER_SECOND_PER_GPU -> (double) plan.nanos() * plan.gpus() / plan.tokens();
    };
  }

  /** Whether there is a limit to keep to. */
  boolean hasLimit() {
    return aim.limit().isPresent();
  }

  /** Whether a plan keeps to the limit. */
  boolean keepsToLimit(Measures plan) {
    return aim.limit()
        .map(
            limit -> {
              double cost = cost(limit.measure(), plan);
              return limit.measure().isMoreBetter()
                  ? cost * limit.bound() <= NANOS
                  : cost <= limit.bound();
            })
        .orElse(true);
  }
}
