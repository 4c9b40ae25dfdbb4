package io.heddle.plan.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.plan.schedule.Action.Kind;
import io.heddle.plan.schedule.TimeSlots.Slot;
import java.util.List;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class TimeSlotsTest {
  private static TimeSlots of(String name, int stages, int microBatches, int chunks) {
    return TimeSlots.of(
        PipelineSchedule.named(name).orElseThrow(), new Pipeline(stages, microBatches, chunks));
  }

  @Property(tries = 200)
  void lastAsLongAsThePapersSay(
      @ForAll @IntRange(min = 1, max = 9) int stages,
      @ForAll @IntRange(min = 1, max = 4) int groups,
      @ForAll @IntRange(min = 1, max = 4) int chunks) {
    int microBatches = stages * groups;
    int bubble = stages - 1;
    assertThat(of("gpipe", stages, microBatches, 1).slots()).isEqualTo(2 * (microBatches + bubble));
    assertThat(of("one_f_one_b", stages, microBatches, 1).slots())
        .isEqualTo(2 * (microBatches + bubble));
    assertThat(of("interleaved", stages, microBatches, chunks).slots())
        .isEqualTo(2 * (chunks * microBatches + bubble));
    assertThat(of("zero_bubble", stages, microBatches, 1).slots())
        .isEqualTo(3 * microBatches + bubble);
  }

  @Provide
  Arbitrary<RandomPipeline> pipelines() {
    return RandomPipeline.any();
  }

  /** Where each pass through a chunk takes one slot. */
  @Property(tries = 1000)
  void stagesWaitAsTheFormulaSays(@ForAll("pipelines") RandomPipeline some) {
    int chunks = some.chunks();
    int weight = some.schedule().splitsBackward() ? chunks : 0;
    double waiting = some.schedule().waiting(some.pipeline(), chunks, chunks, weight);
    assertThat(TimeSlots.of(some.schedule(), some.pipeline()).slots())
        .isEqualTo((int) ((2 * chunks + weight) * some.microBatches() + waiting));
  }

  @Test
  void bubblesAreThoseOfThePapers() {
    assertThat(bubble("gpipe", 1)).isEqualTo(7.0 / 15);
    assertThat(bubble("one_f_one_b", 1)).isEqualTo(7.0 / 15);
    assertThat(bubble("interleaved", 2)).isEqualTo(7.0 / 23);
    assertThat(bubble("zero_bubble", 1)).isEqualTo(7.0 / 31);
  }

  private static double bubble(String name, int chunks) {
    return PipelineSchedule.named(name).orElseThrow().bubble(new Pipeline(8, 8, chunks));
  }

  /** One stage does nothing twice at a time, and nothing before its input is there. */
  @Property(tries = 200)
  void aPassBeginsWhenWhatItNeedsIsDone(
      @ForAll @IntRange(min = 1, max = 6) int stages,
      @ForAll @IntRange(min = 1, max = 3) int groups,
      @ForAll @IntRange(min = 1, max = 3) int chunks) {
    TimeSlots slots = of("interleaved", stages, stages * groups, chunks);
    for (int stage = 0; stage < stages; stage++) {
      int free = 0;
      for (Slot slot : slots.stages().get(stage)) {
        Action action = slot.action();
        boolean forward = action.kind() == Kind.FORWARD;
        int before = action.chunk() * stages + stage + (forward ? -1 : 1);
        int ready = 0;
        if (before >= 0 && before < stages * chunks) {
          Action needed = new Action(action.kind(), action.microBatch(), before / stages);
          ready = at(slots.stages().get(before % stages), needed) + 1;
        }
        assertThat(slot.at()).isEqualTo(Math.max(free, ready));
        free = slot.at() + 1;
      }
    }
  }

  private static int at(List<Slot> slots, Action action) {
    return slots.stream()
        .filter(slot -> slot.action().equals(action))
        .findFirst()
        .orElseThrow()
        .at();
  }

  @Test
  void manyStagesTakeNoTimeToPlace() {
    assertThat(of("gpipe", 20_000, 1, 1).slots()).isEqualTo(40_000);
  }

  @Test
  void phasesEndAtTheFirstBackwardAndTheLastForward() {
    PipelineSchedule gpipe = PipelineSchedule.named("gpipe").orElseThrow();
    PipelineSchedule plain = PipelineSchedule.named("one_f_one_b").orElseThrow();
    assertThat(Phases.of(gpipe.actions(0, new Pipeline(4, 6, 1)))).isEqualTo(new Phases(6, 0, 6));
    assertThat(Phases.of(plain.actions(0, new Pipeline(4, 6, 1)))).isEqualTo(new Phases(4, 4, 4));
    assertThat(Phases.of(plain.actions(3, new Pipeline(4, 6, 1)))).isEqualTo(new Phases(1, 10, 1));
  }
}
