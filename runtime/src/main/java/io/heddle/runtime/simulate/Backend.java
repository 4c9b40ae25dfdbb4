package io.heddle.runtime.simulate;

/** How messages use the network. */
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
