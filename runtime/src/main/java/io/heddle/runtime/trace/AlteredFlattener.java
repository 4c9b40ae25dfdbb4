package io.heddle.runtime.trace;

/** A flattener that emits something else than the plan's own trace, see {@link Emission}. */
public final class AlteredFlattener extends ForwardingFlattener {
  private final Flattener unaltered;
  private final Emission emission;

  /**
   * Alters a flattener.
   *
   * @param flattener that emits whole traces
   */
  public AlteredFlattener(Flattener flattener, Emission emission) {
    super(flattener);
    this.unaltered = flattener;
    this.emission = emission;
  }

  /** The flattener that emits whole traces. */
  public Flattener unaltered() {
    return unaltered;
  }

  @Override
  public Emission emission() {
    return emission;
  }

  @Override
  public void emit(int rank, NodeSink sink) {
    RankTrace trace = open(rank);
    for (int action = 0; action < actions(rank); action++) {
      trace.emit(action, sink);
    }
  }
}
