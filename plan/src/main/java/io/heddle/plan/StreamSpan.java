package io.heddle.plan;

/**
 * How far a stream goes through the layers of a model: it crosses every boundary of stages between
 * the layer that begins it and the last one that takes it. Its gradient goes the same way back, as
 * far as something before is trained.
 *
 * @param bytes of its tensor on one rank
 * @param from the layer that begins it; -1 for the embedding
 * @param trainedFrom the first layer behind which it depends on a trained weight; -1 for the
 *     embedding, {@link #NEVER} where no layer is
 * @param to the last layer that takes it; as many as there are layers where the head does
 * @param senders the ranks that have it whole and each send a share; 1 where it is sent as it lies
 * @param group number of the kind of their groups; any for one rank
 */
public record StreamSpan(
    long bytes, long from, long trainedFrom, long to, long senders, int group) {
  /** In place of a layer: there is none. */
  public static final long NEVER = Long.MAX_VALUE;

  /**
   * The span of a stream in layers of these kinds.
   *
   * @param begunBy a number for each kind of layer: 1 where it begins the stream; none where the
   *     embedding does
   * @param trainedBy likewise: 1 where the stream has a gradient behind it; none where it has one
   *     behind the embedding
   * @param readBy likewise: 1 where it takes the stream or goes on with it
   * @param byHead whether the head takes it
   */
  public static StreamSpan of(
      LayerKinds layers, long bytes, int[] begunBy, int[] trainedBy, int[] readBy, boolean byHead) {
    long from = -1;
    long trainedFrom = trainedBy.length == 0 ? -1 : NEVER;
    long to = -1;
    for (LayerKinds.Run run : layers.runs()) {
      if (from < 0 && begunBy.length > 0 && begunBy[run.kind()] == 1) {
        from = run.begin();
      }
      if (trainedFrom == NEVER && trainedBy[run.kind()] == 1) {
        trainedFrom = run.begin();
      }
      if (readBy[run.kind()] == 1) {
        to = run.end() - 1;
      }
    }
    return new StreamSpan(bytes, from, trainedFrom, byHead ? layers.total() : to, 1, 0);
  }

  /** The same where ranks of groups of a kind each send a share, and gather what they receive. */
  public StreamSpan inShares(long ranks, int kind) {
    return new StreamSpan(bytes, from, trainedFrom, to, ranks, kind);
  }

  /** Bytes of it in a message: its share. */
  public long messageBytes() {
    return Exact.ceilDiv(bytes, senders);
  }

  /** Whether the stream, or its gradient, crosses the boundary before a layer. */
  public boolean crosses(long layer, boolean forward) {
    return forward ? crosses(layer) : crossesBack(layer);
  }

  /** Whether it crosses the boundary before a layer. */
  public boolean crosses(long layer) {
    return from < layer && layer <= to;
  }

  /** Whether its gradient crosses the boundary before a layer. */
  public boolean crossesBack(long layer) {
    return crosses(layer) && trainedFrom < layer;
  }
}
