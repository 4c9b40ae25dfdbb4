package io.heddle.runtime.compare;

import io.heddle.runtime.mode.Mode;
import io.heddle.runtime.mode.Simplification;
import io.heddle.runtime.report.UnfinishedStepException;
import io.heddle.runtime.simulate.Backend;
import io.heddle.runtime.trace.Emission;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The way down from the difference of two modes to nothing: one thing after the other is switched
 * off in both, and what the difference loses by it is the share of that effect. So the shares and
 * what is left add up to the difference, whatever the order; an effect that is switched off later
 * is measured without those before it.
 */
final class Ladder {
  private final Steps steps;
  private final Mode from;
  private final Mode to;
  private final Map<Effect, Long> effects = new LinkedHashMap<>();
  private Conditions conditions;
  private long difference;

  private Ladder(Steps steps, Mode from, Mode to, Conditions asked) throws UnfinishedStepException {
    this.steps = steps;
    this.from = from;
    this.to = to;
    this.conditions = asked;
    this.difference = difference();
  }

  /**
   * Measures what makes a mode differ from the next coarser one.
   *
   * @param asked the step as it was asked for
   */
  static Difference between(Mode from, Mode to, Steps steps, Conditions asked)
      throws UnfinishedStepException {
    Ladder ladder = new Ladder(steps, from, to, asked);
    long whole = ladder.difference;
    ladder.descend();
    return new Difference(from, to, whole, ladder.effects);
  }

  private void descend() throws UnfinishedStepException {
    if (from == Mode.FLATTENED && conditions.stragglers()) {
      step(Effect.SKEWED_ARRIVAL, conditions.withoutStragglers());
    }
    conditions = conditions.withoutStragglers();
    if (conditions.backend() == Backend.CONGESTION_AWARE) {
      step(Effect.CONTENTION, conditions.withoutCongestion());
    }
    Emission emission = conditions.emission();
    if (from != Mode.HYBRID) {
      emission = emission.withLaneOfEachGroup();
      step(Effect.LANE_BLOCKING, conditions.with(emission));
    }
    emission = emission.withoutSharing();
    step(Effect.DATA_PARALLEL, conditions.with(emission));
    if (from == Mode.FLATTENED) {
      step(Effect.OVERLAP_OF_LAYERS, conditions.with(emission.withLayersApart()));
    }
    if (from == Mode.HYBRID) {
      Simplification simpler = conditions.simpler().withPassesByFormula();
      step(Effect.LAYER_FORMULAS, conditions.with(simpler));
      simpler = simpler.withMessagesFree();
      step(Effect.MESSAGES, conditions.with(simpler));
      step(Effect.UNEQUAL_STAGES, conditions.with(simpler.withStagesEqual()));
    }
  }

  private void step(Effect effect, Conditions without) throws UnfinishedStepException {
    conditions = without;
    long left = difference();
    effects.put(effect, difference - left);
    difference = left;
  }

  private long difference() throws UnfinishedStepException {
    return steps.nanos(from, conditions) - steps.nanos(to, conditions);
  }
}
