package io.heddle.runtime.compare;

import java.util.Locale;

/**
 * One thing that two modes take into account differently. Its share of their difference is how much
 * the difference changes when the thing is switched off in both.
 */
public enum Effect {
  /** Ranks that compute slower, and kernels that vary: only flattened ranks wait for them. */
  SKEWED_ARRIVAL("skewed arrival"),
  /** Messages that share links. */
  CONTENTION("contention"),
  /** Communication that waits because its rank communicates something else, in another group. */
  LANE_BLOCKING("lane blocking"),
  /** Reductions of gradients and gathers of weights, and all collectives at the end of the step. */
  DATA_PARALLEL("data-parallel communication"),
  /** Nodes of a layer that run beside those of the one before, or before its input has come. */
  OVERLAP_OF_LAYERS("overlap of layers"),
  /** Layers simulated against layers by closed formulas. */
  LAYER_FORMULAS("layer formulas"),
  /** Messages between stages. */
  MESSAGES("messages between stages"),
  /** Stages and chunks that do not last alike. */
  UNEQUAL_STAGES("unequal stages");

  private final String text;

  Effect(String text) {
    this.text = text;
  }

  /** As a machine-readable word. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** As people read it. */
  @Override
  public String toString() {
    return text;
  }
}
