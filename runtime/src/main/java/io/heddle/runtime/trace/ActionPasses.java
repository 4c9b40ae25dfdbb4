package io.heddle.runtime.trace;

import io.heddle.plan.LayerSplit;
import io.heddle.plan.schedule.Action;
import io.heddle.plan.schedule.Action.Kind;
import java.util.List;

/**
 * The passes of an action through its chunk, with the messages before and behind them, and what
 * data-parallel groups do beside them.
 */
final class ActionPasses {
  private final LayerSplit layers;
  private final StreamMessages messages;

  ActionPasses(LayerSplit layers, StreamMessages messages) {
    this.layers = layers;
    this.messages = messages;
  }

  /** Emits an action of the rank's course, which has begun. */
  void emit(RankEmitter rank, int stage, int action) {
    List<Action> actions = rank.course().actions();
    Action now = actions.get(action);
    if (action == 0) {
      post(rank, stage, ReceiveOrder.AT_ONCE, RankEmitter.NONE);
    }
    long input = messages.input(rank, now);
    post(rank, stage, action, input);
    int place = layers.place(stage, now.chunk());
    boolean complete = rank.course().lastPasses().isLastOfChunk(action);
    rank.at(now.kind() == Kind.FORWARD ? Direction.FORWARD : Direction.BACKWARD, now.microBatch());
    switch (now.kind()) {
      case FORWARD -> forward(rank, now, place, input);
      case BACKWARD, BACKWARD_INPUT -> backward(rank, now, place, input, complete);
      case BACKWARD_WEIGHT -> backwardWeight(rank, place, complete);
    }
    if (now.kind() != Kind.FORWARD) {
      rank.dataParallel().endPass(rank.course().lastPasses().isLast(action));
    }
    rank.end();
  }

  /**
   * Posts the receives of an action.
   *
   * @param after what they wait for, beside the kernels before the action
   */
  private void post(RankEmitter rank, int stage, int action, long after) {
    List<Action> actions = rank.course().actions();
    ReceiveOrder receives = rank.course().receives();
    for (int i = 0; i < receives.count(action); i++) {
      int user = receives.posted(action, i);
      if (user < actions.size()) {
        messages.post(rank, stage, actions.get(user), after);
      }
    }
  }

  private void forward(RankEmitter rank, Action now, int place, long input) {
    long x;
    if (layers.begins(place)) {
      rank.dataParallel().beginUnit();
      x = rank.make(Pass.EMBED_FORWARD, -1, RankEmitter.NONE);
    } else {
      rank.layer(layers.layerNext(place, true));
      x = messages.arrived(rank, place, place - 1, input);
    }
    for (int layer = layers.firstLayer(place); layer < layers.endLayer(place); layer++) {
      rank.layer(layer);
      rank.dataParallel().beginUnit();
      x = rank.make(Pass.LAYER_FORWARD, layer, x);
    }
    if (layers.ends(place)) {
      rank.layer(-1);
      rank.dataParallel().beginUnit();
      rank.make(Pass.HEAD_FORWARD, -1, x);
    } else {
      messages.send(rank, now, place, place + 1, x);
    }
  }

  /**
   * All of a backward pass, or its first part.
   *
   * @param complete whether no later action adds to the gradients
   */
  private void backward(RankEmitter rank, Action now, int place, long input, boolean complete) {
    boolean whole = now.kind() == Kind.BACKWARD;
    long dx;
    if (layers.ends(place)) {
      rank.dataParallel().beginUnit();
      dx = rank.make(whole ? Pass.HEAD_BACKWARD : Pass.HEAD_INPUT, -1, RankEmitter.NONE);
      if (layers.isEmpty(place)) {
        // The stage before waits for it: no reduction goes first.
        messages.send(rank, now, place, place - 1, dx);
      }
      if (whole) {
        rank.dataParallel().made(DataGroups.HEAD, complete);
      }
    } else {
      rank.layer(layers.layerNext(place, false));
      dx = messages.arrived(rank, place, place + 1, input);
    }
    for (int layer = layers.endLayer(place) - 1; layer >= layers.firstLayer(place); layer--) {
      rank.layer(layer);
      rank.dataParallel().beginUnit();
      dx = rank.make(whole ? Pass.LAYER_BACKWARD : Pass.LAYER_INPUT, layer, dx);
      if (!layers.begins(place) && layer == layers.firstLayer(place)) {
        messages.send(rank, now, place, place - 1, dx);
      }
      if (whole) {
        rank.dataParallel().madeOfLayer(layer, complete);
      }
    }
    if (layers.begins(place)) {
      // No stage waits for this one: the embedding's gradient is not put off.
      rank.layer(-1);
      rank.dataParallel().beginUnit();
      rank.make(Pass.EMBED_BACKWARD, -1, dx);
      rank.dataParallel().made(DataGroups.EMBED, complete);
    }
  }

  private void backwardWeight(RankEmitter rank, int place, boolean complete) {
    if (layers.ends(place)) {
      rank.make(Pass.HEAD_WEIGHT, -1, RankEmitter.NONE);
      rank.dataParallel().made(DataGroups.HEAD, complete);
    }
    for (int layer = layers.endLayer(place) - 1; layer >= layers.firstLayer(place); layer--) {
      rank.layer(layer);
      rank.make(Pass.LAYER_WEIGHT, layer, RankEmitter.NONE);
      rank.dataParallel().madeOfLayer(layer, complete);
    }
  }
}
