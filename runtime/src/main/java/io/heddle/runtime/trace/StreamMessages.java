package io.heddle.runtime.trace;

import io.heddle.plan.LayerSplit;
import io.heddle.plan.schedule.Action;
import io.heddle.plan.schedule.Action.Kind;

/**
 * Messages between neighbours in the chain of chunks: the stream, and backwards its gradient. Each
 * goes to the rank that has the same coordinates but for the stage.
 */
final class StreamMessages {
  private static final int NO_MESSAGE = -1;

  private final PipelineFlattener plan;
  private final LayerSplit layers;
  private final int ranksToNextStage;
  private final SampledTokens sampled;

  /**
   * @param ranksToNextStage difference of rank numbers between neighbours along the pipeline axis
   * @param sampled messages of a step that draws tokens
   */
  StreamMessages(
      PipelineFlattener plan, LayerSplit layers, int ranksToNextStage, SampledTokens sampled) {
    this.plan = plan;
    this.layers = layers;
    this.ranksToNextStage = ranksToNextStage;
    this.sampled = sampled;
  }

  /** Sends the tokens that an action has drawn at the end of the chain, if they go anywhere. */
  void sendSampled(RankEmitter rank, Action action) {
    if (sampled.travel()) {
      sampled.send(rank, action.microBatch());
    }
  }

  /**
   * Sends what an action made to another place of the chain; keeps it for a place of the same
   * stage.
   *
   * @param tensor makes it
   */
  void send(RankEmitter rank, Action action, int from, int to, long tensor) {
    int tag = tag(action, layers.chain().chunkAt(to));
    boolean several = rank.streams().count() > 0;
    int layer = layers.firstLayer(Math.max(from, to));
    long sent = several ? rank.together(tensor, layer, to > from) : tensor;
    if (isLocal(from, to)) {
      rank.keep(tag, sent);
      return;
    }
    rank.separate(RankEmitter.NONE);
    long bytes = plan.bytesBetweenStages(from, to);
    rank.needs(sent).send("stream.send", peer(rank, from, to), tag, bytes);
  }

  /**
   * Posts the receive that an action needs, if it needs one.
   *
   * @param after what the action before uses, or {@link RankEmitter#NONE}
   */
  void post(RankEmitter rank, int stage, Action action, long after) {
    int place = layers.place(stage, action.chunk());
    boolean forward = action.kind() == Kind.FORWARD;
    if (layers.chain().begins(place) && sampled.travel()) {
      sampled.post(
          rank,
          action.microBatch(),
          tag(action, action.chunk()),
          after > 0 ? after : RankEmitter.NONE);
      return;
    }
    if (!layers.receives(place, forward) || action.kind() == Kind.BACKWARD_WEIGHT) {
      return;
    }
    int other = forward ? place - 1 : place + 1;
    if (isLocal(place, other)) {
      return;
    }
    rank.at(forward ? Direction.FORWARD : Direction.BACKWARD, action.microBatch());
    rank.layer(layers.layerNext(place, forward));
    int tag = tag(action, action.chunk());
    long waitsFor = after > 0 ? after : RankEmitter.NONE;
    long bytes = plan.bytesBetweenStages(other, place);
    rank.keep(tag, rank.receive("stream.recv", peer(rank, place, other), tag, bytes, waitsFor));
  }

  /**
   * What the action that begins uses of another: the receive that was posted for it, or what the
   * rank has kept; {@link RankEmitter#NONE} where it uses nothing.
   */
  long input(RankEmitter rank, Action action) {
    return action.kind() == Kind.BACKWARD_WEIGHT
        ? rank.takeInput(NO_MESSAGE)
        : rank.takeInput(tag(action, action.chunk()));
  }

  /** The stream tensor at a place, from the input of the action that begins there. */
  long arrived(RankEmitter rank, int place, int from, long input) {
    return isLocal(place, from) ? input : plan.assemble(rank, input);
  }

  private boolean isLocal(int place, int other) {
    return layers.chain().stageAt(place) == layers.chain().stageAt(other);
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
