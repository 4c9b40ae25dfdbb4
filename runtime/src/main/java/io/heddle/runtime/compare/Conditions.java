package io.heddle.runtime.compare;

import io.heddle.runtime.mode.Simplification;
import io.heddle.runtime.simulate.Backend;
import io.heddle.runtime.trace.Emission;

/**
 * What is switched on while a step is taken.
 *
 * @param stragglers whether those that were asked for compute slower
 * @param emission what is emitted of the plan
 * @param simpler what is simpler of a computed pipeline
 */
record Conditions(boolean stragglers, Backend backend, Emission emission, Simplification simpler) {

  /** The step as it was asked for. */
  static Conditions asked(boolean stragglers, Backend backend) {
    return new Conditions(stragglers, backend, Emission.WHOLE, Simplification.NONE);
  }

  /** All ranks compute alike. */
  Conditions withoutStragglers() {
    return new Conditions(false, backend, emission, simpler);
  }

  /** No two messages share a link. */
  Conditions withoutCongestion() {
    return new Conditions(stragglers, Backend.CONGESTION_UNAWARE, emission, simpler);
  }

  /** The step of which this is emitted. */
  Conditions with(Emission other) {
    return new Conditions(stragglers, backend, other, simpler);
  }

  /** The step that is simpler in this. */
  Conditions with(Simplification other) {
    return new Conditions(stragglers, backend, emission, other);
  }
}
