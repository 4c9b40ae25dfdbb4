package io.heddle.runtime.trace;

/** Collective operations, with their numbers in a Chakra trace. */
public enum Collective {
  ALL_REDUCE(0),
  ALL_GATHER(2),
  ALL_TO_ALL(6),
  REDUCE_SCATTER(7);

  private final int chakraType;

  Collective(int chakraType) {
    this.chakraType = chakraType;
  }

  /** The value of Chakra's {@code CollectiveCommType}. */
  public int chakraType() {
    return chakraType;
  }

  /** Whether it adds up what the members have. */
  public boolean reduces() {
    return this == ALL_REDUCE || this == REDUCE_SCATTER;
  }
}
