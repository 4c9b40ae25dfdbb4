package io.heddle.plan.schedule;

import java.util.ArrayList;
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
    Clock clock = Clock.of(schedule, pipeline, Clock.Durations.SLOTS);
    List<List<Slot>> stages = new ArrayList<>();
    for (int stage = 0; stage < pipeline.stages(); stage++) {
      List<Action> actions = clock.actions(stage);
      List<Slot> slots = new ArrayList<>(actions.size());
      for (int i = 0; i < actions.size(); i++) {
        slots.add(new Slot((int) clock.begin(stage, i), actions.get(i)));
      }
      stages.add(slots);
    }
    return new TimeSlots(stages, (int) clock.end());
  }
}
