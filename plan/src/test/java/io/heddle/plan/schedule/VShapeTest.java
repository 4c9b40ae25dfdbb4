package io.heddle.plan.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.plan.schedule.Action.Kind;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

/**
 * Bubbles and memory are those of the papers, where forward, input and weight passes last alike.
 */
class VShapeTest {
  private static PipelineSchedule named(String name) {
    return PipelineSchedule.named(name).orElseThrow();
  }

  /** Passes through a chunk for which the step lasts longer than a stage's work. */
  private static int waiting(String name, int stages, int microBatches) {
    Pipeline pipeline = new Pipeline(stages, microBatches, stages == 1 ? 1 : 2);
    return TimeSlots.of(named(name), pipeline).slots() - 3 * pipeline.passes();
  }

  private static long mostInFlight(String name, int stages, int microBatches) {
    Pipeline pipeline = new Pipeline(stages, microBatches, 2);
    long most = 0;
    for (int stage = 0; stage < stages; stage++) {
      most = Math.max(most, named(name).mostInFlight(stage, pipeline, chunk -> 1));
    }
    return most;
  }

  @Property(tries = 100)
  void noStageWaitsUnderZeroBubbleOnceItHasBegun(
      @ForAll @IntRange(min = 2, max = 16) int stages, @ForAll @IntRange(max = 20) int more) {
    int microBatches = 2 * stages - 1 + more;
    assertThat(waiting("zb_v", stages, microBatches)).isEqualTo(stages - 1);
    Pipeline pipeline = new Pipeline(stages, microBatches, 2);
    TimeSlots slots = TimeSlots.of(named("zb_v"), pipeline);
    for (int stage = 0; stage < stages; stage++) {
      int first = slots.stages().get(stage).get(0).at();
      int last = slots.stages().get(stage).get(3 * pipeline.passes() - 1).at();
      assertThat(last - first + 1).isEqualTo(3 * pipeline.passes());
    }
  }

  @Property(tries = 100)
  void leastMemoryWaitsForTwoThirdsOfAPipeline(
      @ForAll @IntRange(min = 2, max = 24) int stages, @ForAll @IntRange(max = 20) int more) {
    int stretched = stages % 3 == 0 ? 2 : 0;
    assertThat(waiting("v_min", stages, stages + more)).isEqualTo(4 * stages - 5 + stretched);
  }

  /** The paper has p / 2 micro-batches, which are 3 p passes, as the limit. */
  @Property(tries = 100)
  void halfTheMemoryWaitsForHalfAPipeline(
      @ForAll @IntRange(min = 2, max = 24) int stages, @ForAll @IntRange(max = 20) int more) {
    assertThat(waiting("v_half", stages, stages + more)).isBetween(2 * stages, 7 * stages / 2);
  }

  @Test
  void halfTheMemoryWaitsAsMeasured() {
    assertThat(waiting("v_half", 4, 16)).isEqualTo(11);
    assertThat(waiting("v_half", 8, 32)).isEqualTo(24);
    assertThat(waiting("v_half", 16, 64)).isEqualTo(50);
  }

  @Property(tries = 200)
  void activationsAreAtMostThoseOfThePaperAndOfOnePass(
      @ForAll @IntRange(min = 2, max = 24) int stages,
      @ForAll @IntRange(min = 1, max = 60) int microBatches) {
    assertThat(mostInFlight("zb_v", stages, microBatches))
        .isEqualTo(2L * Math.min(stages, microBatches));
    assertThat(mostInFlight("v_half", stages, microBatches))
        .isLessThanOrEqualTo(2L * ((stages + 2) / 2) + (stages % 2 == 0 ? 1 : 0));
    assertThat(mostInFlight("v_min", stages, microBatches))
        .isLessThanOrEqualTo(2L * ((stages + 4) / 3));
  }

  /** (p - 1) (FB + B - 3 W), where FB is 3, B is 2 and W is 1. */
  @Property(tries = 100)
  void dualPipeWaitsAsItsFormulaSays(
      @ForAll @IntRange(min = 2, max = 16) int stages, @ForAll @IntRange(max = 20) int more) {
    int microBatches = 2 * stages + more;
    assertThat(waiting("dualpipe_v", stages, microBatches)).isEqualTo(2 * (stages - 1));
    assertThat(mostInFlight("dualpipe_v", stages, microBatches)).isEqualTo(2L * stages + 1);
  }

  /** A forward pass, and the backward pass of another micro-batch through the other chunk. */
  @Property(tries = 100)
  void whatRunsSideBySideIsOfTwoMicroBatches(
      @ForAll @IntRange(min = 2, max = 8) int stages,
      @ForAll @IntRange(min = 1, max = 30) int microBatches) {
    Pipeline pipeline = new Pipeline(stages, microBatches, 2);
    for (int stage = 0; stage < stages; stage++) {
      List<Action> actions = named("dualpipe_v").actions(stage, pipeline);
      for (int i = 0; i < actions.size(); i++) {
        if (actions.get(i).besideNext() && actions.get(i).kind() == Kind.FORWARD) {
          Action backward = actions.get(i + 1);
          assertThat(backward.kind()).isEqualTo(Kind.BACKWARD_INPUT);
          assertThat(backward.besideNext()).isTrue();
          assertThat(backward.chunk()).isEqualTo(1 - actions.get(i).chunk());
          assertThat(backward.microBatch()).isNotEqualTo(actions.get(i).microBatch());
          assertThat(actions.get(i + 2))
              .isEqualTo(new Action(Kind.BACKWARD_WEIGHT, backward.microBatch(), backward.chunk()));
        }
      }
    }
    assertThat(named("dualpipe_v").actions(0, new Pipeline(4, 8, 2))).anyMatch(Action::besideNext);
  }

  @Test
  void theFirstStageHasBothEnds() {
    Chain chain = named("zb_v").chain(new Pipeline(4, 8, 2));
    assertThat(chain.isFirst(0)).isTrue();
    assertThat(chain.isLast(0)).isTrue();
    assertThat(chain.isLast(3)).isFalse();
    assertThat(chain.stageAt(3)).isEqualTo(3);
    assertThat(chain.stageAt(4)).isEqualTo(3);
    assertThat(chain.chunkAt(4)).isEqualTo(1);
  }

  @Test
  void bubblesAreSharesOfTheStep() {
    assertThat(named("zb_v").bubble(new Pipeline(4, 8, 2))).isEqualTo(3.0 / (6 * 8 + 3));
    assertThat(named("v_min").bubble(new Pipeline(4, 8, 2))).isEqualTo(11.0 / (6 * 8 + 11));
    assertThat(named("v_half").bubble(new Pipeline(4, 8, 2))).isEqualTo(11.0 / (6 * 8 + 11));
  }
}
