package io.heddle.plan.schedule;

import java.util.Arrays;
import java.util.function.IntPredicate;

/**
 * The way through the passes of a pipeline on which each comes behind what it waits for, and when
 * what each makes is where the next one needs it. How long passes last and what holds a stage up is
 * for those to say who walk.
 */
public final class ChainWalk {
  /** In place of a time: the pass has not run. */
  public static final long NOT_YET = -1;

  private final Chain chain;
  private final int microBatches;

  /** By pass, forward passes first. */
  private final long[] there;

  /**
   * Before the first pass.
   *
   * @throws ArithmeticException if there are more passes than an array has places
   */
  public ChainWalk(Chain chain, int microBatches) {
    this.chain = chain;
    this.microBatches = microBatches;
    this.there = new long[Math.toIntExact(2L * chain.places() * microBatches)];
    Arrays.fill(there, NOT_YET);
  }

  /**
   * Goes up and down the stages, as micro-batches do, until nothing moves.
   *
   * @param advance runs the actions of a stage that can; whether there was one
   */
  public static void run(int stages, IntPredicate advance) {
    boolean moved = true;
    while (moved) {
      moved = false;
      for (int stage = 0; stage < stages; stage++) {
        moved |= advance.test(stage);
      }
      for (int stage = stages - 1; stage >= 0; stage--) {
        moved |= advance.test(stage);
      }
    }
  }

  /** The place of the chain from which a forward or backward pass at a place gets its input. */
  public static int before(Action action, int place) {
    return action.kind() == Action.Kind.FORWARD ? place - 1 : place + 1;
  }

  /** When what a pass at a place makes is there; {@link #NOT_YET} if it has not run. */
  public long there(Action action, int place) {
    return there[index(action, place)];
  }

  /** Says when what a pass at a place makes is there: a weight's gradient goes nowhere. */
  public void there(Action action, int place, long time) {
    if (action.kind() != Action.Kind.BACKWARD_WEIGHT) {
      there[index(action, place)] = time;
    }
  }

  private int index(Action action, int place) {
    int direction = action.kind() == Action.Kind.FORWARD ? 0 : 1;
    return (direction * chain.places() + place) * microBatches + action.microBatch();
  }
}
