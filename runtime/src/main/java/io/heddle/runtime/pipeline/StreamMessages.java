package io.heddle.runtime.pipeline;

import io.heddle.plan.LayerSplit;
import io.heddle.plan.schedule.Action;
import io.heddle.plan.schedule.Action.Kind;
import io.heddle.runtime.emit.RankEmitter;
import io.heddle.runtime.trace.Direction;

/**
 * Messages between neighbours in the chain of chunks: the stream, and backwards its gradient. Each
 * goes to the rank that has the same coordinates but for the stage.
 */
final class StreamMessages {
  private static final int NO_MESSAGE = -1;

  private final ModelWork model;
  private final LayerSplit layers;
  private final ChainRanks ranks;
  private final MessageSizes sizes;
  private final SampledTokens sampled;

  /**
   * @param sampled messages of a step that draws tokens
   */
  StreamMessages(
      ModelWork model,
      LayerSplit layers,
      ChainRanks ranks,
      MessageSizes sizes,
      SampledTokens sampled) {
    this.model = model;
    this.layers = layers;
    this.ranks = ranks;
    this.sizes = sizes;
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
    if (ranks.isLocal(from, to)) {
      rank.keep(tag, sent);
      return;
    }
    rank.separate(RankEmitter.NONE);
    long bytes = sizes.between(from, to);
    rank.needs(sent).send("stream.send", ranks.peer(rank.rank(), from, to), tag, bytes);
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
    if (ranks.isLocal(place, other)) {
      return;
    }
    rank.at(forward ? Direction.FORWARD : Direction.BACKWARD, action.microBatch());
    rank.layer(layers.layerNext(place, forward));
    int tag = tag(action, action.chunk());
    long waitsFor = after > 0 ? after : RankEmitter.NONE;
    long bytes = sizes.between(other, place);
    rank.keep(
        tag,
        rank.receive("stream.recv", ranks.peer(rank.rank(), place, other), tag, bytes, waitsFor));
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
    boolean forward = from < place;
    rank.streams().begin(forward, input);
    if (ranks.isLocal(place, from)) {
      return input;
    }
    return rank.streams().count() == 0
        ? model.assemble(rank, input)
        : rank.arrived(input, layers.firstLayer(Math.max(place, from)), forward);
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
