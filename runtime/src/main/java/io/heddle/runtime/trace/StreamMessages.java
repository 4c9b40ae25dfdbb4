package io.heddle.runtime.trace;

import io.heddle.plan.LayerSplit;
import io.heddle.plan.schedule.Action;
import io.heddle.plan.schedule.Action.Kind;

/**
 * Messages between neighbours in the chain of chunks: the stream, and backwards its gradient. Each
 * goes to the rank that has the same coordinates but for the stage.
 */
final class StreamMessages {
  private final PipelineFlattener plan;
  private final LayerSplit layers;
  private final int ranksToNextStage;

  /**
   * @param ranksToNextStage difference of rank numbers between neighbours along the pipeline axis
   */
  StreamMessages(PipelineFlattener plan, LayerSplit layers, int ranksToNextStage) {
    this.plan = plan;
    this.layers = layers;
    this.ranksToNextStage = ranksToNextStage;
  }

  /**
   * Sends what an action made to another place of the chain.
   *
   * @param tensor makes it
   */
  void send(RankEmitter rank, Action action, int from, int to, long tensor) {
    int tag = tag(action, layers.chain().chunkAt(to));
    rank.separate(RankEmitter.NONE);
    rank.needs(tensor).send("stream.send", peer(rank, from, to), tag, plan.bytesBetweenStages());
  }

  /**
   * Posts the receive that an action needs.
   *
   * @param after the receive of the action before, or {@link RankEmitter#NONE}
   * @return the receive; {@link RankEmitter#NONE} if the action needs none
   */
  long receive(RankEmitter rank, int stage, Action action, long after) {
    int place = layers.place(stage, action.chunk());
    boolean forward = action.kind() == Kind.FORWARD;
    boolean needsNothing = forward ? layers.begins(place) : layers.ends(place);
    if (needsNothing || action.kind() == Kind.BACKWARD_WEIGHT) {
      return RankEmitter.NONE;
    }
    rank.at(forward ? Direction.FORWARD : Direction.BACKWARD, action.microBatch());
    rank.layer(forward ? layers.firstLayer(place) : layers.endLayer(place) - 1);
    int peer = peer(rank, place, forward ? place - 1 : place + 1);
    int tag = tag(action, action.chunk());
    return rank.receive("stream.recv", peer, tag, plan.bytesBetweenStages(), after);
  }

  /** The rank that stands at another place of the chain and has the same other coordinates. */
  private int peer(RankEmitter rank, int place, int other) {
    int stagesOn = layers.chain().stageAt(other) - layers.chain().stageAt(place);
    return rank.rank() + stagesOn * ranksToNextStage;
  }

  /**
   * One for each micro-batch, receiving chunk and direction: no two messages of a pair of ranks
   * share it.
   */
  private int tag(Action action, int receivingChunk) {
    int direction = action.kind() == Kind.FORWARD ? 0 : 1;
    return 2 * (action.microBatch() * layers.chunks() + receivingChunk) + direction;
  }
}
