package io.heddle.runtime.simulate;

import io.heddle.plan.marker.Api;

/** How messages use the network. */
@Api
public enum Backend {
  /** Any number of messages overlap on a link without slowing each other. */
  CONGESTION_UNAWARE("congestion-unaware"),
  /** A link carries one message at a time, first come, first served. */
  CONGESTION_AWARE("congestion-aware");

  private final String optionName;

  Backend(String optionName) {
    this.optionName = optionName;
  }

  /** Its name as a command-line option. */
  public String optionName() {
    return optionName;
  }
}
