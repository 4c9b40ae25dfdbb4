package io.heddle.plan.schedule;

import io.heddle.plan.schedule.Action.Kind;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The actions of all stages on one clock: each takes one slot, as soon as its stage is free and
 * what it needs is there; messages take no time.
 *
 * @param stages the actions of each stage, in order
 * @param slots until the last stage is done
 */
public record TimeSlots(List<List<Slot>> stages, int slots) {
  /** When an action runs, from 0. */
  public record Slot(int at, Action action) {}

  public TimeSlots {
    stages = List.copyOf(stages);
  }

  /**
   * Runs a schedule by the clock.
   *
   * @throws IllegalArgumentException if the schedule cannot run these numbers
   */
  public static TimeSlots of(PipelineSchedule schedule, Pipeline pipeline) {
    List<List<Action>> actions = new ArrayList<>();
    for (int stage = 0; stage < pipeline.stages(); stage++) {
      actions.add(schedule.actions(stage, pipeline));
    }
    Chain chain = Chain.of(schedule, pipeline.stages(), pipeline.chunks());
    return new Clock(actions, chain, pipeline.microBatches()).run();
  }

  private static final class Clock {
    private final List<List<Action>> actions;
    private final int microBatches;
    private final Chain chain;
    private final int places;

    /** Slot behind each pass, forward passes first; 0 where it has not run. */
    private final int[] done;

    /** Slot behind the last action of each stage. */
    private final int[] free;

    private final List<List<Slot>> ran = new ArrayList<>();

    Clock(List<List<Action>> actions, Chain chain, int microBatches) {
      this.actions = actions;
      this.chain = chain;
      this.microBatches = microBatches;
      this.places = chain.places();
      this.done = new int[2 * places * microBatches];
      this.free = new int[actions.size()];
      actions.forEach(own -> ran.add(new ArrayList<>(own.size())));
    }

    /** Goes up and down the stages, as micro-batches do, until nothing moves. */
    TimeSlots run() {
      boolean moved = true;
      while (moved) {
        moved = false;
        for (int stage = 0; stage < free.length; stage++) {
          moved |= advance(stage);
        }
        for (int stage = free.length - 1; stage >= 0; stage--) {
          moved |= advance(stage);
        }
      }
      return new TimeSlots(ran, Arrays.stream(free).max().orElse(0));
    }

    /** Runs the actions of a stage that can; whether there was one. */
    private boolean advance(int stage) {
      List<Slot> own = ran.get(stage);
      int before = own.size();
      while (own.size() < actions.get(stage).size()) {
        Action action = actions.get(stage).get(own.size());
        int ready = ready(stage, action);
        if (ready < 0) {
          break;
        }
        int at = Math.max(free[stage], ready);
        own.add(new Slot(at, action));
        free[stage] = at + 1;
        if (action.kind() != Kind.BACKWARD_WEIGHT) {
          done[index(stage, action, 0)] = at + 1;
        }
      }
      return own.size() > before;
    }

    /** The slot from which on the action's input is there; -1 while that is not known. */
    private int ready(int stage, Action action) {
      boolean forward = action.kind() == Kind.FORWARD;
      int place = chain.place(stage, action.chunk());
      boolean needsNothing = place == (forward ? 0 : places - 1);
      if (needsNothing || action.kind() == Kind.BACKWARD_WEIGHT) {
        return 0;
      }
      int before = done[index(stage, action, forward ? -1 : 1)];
      return before == 0 ? -1 : before;
    }

    private int index(int stage, Action action, int placesOn) {
      int place = chain.place(stage, action.chunk()) + placesOn;
      int direction = action.kind() == Kind.FORWARD ? 0 : 1;
      return (direction * places + place) * microBatches + action.microBatch();
    }
  }
}
