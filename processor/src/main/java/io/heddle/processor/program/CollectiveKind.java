package io.heddle.processor.program;

/** Collective operations, in the order in which a change of sharding uses them. */
public enum CollectiveKind {
  REDUCE_SCATTER("reduce-scatter", "scatter", "reduceScatter"),
  ALL_TO_ALL("all-to-all", "exchange", "allToAll"),
  ALL_REDUCE("all-reduce", "reduce", "allReduce"),
  ALL_GATHER("all-gather", "gather", "allGather");

  private final String title;
  private final String verb;
  private final String method;

  CollectiveKind(String title, String verb, String method) {
    this.title = title;
    this.verb = verb;
    this.method = method;
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
