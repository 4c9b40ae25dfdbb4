package io.heddle.runtime.plan;

/** What the backward pass computes again instead of keeping it. */
public enum Recompute {
  NONE,
  /** Every layer's forward: only the input of each layer is kept (not embedding and head). */
  FULL
}
