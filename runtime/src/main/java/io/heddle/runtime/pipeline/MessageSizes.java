package io.heddle.runtime.pipeline;

import io.heddle.plan.LayerSplit;
import io.heddle.plan.StreamSpan;
import io.heddle.runtime.emit.Streams;
import java.util.List;

/** Bytes of the messages between places in the chain of chunks. */
public final class MessageSizes {
  /** Bytes of a token's number. */
  private static final long TOKEN_BYTES = 4;

  private final ModelWork model;
  private final LayerSplit layers;
  private final List<StreamSpan> streams;
  private final boolean tokensTravel;

  /**
   * @param streams of the model, where there are several
   * @param tokensTravel whether the last stage sends the tokens that it draws to the first
   */
  MessageSizes(ModelWork model, LayerSplit layers, List<StreamSpan> streams, boolean tokensTravel) {
    this.model = model;
    this.layers = layers;
    this.streams = streams;
    this.tokensTravel = tokensTravel;
  }

  /**
   * Bytes of a message between neighbours in the chain.
   *
   * @param from the place that sends it
   * @param to the place that receives it
   */
  public long between(int from, int to) {
    return streams.isEmpty()
        ? model.messageBytes()
        : Streams.bytes(streams, layers.firstLayer(Math.max(from, to)), to > from);
  }

  /**
   * Bytes of the tokens that a pass draws, which the last stage sends to the first; 0 where none
   * are drawn, or both are one.
   */
  public long ofSampledTokens() {
    return tokensTravel ? Math.multiplyExact(TOKEN_BYTES, model.sampledTokens()) : 0;
  }
}
