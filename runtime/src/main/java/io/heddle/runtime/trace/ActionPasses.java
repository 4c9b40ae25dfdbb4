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
  private final ActionUnits units;
  private final StreamMessages messages;

  ActionPasses(LayerSplit layers, StreamMessages messages) {
    this.layers = layers;
    this.units = new ActionUnits(layers);
    this.messages = messages;
  }

  /** Emits an action of the rank's course, which has begun, with those side by side with it. */
  void emit(RankEmitter rank, int stage, int action) {
    List<Action> actions = rank.course().actions();
    if (action > 0 && actions.get(action - 1).besideNext()) {
      // It stands among the nodes of the action before.
      return;
    }
    Action now = actions.get(action);
    if (action == 0) {
      post(rank, stage, ReceiveOrder.AT_ONCE, RankEmitter.NONE);
    }
    if (now.besideNext()) {
      emitSideBySide(rank, stage, action);
      return;
    }
    long input = messages.input(rank, now);
    post(rank, stage, action, input);
    boolean complete = rank.course().lastPasses().isLastOfChunk(action);
    at(rank, now);
    if (now.kind() == Kind.BACKWARD_WEIGHT) {
      for (int unit = 0; unit < units.count(stage, now); unit++) {
        weights(rank, stage, now, unit);
        made(rank, stage, now, unit, complete);
      }
    } else {
      long stream = begin(rank, stage, now, input);
      for (int unit = 0; unit < units.count(stage, now); unit++) {
        rank.layer(units.layer(stage, now, unit));
        rank.dataParallel().beginUnit();
        stream = make(rank, stage, now, unit, stream);
        end(rank, stage, now, unit, stream);
        made(rank, stage, now, unit, complete);
      }
    }
    endPass(rank, action);
    rank.end();
  }

  /**
   * Emits a forward pass beside the input pass of another micro-batch and the weight pass behind
   * it: unit by unit, so that each unit of one stands beside one of the other.
   */
  private void emitSideBySide(RankEmitter rank, int stage, int action) {
    List<Action> actions = rank.course().actions();
    Action forward = actions.get(action);
    Action backward = actions.get(action + 1);
    Action weight = actions.get(action + 2);
    if (forward.kind() != Kind.FORWARD
        || backward.kind() != Kind.BACKWARD_INPUT
        || weight.kind() != Kind.BACKWARD_WEIGHT
        || !backward.besideNext()) {
      throw new IllegalStateException(
          "side by side are %s, %s and %s".formatted(forward, backward, weight));
    }
    long forwardInput = messages.input(rank, forward);
    long backwardInput = messages.input(rank, backward);
    for (int i = action; i < action + 3; i++) {
      post(rank, stage, i, forwardInput);
    }
    boolean complete = rank.course().lastPasses().isLastOfChunk(action + 1);
    boolean weightComplete = rank.course().lastPasses().isLastOfChunk(action + 2);
    at(rank, forward);
    long x = begin(rank, stage, forward, forwardInput);
    at(rank, backward);
    long dx = begin(rank, stage, backward, backwardInput);
    int forwards = units.count(stage, forward);
    int backwards = units.count(stage, backward);
    for (int unit = 0; unit < Math.max(forwards, backwards); unit++) {
      boolean hasForward = unit < forwards;
      boolean hasBackward = unit < backwards;
      if (hasForward) {
        rank.dataParallel().beginUnit();
      }
      if (hasBackward) {
        rank.dataParallel().beginUnit();
      }
      SideBySide both = hasForward && hasBackward ? rank.sideBySide() : null;
      if (both != null) {
        both.begin();
      }
      if (hasForward) {
        at(rank, forward);
        rank.layer(units.layer(stage, forward, unit));
        x = make(rank, stage, forward, unit, x);
      }
      if (both != null) {
        both.turn();
      }
      if (hasBackward) {
        at(rank, backward);
        rank.layer(units.layer(stage, backward, unit));
        dx = make(rank, stage, backward, unit, dx);
        weights(rank, stage, weight, unit);
      }
      if (both != null) {
        both.end();
        x = both.made(x);
        dx = both.made(dx);
        rank.streams().made(both);
      }
      if (hasForward) {
        at(rank, forward);
        rank.layer(units.layer(stage, forward, unit));
        end(rank, stage, forward, unit, x);
      }
      if (hasBackward) {
        at(rank, backward);
        rank.layer(units.layer(stage, backward, unit));
        end(rank, stage, backward, unit, dx);
        made(rank, stage, backward, unit, complete);
        made(rank, stage, weight, unit, weightComplete);
      }
    }
    endPass(rank, action + 1);
    endPass(rank, action + 2);
    rank.end();
  }

  private static void at(RankEmitter rank, Action action) {
    rank.at(
        action.kind() == Kind.FORWARD ? Direction.FORWARD : Direction.BACKWARD,
        action.microBatch());
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

  /** The stream or its gradient that a forward, backward or input pass begins with. */
  private long begin(RankEmitter rank, int stage, Action action, long input) {
    boolean forward = action.kind() == Kind.FORWARD;
    int place = layers.place(stage, action.chunk());
    if (!layers.receives(place, forward)) {
      rank.needs(input);
      rank.streams().begin(forward, RankEmitter.NONE);
      return RankEmitter.NONE;
    }
    rank.layer(layers.layerNext(place, forward));
    long arrived = messages.arrived(rank, place, forward ? place - 1 : place + 1, input);
    rank.streams().begin(forward, arrived);
    return arrived;
  }

  /** Makes the pass of an action through one of its units. */
  private long make(RankEmitter rank, int stage, Action action, int unit, long stream) {
    boolean whole = action.kind() == Kind.BACKWARD;
    int layer = units.layer(stage, action, unit);
    Pass pass;
    if (units.isEmbed(stage, action, unit)) {
      // No stage waits for its gradient: it is not put off.
      pass = action.kind() == Kind.FORWARD ? Pass.EMBED_FORWARD : Pass.EMBED_BACKWARD;
    } else if (units.isHead(stage, action, unit)) {
      pass =
          action.kind() == Kind.FORWARD
              ? Pass.HEAD_FORWARD
              : whole ? Pass.HEAD_BACKWARD : Pass.HEAD_INPUT;
    } else {
      pass =
          action.kind() == Kind.FORWARD
              ? Pass.LAYER_FORWARD
              : whole ? Pass.LAYER_BACKWARD : Pass.LAYER_INPUT;
    }
    return rank.make(pass, layer, stream);
  }

  /** Makes the gradients of weights of a unit, which the first part of its backward pass left. */
  private void weights(RankEmitter rank, int stage, Action action, int unit) {
    if (units.isHead(stage, action, unit)) {
      rank.make(Pass.HEAD_WEIGHT, ActionUnits.NO_LAYER, RankEmitter.NONE);
    } else if (!units.isEmbed(stage, action, unit)) {
      int layer = units.layer(stage, action, unit);
      rank.layer(layer);
      rank.make(Pass.LAYER_WEIGHT, layer, RankEmitter.NONE);
    }
  }

  /** Sends what a pass has made, where the unit is its last: before any reduction. */
  private void end(RankEmitter rank, int stage, Action action, int unit, long stream) {
    boolean forward = action.kind() == Kind.FORWARD;
    int place = layers.place(stage, action.chunk());
    boolean isLast = unit == units.count(stage, action) - 1;
    if (isLast && layers.sends(place, forward)) {
      messages.send(rank, action, place, forward ? place + 1 : place - 1, stream);
    } else if (isLast && forward) {
      messages.sendSampled(rank, action);
    }
  }

  /**
   * Says of which unit a pass has made the gradients, if it has made all.
   *
   * @param complete whether no later action adds to them
   */
  private void made(RankEmitter rank, int stage, Action action, int unit, boolean complete) {
    boolean whole = action.kind() == Kind.BACKWARD;
    boolean weights = action.kind() == Kind.BACKWARD_WEIGHT;
    if (units.isEmbed(stage, action, unit)) {
      if (action.kind() != Kind.FORWARD && !weights) {
        rank.dataParallel().made(DataGroups.EMBED, complete);
      }
    } else if (units.isHead(stage, action, unit)) {
      if (whole || weights) {
        rank.dataParallel().made(DataGroups.HEAD, complete);
      }
    } else if (whole || weights) {
      rank.dataParallel().madeOfLayer(units.layer(stage, action, unit), complete);
    }
  }

  private static void endPass(RankEmitter rank, int action) {
    if (rank.course().actions().get(action).kind() != Kind.FORWARD) {
      rank.dataParallel().endPass(rank.course().lastPasses().isLast(action));
    }
  }
}
