package io.heddle.runtime.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.runtime.schedule.Action.Kind;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class PipelineScheduleTest {
  @Provide
  Arbitrary<PipelineSchedule> schedules() {
    return Arbitraries.of(PipelineSchedule.ALL);
  }

  @Property
  void everyMicroBatchGoesForwardOnceThenBackwardOnce(
      @ForAll("schedules") PipelineSchedule schedule,
      @ForAll @IntRange(min = 1, max = 8) int stages,
      @ForAll @IntRange(min = 1, max = 20) int microBatches) {
    for (int stage = 0; stage < stages; stage++) {
      List<Action> actions = schedule.actions(stage, stages, microBatches);
      assertThat(actions).hasSize(2 * microBatches);
      Set<Integer> forward = new HashSet<>();
      Set<Integer> backward = new HashSet<>();
      for (Action action : actions) {
        assertThat(action.microBatch()).isBetween(0, microBatches - 1);
        if (action.kind() == Kind.FORWARD) {
          assertThat(forward.add(action.microBatch())).isTrue();
        } else {
          assertThat(forward).contains(action.microBatch());
          assertThat(backward.add(action.microBatch())).isTrue();
        }
      }
    }
  }

  @Property
  void oneForwardOneBackwardKeepsFewInFlight(
      @ForAll @IntRange(min = 1, max = 8) int stages,
      @ForAll @IntRange(min = 1, max = 20) int microBatches) {
    PipelineSchedule schedule = PipelineSchedule.named("one_f_one_b").orElseThrow();
    for (int stage = 0; stage < stages; stage++) {
      int inFlight = 0;
      int most = 0;
      for (Action action : schedule.actions(stage, stages, microBatches)) {
        inFlight += action.kind() == Kind.FORWARD ? 1 : -1;
        most = Math.max(most, inFlight);
      }
      assertThat(most).isEqualTo(Math.min(microBatches, stages - stage));
    }
  }

  @Property
  void bubbleIsThatOfTheTextbook(
      @ForAll("schedules") PipelineSchedule schedule,
      @ForAll @IntRange(min = 1, max = 8) int stages,
      @ForAll @IntRange(min = 1, max = 20) int microBatches,
      @ForAll @IntRange(min = 1, max = 5) int forwardTime,
      @ForAll @IntRange(min = 1, max = 5) int backwardTime) {
    int both = forwardTime + backwardTime;
    int makespan = makespan(schedule, stages, microBatches, forwardTime, backwardTime);
    assertThat(makespan).isEqualTo((microBatches + stages - 1) * both);
    // idle / makespan = (p - 1) / (m + p - 1), in whole numbers.
    int idle = makespan - microBatches * both;
    assertThat(idle * (microBatches + stages - 1)).isEqualTo((stages - 1) * makespan);
  }

  private record Done(int stage, Action action) {}

  /** Runs each stage's next action as soon as its input is there; messages cost nothing. */
  private static int makespan(
      PipelineSchedule schedule, int stages, int microBatches, int forwardTime, int backwardTime) {
    Map<Done, Integer> end = new HashMap<>();
    int[] next = new int[stages];
    int[] free = new int[stages];
    List<List<Action>> actions = new ArrayList<>();
    for (int stage = 0; stage < stages; stage++) {
      actions.add(schedule.actions(stage, stages, microBatches));
    }
    boolean moved = true;
    while (moved) {
      moved = false;
      for (int stage = 0; stage < stages; stage++) {
        if (next[stage] == actions.get(stage).size()) {
          continue;
        }
        Action action = actions.get(stage).get(next[stage]);
        boolean forward = action.kind() == Kind.FORWARD;
        boolean needsNothing = stage == (forward ? 0 : stages - 1);
        Integer input =
            needsNothing
                ? Integer.valueOf(0)
                : end.get(new Done(stage + (forward ? -1 : 1), action));
        if (input != null) {
          free[stage] = Math.max(free[stage], input) + (forward ? forwardTime : backwardTime);
          end.put(new Done(stage, action), free[stage]);
          next[stage]++;
          moved = true;
        }
      }
    }
    assertThat(end).as("every action ran").hasSize(2 * microBatches * stages);
    return end.values().stream().mapToInt(Integer::intValue).max().orElseThrow();
  }

  @Test
  void onlyKnownNamesAreFound() {
    for (PipelineSchedule schedule : PipelineSchedule.ALL) {
      assertThat(PipelineSchedule.named(schedule.name())).containsSame(schedule);
    }
    assertThat(PipelineSchedule.named("interleaved")).isEmpty();
  }
}
