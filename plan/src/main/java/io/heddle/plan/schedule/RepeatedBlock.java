package io.heddle.plan.schedule;

import io.heddle.plan.schedule.Action.Kind;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Schedules that repeat one <i>building block</i> (Qi et al. 2024, arXiv:2405.15362, section 3):
 * the six passes of a micro-batch on each stage, again every six passes. A stage does the forward
 * pass of its first chunk and the input pass of its second so many passes behind the stage before,
 * and the other two so many behind the stage after. These two offsets are all that tells the
 * schedules apart. They are the life of activations: with offsets a and b a stage has about (a + b)
 * (p - 1) / 3 passes through chunks in flight. Weight passes take what is left free.
 *
 * <p>What a stage does in which order is the repeated block, from which waits are squeezed out.
 */
abstract class RepeatedBlock extends VShape {
  /** Passes of a micro-batch on a stage: three through each chunk. */
  private static final int INTERVAL = 6;

  private final int down;
  private final int up;

  /**
   * @param down passes from stage to stage along the first chunks, and back along the second
   * @param up passes from stage to stage the other way
   */
  RepeatedBlock(String name, int down, int up) {
    super(name);
    this.down = down;
    this.up = up;
  }

  /** One offset holds for both that a pair of stages exchanges in a direction. */
  @Override
  public final boolean receivesAsUsed(Pipeline pipeline) {
    return true;
  }

  @Override
  public final List<Action> actions(int stage, Pipeline pipeline) {
    if (pipeline.chunks() == 1) {
      return alone(pipeline);
    }
    List<Timed> block = turns(pipeline.stages()).block(stage);
    List<Timed> all = new ArrayList<>(block.size() * pipeline.microBatches());
    for (int m = 0; m < pipeline.microBatches(); m++) {
      for (Timed pass : block) {
        all.add(new Timed(pass.at() + (long) m * INTERVAL, pass.kind(), pass.chunk(), m));
      }
    }
    all.sort(Comparator.comparingLong(Timed::at));
    return all.stream()
        .map(pass -> new Action(pass.kind(), pass.microBatch(), pass.chunk()))
        .toList();
  }

  /** A pass and when it begins, in passes. */
  private record Timed(long at, Kind kind, int chunk, int microBatch) {}

  /** Where passes turn round as soon as no two of a stage fall on the same one of six passes. */
  private Turns turns(int stages) {
    Turns best = null;
    for (int first = 1; first <= INTERVAL; first++) {
      for (int second = 1; second <= INTERVAL; second++) {
        for (int third = 1; third <= INTERVAL; third++) {
          Turns turns = new Turns(stages, first, second, third);
          if ((best == null || turns.backAgain < best.backAgain) && turns.areFree()) {
            best = turns;
          }
        }
      }
    }
    if (best == null) {
      throw new IllegalStateException(name() + " has no block for " + stages + " stages");
    }
    return best;
  }

  /** When a micro-batch turns round at the ends of the V. */
  private final class Turns {
    private final int stages;

    /** Begin of the forward pass of the second chunk on the last stage. */
    private final long back;

    /** Begin of the input pass of the second chunk on the first stage. */
    private final long backward;

    /** Begin of the input pass of the first chunk on the last stage. */
    private final long backAgain;

    Turns(int stages, int first, int second, int third) {
      this.stages = stages;
      this.back = (long) down * (stages - 1) + first;
      this.backward = back + (long) up * (stages - 1) + second;
      this.backAgain = backward + (long) down * (stages - 1) + third;
    }

    /** Begins of the passes that other stages wait for: forward and input, of both chunks. */
    private long[] begins(int stage) {
      long fromFirst = (long) down * stage;
      long fromLast = (long) up * (stages - 1 - stage);
      return new long[] {fromFirst, back + fromLast, backward + fromFirst, backAgain + fromLast};
    }

    private boolean[] taken(int stage) {
      boolean[] taken = new boolean[INTERVAL];
      for (long begin : begins(stage)) {
        taken[(int) (begin % INTERVAL)] = true;
      }
      return taken;
    }

    private boolean areFree() {
      // Offsets repeat with the interval: other stages fall where some of these do.
      for (int stage = 0; stage < Math.min(stages, INTERVAL); stage++) {
        int count = 0;
        for (boolean slot : taken(stage)) {
          count += slot ? 1 : 0;
        }
        if (count < 4) {
          return false;
        }
      }
      return true;
    }

    List<Timed> block(int stage) {
      long[] begins = begins(stage);
      boolean[] taken = taken(stage);
      int one = 0;
      while (taken[one]) {
        one++;
      }
      int other = INTERVAL - 1;
      while (taken[other]) {
        other--;
      }
      long straight = behind(begins[2], one) + behind(begins[3], other);
      long crossed = behind(begins[2], other) + behind(begins[3], one);
      int ofSecond = straight <= crossed ? one : other;
      int ofFirst = straight <= crossed ? other : one;
      return List.of(
          new Timed(begins[0], Kind.FORWARD, 0, 0),
          new Timed(begins[1], Kind.FORWARD, 1, 0),
          new Timed(begins[2], Kind.BACKWARD_INPUT, 1, 0),
          new Timed(behind(begins[2], ofSecond), Kind.BACKWARD_WEIGHT, 1, 0),
          new Timed(begins[3], Kind.BACKWARD_INPUT, 0, 0),
          new Timed(behind(begins[3], ofFirst), Kind.BACKWARD_WEIGHT, 0, 0));
    }

    /** The first time behind another that falls on one of the six passes. */
    private long behind(long time, int slot) {
      return time + 1 + Math.floorMod(slot - time - 1, INTERVAL);
    }
  }
}
