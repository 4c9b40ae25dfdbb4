package io.heddle.plan.mesh;

import io.heddle.plan.marker.Api;

/** What the members of a group do together, with its number in a Chakra trace. */
@Api
public enum Collective {
  ALL_REDUCE(0, "all-reduce"),
  ALL_GATHER(2, "all-gather"),
  ALL_TO_ALL(6, "all-to-all"),
  REDUCE_SCATTER(7, "reduce-scatter");

  private final int chakraType;
  private final String astraSimName;

  Collective(int chakraType, String astraSimName) {
    this.chakraType = chakraType;
    this.astraSimName = astraSimName;
  }

  /** The value of Chakra's {@code CollectiveCommType}. */
  public int chakraType() {
    return chakraType;
  }

  /** The name that AstraSim's system file uses. */
  public String astraSimName() {
    return astraSimName;
  }

  /** Whether it adds up what the members have. */
  public boolean reduces() {
    return this == ALL_REDUCE || this == REDUCE_SCATTER;
  }
}
