package io.heddle.runtime.simulate.workload;

import io.heddle.plan.marker.Api;

/** What a node does, in the order of Chakra's numbers. */
@Api
public enum NodeKind {
  INVALID(0, "invalid"),
  METADATA(1, "metadata"),
  LOAD(2, "load"),
  STORE(3, "store"),
  COMPUTE(4, "compute"),
  SEND(5, "send"),
  RECEIVE(6, "receive"),
  COLLECTIVE(7, "collective");

  private static final NodeKind[] ALL = values();

  private final int number;
  private final String text;

  NodeKind(int number, String text) {
    this.number = number;
    this.text = text;
  }

  /** The kind of a Chakra node type, 0 to 7. */
  static NodeKind of(int chakraType) {
    return ALL[chakraType];
  }

  /** Chakra's number. */
  int number() {
    return number;
  }

  /** Number of kinds. */
  static int count() {
    return ALL.length;
  }

  @Override
  public String toString() {
    return text;
  }
}
