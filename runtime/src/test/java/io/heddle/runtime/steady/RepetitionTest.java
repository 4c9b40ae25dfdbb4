package io.heddle.runtime.steady;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.plan.schedule.Action;
import io.heddle.plan.schedule.Pipeline;
import io.heddle.plan.schedule.PipelineSchedule;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RepetitionTest {
  private static final int STAGES = 4;
  private static final int MICRO_BATCHES = 96;
  private static final int FEW = 32;

  private static Pipeline pipeline(String schedule, int microBatches) {
    int chunks = PipelineSchedule.named(schedule).orElseThrow().chunks(Map.of());
    return new Pipeline(STAGES, microBatches, chunks);
  }

  private static List<Action> actions(String schedule, int stage, int microBatches) {
    return PipelineSchedule.named(schedule)
        .orElseThrow()
        .actions(stage, pipeline(schedule, microBatches));
  }

  private static Action later(Action action, int microBatches) {
    return new Action(
        action.kind(), action.microBatch() + microBatches, action.chunk(), action.besideNext());
  }

  /** The few actions with all cycles that are left out, put in before an action. */
  private static List<Action> filled(List<Action> few, Repetition found, int cycle, int cut) {
    List<Action> filled = new ArrayList<>(few.subList(0, cut));
    for (int left = MICRO_BATCHES - FEW; left > 0; left -= cycle) {
      for (int i = 0; i < found.period(); i++) {
        filled.add(later(filled.get(filled.size() - found.period()), cycle));
      }
    }
    few.subList(cut, few.size()).forEach(action -> filled.add(later(action, MICRO_BATCHES - FEW)));
    return filled;
  }

  @ParameterizedTest
  @ValueSource(strings = {"one_f_one_b", "zero_bubble", "zb_v", "v_half", "v_min", "dualpipe_v"})
  void cyclesPutInMakeThePlansActions(String schedule) {
    for (int stage = 0; stage < STAGES; stage++) {
      List<Action> whole = actions(schedule, stage, MICRO_BATCHES);
      List<Action> few = actions(schedule, stage, FEW);
      int cycle = 1;
      Optional<Repetition> found = Optional.empty();
      while (found.isEmpty() && cycle <= STAGES) {
        found = Repetition.of(whole, few, cycle, MICRO_BATCHES - FEW);
        cycle *= found.isEmpty() ? 2 : 1;
      }
      assertThat(found).as("stage %d", stage).isPresent();
      int behindFirstCycle = found.get().from() + found.get().period();
      int cut = Math.max(found.get().earliestCut(), behindFirstCycle);
      for (; cut <= found.get().to(); cut++) {
        assertThat(filled(few, found.get(), cycle, cut)).isEqualTo(whole);
      }
    }
  }

  @Test
  void twoPhasesAreNoCycle() {
    List<Action> whole = actions("gpipe", 0, MICRO_BATCHES);
    List<Action> few = actions("gpipe", 0, FEW);
    assertThat(Repetition.of(whole, few, 1, MICRO_BATCHES - FEW)).isEmpty();
  }
}
