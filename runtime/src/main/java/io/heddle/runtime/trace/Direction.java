package io.heddle.runtime.trace;

import io.heddle.plan.marker.Api;

/** Which pass of a training step a node belongs to. */
@Api
public enum Direction {
  FORWARD("fwd"),
  /** A forward pass done once more, just before its backward, because nothing was kept of it. */
  RECOMPUTE("rec"),
  BACKWARD("bwd"),
  /** After the last micro-batch: reduction of gradients, optimizer. */
  STEP("step");

  private final String prefix;

  Direction(String prefix) {
    this.prefix = prefix;
  }

  /** First part of a node's name. */
  public String prefix() {
    return prefix;
  }
}
