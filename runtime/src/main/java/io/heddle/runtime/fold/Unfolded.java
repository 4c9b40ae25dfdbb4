package io.heddle.runtime.fold;

import io.heddle.plan.marker.Api;

/** Why every rank of a plan is simulated by itself. */
@Api
public enum Unfolded {
  SWITCHED_OFF("symmetry is off"),
  CONGESTION("links are shared: the order of messages within a tick follows from rank numbers"),
  JITTER("kernels jitter, so that no two ranks are alike"),
  RECORDED("a critical path, a timeline or a page shows single ranks"),
  FOREIGN("nothing is known of the ranks but their traces"),
  ASTRASIM("AstraSim simulates every rank"),
  ORDER("the order of events within a tick may decide in a collective"),
  ALL_DIFFER("no two ranks are alike");

  private final String reason;

  Unfolded(String reason) {
    this.reason = reason;
  }

  /** The reason, in words. */
  public String reason() {
    return reason;
  }
}
