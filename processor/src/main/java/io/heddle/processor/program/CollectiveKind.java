package io.heddle.processor.program;

/**
 * Communication among all ranks of a group: collective operations, in the order in which a change
 * of sharding uses them, and messages between neighbours.
 */
public enum CollectiveKind {
  REDUCE_SCATTER("reduce-scatter", "scatter", "reduceScatter"),
  ALL_TO_ALL("all-to-all", "exchange", "allToAll"),
  ALL_REDUCE("all-reduce", "reduce", "allReduce"),
  ALL_GATHER("all-gather", "gather", "allGather"),

  /** Each rank sends to the next one of the group's ring. */
  PASS_ON("send to next", "pass", "passOn"),

  /** Each rank sends to the one before it on the group's ring. */
  PASS_BACK("send to previous", "return", "passBack");

  private final String title;
  private final String verb;
  private final String method;

  CollectiveKind(String title, String verb, String method) {
    this.title = title;
    this.verb = verb;
    this.method = method;
  }

  /** Whether it adds up what ranks have. */
  public boolean isSum() {
    return this == REDUCE_SCATTER || this == ALL_REDUCE;
  }

  /** For readers. */
  public String title() {
    return title;
  }

  /** In the names of nodes: {@code gather.a}. */
  public String verb() {
    return verb;
  }

  /** The method of the runtime's emitter. */
  public String method() {
    return method;
  }
}
