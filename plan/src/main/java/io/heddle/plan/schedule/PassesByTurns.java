package io.heddle.plan.schedule;

import io.heddle.plan.schedule.Action.Kind;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Objects;

/**
 * Writes down a stage's actions of which each kind, through each chunk, takes the micro-batches in
 * their order. Micro-batches that the pipeline does not have are left out.
 */
final class PassesByTurns {
  private final List<Action> actions = new ArrayList<>();
  private final EnumMap<Kind, int[]> done = new EnumMap<>(Kind.class);
  private final int microBatches;

  PassesByTurns(Pipeline pipeline) {
    this.microBatches = pipeline.microBatches();
    for (Kind kind : Kind.values()) {
      done.put(kind, new int[pipeline.chunks()]);
    }
  }

  /** Adds the pass of the next micro-batch; returns this. */
  PassesByTurns add(Kind kind, int chunk) {
    int microBatch = of(kind)[chunk]++;
    if (microBatch < microBatches) {
      actions.add(new Action(kind, microBatch, chunk));
    }
    return this;
  }

  /**
   * Adds a forward pass through one chunk and a backward pass through the other side by side. Where
   * one of them is of a micro-batch that there is not, the other stands alone.
   */
  PassesByTurns addSideBySide(int forwardChunk, int backwardChunk) {
    boolean both =
        Math.max(done(Kind.FORWARD, forwardChunk), done(Kind.BACKWARD_INPUT, backwardChunk))
            < microBatches;
    int from = actions.size();
    add(Kind.FORWARD, forwardChunk);
    add(Kind.BACKWARD_INPUT, backwardChunk).add(Kind.BACKWARD_WEIGHT, backwardChunk);
    for (int i = from; both && i < actions.size() - 1; i++) {
      actions.set(i, actions.get(i).beside());
    }
    return this;
  }

  /** How many were added, with those that were left out. */
  int done(Kind kind, int chunk) {
    return of(kind)[chunk];
  }

  private int[] of(Kind kind) {
    return Objects.requireNonNull(done.get(kind));
  }

  /** All actions. */
  List<Action> all() {
    return actions;
  }
}
