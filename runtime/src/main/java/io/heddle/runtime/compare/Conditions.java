package io.heddle.runtime.compare;

import io.heddle.runtime.simulate.Backend;
import io.heddle.runtime.trace.Emission;

/**
 * What is switched on while a step is taken.
 *
 * @param stragglers whether those that were asked for compute slower
 * @param emission what is emitted of the plan
 * @param pipelineByFormula whether the pipeline is that of equal stages, whatever times they have
 */
record Conditions(
    boolean stragglers, Backend backend, Emission emission, boolean pipelineByFormula) {

  /** The step as it was asked for. */
  static Conditions asked(boolean stragglers, Backend backend) {
    return new Conditions(stragglers, backend, Emission.WHOLE, false);
  }

  /** All ranks compute alike. */
  Conditions withoutStragglers() {
    return new Conditions(false, backend, emission, pipelineByFormula);
  }

  /** No two messages share a link. */
  Conditions withoutCongestion() {
    return new Conditions(
        stragglers, Backend.CONGESTION_UNAWARE, emission, pipelineByFormula);
  }

  /** The step of which this is emitted. */
  Conditions with(Emission other) {
    return new Conditions(stragglers, backend, other, pipelineByFormula);
  }

  /** A pipeline of equal stages. */
  Conditions withPipelineByFormula() {
    return new Conditions(stragglers, backend, emission, true);
  }
}
