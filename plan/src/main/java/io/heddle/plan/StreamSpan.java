package io.heddle.plan;

/**
 * How far a stream goes through the layers of a model: it crosses every boundary of stages between
 * the layer that begins it and the last one that takes it.
 *
 * @param bytes of its tensor on one rank
 * @param trained whether it has a gradient, which goes back the same way
 * @param from the layer that begins it; -1 for the embedding
 * @param to the last layer that takes it; as many as there are layers where the head does
 */
public record StreamSpan(long bytes, boolean trained, long from, long to) {
  /**
   * The span of a stream in layers of these kinds.
   *
   * @param begunBy a number for each kind of layer: 1 where it begins the stream; none where the
   *     embedding does
   * @param readBy likewise: 1 where it takes the stream or goes on with it
   * @param byHead whether the head takes it
   */
  public static StreamSpan of(
      LayerKinds layers, long bytes, boolean trained, int[] begunBy, int[] readBy, boolean byHead) {
    long from = -1;
    long to = -1;
    for (LayerKinds.Run run : layers.runs()) {
      if (from < 0 && begunBy.length > 0 && begunBy[run.kind()] == 1) {
        from = run.begin();
      }
      if (readBy[run.kind()] == 1) {
        to = run.end() - 1;
      }
    }
    return new StreamSpan(bytes, trained, from, byHead ? layers.total() : to);
  }

  /** Whether it crosses the boundary before a layer. */
  public boolean crosses(long layer) {
    return from < layer && layer <= to;
  }
}
