package io.heddle.processor.model;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.plan.schedule.PipelineSchedule;
import org.junit.jupiter.api.Test;

/** The compiler's list of schedules is the runtime's. */
final class ScheduleKindTest {
  @Test
  void bothKnowTheSameOfTheSame() {
    assertThat(PipelineSchedule.all())
        .extracting(PipelineSchedule::name)
        .containsExactlyElementsOf(ScheduleKind.words());
    for (PipelineSchedule schedule : PipelineSchedule.all()) {
      ScheduleKind kind = ScheduleKind.named(schedule.name()).orElseThrow();
      assertThat(kind.splitsBackward()).isEqualTo(schedule.splitsBackward());
      assertThat(kind.isChunked()).isEqualTo(schedule.objection(4, 8, 2).isEmpty());
    }
  }
}
