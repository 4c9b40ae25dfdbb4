package io.heddle.runtime.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.plan.schedule.Action;
import io.heddle.plan.schedule.Clock;
import io.heddle.plan.schedule.Pipeline;
import io.heddle.plan.schedule.PipelineSchedule;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ReceiveOrderTest {
  private static final PipelineSchedule INTERLEAVED =
      PipelineSchedule.named("interleaved").orElseThrow();

  private static List<Integer> posted(ReceiveOrder receives, int action) {
    List<Integer> posted = new ArrayList<>();
    for (int i = 0; i < receives.count(action); i++) {
      posted.add(receives.posted(action, i));
    }
    return posted;
  }

  @Test
  void aReceiveIsPostedDuringTheActionBeforeItsOwn() {
    assertThat(posted(ReceiveOrder.asUsed(), ReceiveOrder.AT_ONCE)).containsExactly(0);
    assertThat(posted(ReceiveOrder.asUsed(), 3)).containsExactly(4);
  }

  /** The first stage uses what comes back only when the rest of the group has gone. */
  @Test
  void whatIsSentLongBeforeItIsUsedIsReceivedAhead() {
    Pipeline pipeline = new Pipeline(2, 4, 2, Map.of("group", 4));
    Clock clock = Clock.of(INTERLEAVED, pipeline, Clock.Durations.SLOTS);
    List<Action> actions = clock.actions(0);
    assertThat(actions.get(4)).isEqualTo(new Action(Action.Kind.FORWARD, 0, 1));
    ReceiveOrder receives = ReceiveOrder.ahead(clock, 0);
    // Micro-batch 0 is sent back at the end of the second slot: in the third it would be late.
    assertThat(posted(receives, 1)).containsExactly(4);
    assertThat(posted(receives, 2)).containsExactly(5);
  }

  /** What the second stage needs first is sent while it does nothing. */
  @Test
  void whatIsSentBeforeAStageBeginsIsPostedAtOnce() {
    Pipeline pipeline = new Pipeline(2, 4, 2, Map.of("group", 4));
    Clock clock = Clock.of(INTERLEAVED, pipeline, Clock.Durations.SLOTS);
    ReceiveOrder receives = ReceiveOrder.ahead(clock, 1);
    assertThat(posted(receives, ReceiveOrder.AT_ONCE)).containsExactly(0);
    assertThat(posted(receives, 0)).containsExactly(1);
  }
}
