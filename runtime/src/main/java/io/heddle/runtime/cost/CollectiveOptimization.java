package io.heddle.runtime.cost;

/** How an all-reduce over several dimensions is made. */
public enum CollectiveOptimization {
  /** One all-reduce for each dimension. */
  BASELINE("baseline"),
  /** Reduce-scatters up the dimensions, one all-reduce in the last, all-gathers back down. */
  LOCAL_BANDWIDTH_AWARE("localBWAware");

  private final String astraSimName;

  CollectiveOptimization(String astraSimName) {
    this.astraSimName = astraSimName;
  }

  /** The value of {@code collective-optimization} in AstraSim's system file. */
  public String astraSimName() {
    return astraSimName;
  }
}
