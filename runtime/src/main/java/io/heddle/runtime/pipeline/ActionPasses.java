package io.heddle.runtime.pipeline;

import io.heddle.plan.LayerSplit;
import io.heddle.plan.schedule.Action;
import io.heddle.plan.schedule.Action.Kind;
import io.heddle.runtime.aside.ActionUnits;
import io.heddle.runtime.emit.PipelinePass;
import io.heddle.runtime.emit.RankEmitter;
import io.heddle.runtime.emit.SideBySide;
import io.heddle.runtime.trace.Direction;
import io.heddle.runtime.trace.NodeSink;
import io.heddle.runtime.trace.RankTrace;
import java.util.List;
import java.util.function.Consumer;

/**
 * The passes of a rank's actions through their chunks, with the messages before and behind them,
 * and what is done beside them; then the end of the step.
 */
final class ActionPasses implements RankTrace {
  private final RankEmitter rank;
  private final int stage;
  private final Course course;
  private final List<Action> actions;
  private final PassMaker maker;
  private final LayerSplit layers;
  private final ActionUnits units;
  private final StreamMessages messages;
  private final Consumer<RankEmitter> endStep;

  /**
   * @param course that the rank goes
   * @param maker makes its passes
   * @param endStep emits the end of the step
   */
  ActionPasses(
      RankEmitter rank,
      int stage,
      Course course,
      PassMaker maker,
      LayerSplit layers,
      StreamMessages messages,
      Consumer<RankEmitter> endStep) {
    this.rank = rank;
    this.stage = stage;
    this.course = course;
    this.actions = course.actions();
    this.maker = maker;
    this.layers = layers;
    this.units = new ActionUnits(layers, stage);
    this.messages = messages;
    this.endStep = endStep;
  }

  @Override
  public int rank() {
    return rank.rank();
  }

  @Override
  public void emit(int action, NodeSink sink) {
    rank.begin(action, sink);
    if (action < actions.size()) {
      emit(action);
    } else {
      endStep.accept(rank);
    }
  }

  /** Emits an action, which has begun, with those side by side with it. */
  private void emit(int action) {
    if (action > 0 && actions.get(action - 1).besideNext()) {
      // It stands among the nodes of the action before.
      return;
    }
    Action now = actions.get(action);
    if (action == 0) {
      post(ReceiveOrder.AT_ONCE, RankEmitter.NONE);
    }
    if (now.besideNext()) {
      emitSideBySide(action);
      return;
    }
    long input = messages.input(rank, now);
    post(action, input);
    boolean complete = course.lastPasses().isLastOfChunk(action);
    at(now);
    if (now.kind() == Kind.BACKWARD_WEIGHT) {
      for (int unit = 0; unit < units.count(now); unit++) {
        weights(now, unit);
        made(now, unit, complete);
      }
    } else {
      long stream = begin(now, input);
      for (int unit = 0; unit < units.count(now); unit++) {
        rank.layer(units.layer(now, unit));
        rank.aside().beginUnit();
        stream = make(now, unit, stream);
        end(now, unit, stream);
        if (now.kind() == Kind.FORWARD) {
          rank.aside().passed();
        }
        made(now, unit, complete);
      }
    }
    endPass(action);
    rank.end();
  }

  /**
   * Emits a forward pass beside the input pass of another micro-batch and the weight pass behind
   * it: unit by unit, so that each unit of one stands beside one of the other.
   */
  private void emitSideBySide(int action) {
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
      post(i, forwardInput);
    }
    boolean complete = course.lastPasses().isLastOfChunk(action + 1);
    boolean weightComplete = course.lastPasses().isLastOfChunk(action + 2);
    at(forward);
    long x = begin(forward, forwardInput);
    at(backward);
    long dx = begin(backward, backwardInput);
    int forwards = units.count(forward);
    int backwards = units.count(backward);
    for (int unit = 0; unit < Math.max(forwards, backwards); unit++) {
      boolean hasForward = unit < forwards;
      boolean hasBackward = unit < backwards;
      if (hasForward) {
        rank.aside().beginUnit();
      }
      if (hasBackward) {
        rank.aside().beginUnit();
      }
      SideBySide both = hasForward && hasBackward ? rank.sideBySide() : null;
      if (both != null) {
        both.begin();
      }
      if (hasForward) {
        at(forward);
        rank.layer(units.layer(forward, unit));
        x = make(forward, unit, x);
      }
      if (both != null) {
        both.turn();
      }
      if (hasBackward) {
        at(backward);
        rank.layer(units.layer(backward, unit));
        dx = make(backward, unit, dx);
        weights(weight, unit);
      }
      if (both != null) {
        both.end();
        x = both.made(x);
        dx = both.made(dx);
        rank.streams().made(both);
      }
      if (hasForward) {
        at(forward);
        rank.layer(units.layer(forward, unit));
        end(forward, unit, x);
      }
      if (hasBackward) {
        at(backward);
        rank.layer(units.layer(backward, unit));
        end(backward, unit, dx);
        made(backward, unit, complete);
        made(weight, unit, weightComplete);
      }
    }
    endPass(action + 1);
    endPass(action + 2);
    rank.end();
  }

  private void at(Action action) {
    rank.at(
        action.kind() == Kind.FORWARD ? Direction.FORWARD : Direction.BACKWARD,
        action.microBatch());
  }

  /**
   * Posts the receives of an action.
   *
   * @param after what they wait for, beside the kernels before the action
   */
  private void post(int action, long after) {
    ReceiveOrder receives = course.receives();
    for (int i = 0; i < receives.count(action); i++) {
      int user = receives.posted(action, i);
      if (user < actions.size()) {
        messages.post(rank, stage, actions.get(user), after);
      }
    }
  }

  /** The stream or its gradient that a forward, backward or input pass begins with. */
  private long begin(Action action, long input) {
    boolean forward = action.kind() == Kind.FORWARD;
    int place = layers.place(stage, action.chunk());
    if (!layers.receives(place, forward)) {
      rank.needs(input);
      rank.streams().begin(forward, RankEmitter.NONE);
      return RankEmitter.NONE;
    }
    rank.layer(layers.layerNext(place, forward));
    return messages.arrived(rank, place, forward ? place - 1 : place + 1, input);
  }

  private long make(PipelinePass pass, int layer, long input) {
    rank.separate(input);
    return maker.make(rank, pass, layer, input);
  }

  /** Makes the pass of an action through one of its units. */
  private long make(Action action, int unit, long stream) {
    boolean whole = action.kind() == Kind.BACKWARD;
    int layer = units.layer(action, unit);
    PipelinePass pass;
    if (units.isEmbed(action, unit)) {
      // No stage waits for its gradient: it is not put off.
      pass =
          action.kind() == Kind.FORWARD ? PipelinePass.EMBED_FORWARD : PipelinePass.EMBED_BACKWARD;
    } else if (units.isHead(action, unit)) {
      pass =
          action.kind() == Kind.FORWARD
              ? PipelinePass.HEAD_FORWARD
              : whole ? PipelinePass.HEAD_BACKWARD : PipelinePass.HEAD_INPUT;
    } else {
      pass =
          action.kind() == Kind.FORWARD
              ? PipelinePass.LAYER_FORWARD
              : whole ? PipelinePass.LAYER_BACKWARD : PipelinePass.LAYER_INPUT;
    }
    return make(pass, layer, stream);
  }

  /** Makes the gradients of weights of a unit, which the first part of its backward pass left. */
  private void weights(Action action, int unit) {
    if (units.isHead(action, unit)) {
      make(PipelinePass.HEAD_WEIGHT, ActionUnits.NO_LAYER, RankEmitter.NONE);
    } else if (!units.isEmbed(action, unit)) {
      int layer = units.layer(action, unit);
      rank.layer(layer);
      make(PipelinePass.LAYER_WEIGHT, layer, RankEmitter.NONE);
    }
  }

  /** Sends what a pass has made, where the unit is its last: before any reduction. */
  private void end(Action action, int unit, long stream) {
    boolean forward = action.kind() == Kind.FORWARD;
    int place = layers.place(stage, action.chunk());
    boolean isLast = unit == units.count(action) - 1;
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
  private void made(Action action, int unit, boolean complete) {
    boolean whole = action.kind() == Kind.BACKWARD;
    boolean weights = action.kind() == Kind.BACKWARD_WEIGHT;
    if (units.isEmbed(action, unit)) {
      if (action.kind() != Kind.FORWARD && !weights) {
        rank.aside().madeEmbedding(complete);
      }
    } else if (units.isHead(action, unit)) {
      if (whole || weights) {
        rank.aside().madeHead(complete);
      }
    } else if (whole || weights) {
      rank.aside().madeLayer(units.layer(action, unit), complete);
    }
  }

  private void endPass(int action) {
    if (actions.get(action).kind() != Kind.FORWARD) {
      rank.aside().endPass(course.lastPasses().isLast(action));
    }
  }
}
