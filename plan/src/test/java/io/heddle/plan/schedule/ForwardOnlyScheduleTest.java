package io.heddle.plan.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.heddle.plan.Schedule;
import io.heddle.plan.schedule.Action.Kind;
import java.util.List;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

/** Schedules of steps that train nothing. */
final class ForwardOnlyScheduleTest {
  @Provide
  Arbitrary<RandomPipeline> pipelines() {
    return RandomPipeline.any();
  }

  @Property(tries = 200)
  void forwardPassesKeepTheirOrder(@ForAll("pipelines") RandomPipeline some) {
    PipelineSchedule forward = some.schedule().withoutBackward();
    for (int stage = 0; stage < some.stages(); stage++) {
      List<Action> expected =
          some.actions(stage).stream()
              .filter(action -> action.kind() == Kind.FORWARD)
              .map(action -> new Action(Kind.FORWARD, action.microBatch(), action.chunk()))
              .toList();
      assertThat(forward.actions(stage, some.pipeline())).isEqualTo(expected);
      assertThat(forward.mostInFlight(stage, some.pipeline(), chunk -> 1)).isZero();
    }
  }

  @Property(tries = 200)
  void stagesWaitAsTheClockSays(@ForAll("pipelines") RandomPipeline some) {
    PipelineSchedule forward = some.schedule().withoutBackward();
    double waiting = forward.waiting(some.pipeline(), some.chunks(), 0, 0);
    Clock clock = Clock.of(forward, some.pipeline(), Clock.Durations.SLOTS);
    double busy = some.pipeline().passes();
    assertThat(waiting).isCloseTo(clock.end() - busy, within(0.01));
    assertThat(forward.bubble(some.pipeline())).isBetween(0.0, 1.0);
  }

  @Test
  void aPlanSaysIt() {
    Schedule schedule = Schedule.of("gpipe").withoutBackward();
    assertThat(schedule).hasToString("gpipe forward");
    assertThat(schedule.rules().hasBackward()).isFalse();
    PipelineSchedule rules = schedule.rules();
    assertThat(rules.withoutBackward()).isSameAs(rules);
    assertThat(Schedule.of("gpipe").rules().hasBackward()).isTrue();
  }
}
