package io.heddle.plan.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heddle.plan.schedule.Action.Kind;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class PipelineScheduleTest {
  @Provide
  Arbitrary<RandomPipeline> cases() {
    return RandomPipeline.any();
  }

  private static RandomPipeline some(String name, int stages, int microBatches, int chunks) {
    return new RandomPipeline(named(name), new Pipeline(stages, microBatches, chunks));
  }

  private static PipelineSchedule named(String name) {
    return PipelineSchedule.named(name).orElseThrow();
  }

  private record Pass(int microBatch, int chunk) {}

  @Property
  void everyPassComesOnceInItsOrder(@ForAll("cases") RandomPipeline some) {
    assertThat(some.schedule().objection(some.pipeline())).isEmpty();
    for (int stage = 0; stage < some.stages(); stage++) {
      Map<Kind, Set<Pass>> seen = new HashMap<>();
      for (Kind kind : Kind.values()) {
        seen.put(kind, new HashSet<>());
      }
      for (Action action : some.actions(stage)) {
        assertThat(action.microBatch()).isBetween(0, some.microBatches() - 1);
        assertThat(action.chunk()).isBetween(0, some.chunks() - 1);
        Pass pass = new Pass(action.microBatch(), action.chunk());
        assertThat(seen.get(action.kind()).add(pass)).as("%s comes once", action).isTrue();
        switch (action.kind()) {
          case FORWARD -> {}
          case BACKWARD, BACKWARD_INPUT -> assertThat(seen.get(Kind.FORWARD)).contains(pass);
          case BACKWARD_WEIGHT -> assertThat(seen.get(Kind.BACKWARD_INPUT)).contains(pass);
        }
      }
      int passes = some.microBatches() * some.chunks();
      boolean split = some.schedule().splitsBackward();
      assertThat(seen.get(Kind.FORWARD)).hasSize(passes);
      assertThat(seen.get(Kind.BACKWARD)).hasSize(split ? 0 : passes);
      assertThat(seen.get(Kind.BACKWARD_INPUT)).hasSize(split ? passes : 0);
      assertThat(seen.get(Kind.BACKWARD_WEIGHT)).hasSize(split ? passes : 0);
    }
  }

  @Property
  void oneForwardOneBackwardKeepsFewInFlight(
      @ForAll @IntRange(min = 1, max = 8) int stages,
      @ForAll @IntRange(min = 1, max = 20) int microBatches) {
    RandomPipeline some = some("one_f_one_b", stages, microBatches, 1);
    for (int stage = 0; stage < stages; stage++) {
      assertThat(some.mostInFlight(stage)).isEqualTo(Math.min(microBatches, stages - stage));
    }
  }

  @Property
  void zeroBubbleKeepsAsManyOnEachStageAsTheFirstHas(
      @ForAll @IntRange(min = 1, max = 8) int stages,
      @ForAll @IntRange(min = 1, max = 20) int microBatches) {
    RandomPipeline some = some("zero_bubble", stages, microBatches, 1);
    for (int stage = 0; stage < stages; stage++) {
      assertThat(some.mostInFlight(stage)).isEqualTo(Math.min(microBatches, stages));
    }
  }

  /** The first stage keeps 1 + (p - 1) / (p v) as much as under 1F1B (Korthikanti et al. 2022). */
  @Property
  void interleavingKeepsMore(
      @ForAll @IntRange(min = 2, max = 8) int stages,
      @ForAll @IntRange(min = 2, max = 4) int groups,
      @ForAll @IntRange(min = 2, max = 4) int chunks) {
    RandomPipeline some = some("interleaved", stages, groups * stages, chunks);
    for (int stage = 0; stage < stages; stage++) {
      assertThat(some.mostInFlight(stage))
          .isEqualTo(2L * (stages - 1 - stage) + (chunks - 1L) * stages + 1);
    }
    assertThat(some.mostInFlight(0)).isEqualTo((long) stages * chunks + stages - 1);
  }

  @Test
  void aChunkCountsByItsWeight() {
    // F0 F1 of the first chunk, F0 F1 of the second, F2 B0' F3: then it keeps 0, 1, 2, 3 and 1'.
    assertThat(
            named("interleaved")
                .mostInFlight(0, new Pipeline(2, 4, 2), chunk -> chunk == 0 ? 100 : 1))
        .isEqualTo(401);
  }

  @Property
  void interleavedWithOneChunkIsOneForwardOneBackward(
      @ForAll @IntRange(min = 1, max = 8) int stages,
      @ForAll @IntRange(min = 1, max = 20) int microBatches) {
    for (int stage = 0; stage < stages; stage++) {
      Pipeline pipeline = new Pipeline(stages, microBatches, 1);
      assertThat(named("interleaved").actions(stage, pipeline))
          .isEqualTo(named("one_f_one_b").actions(stage, pipeline));
    }
  }

  @Property
  void nothingWaitsForEver(
      @ForAll("cases") RandomPipeline some,
      @ForAll @IntRange(min = 1, max = 5) int forwardTime,
      @ForAll @IntRange(min = 1, max = 5) int backwardTime) {
    int both = forwardTime + backwardTime;
    int makespan = makespan(some, forwardTime, backwardTime);
    int busy = some.microBatches() * some.chunks() * both;
    if (some.schedule().splitsBackward()) {
      assertThat(makespan).isGreaterThanOrEqualTo(busy);
    } else {
      // idle / makespan = (p - 1) / (v m + p - 1), in whole numbers.
      assertThat(makespan).isEqualTo(busy + (some.stages() - 1) * both);
    }
  }

  private record Done(int place, boolean forward, int microBatch) {}

  /**
   * Runs each stage's next action as soon as its input is there; messages cost nothing. Input and
   * weight gradients last half of {@code backwardTime} each, in halves of a tick.
   */
  private static int makespan(RandomPipeline some, int forwardTime, int backwardTime) {
    Map<Done, Integer> end = new HashMap<>();
    int stages = some.stages();
    int[] next = new int[stages];
    int[] free = new int[stages];
    List<List<Action>> all = IntStream.range(0, stages).mapToObj(some::actions).toList();
    boolean moved = true;
    while (moved) {
      moved = false;
      for (int stage = 0; stage < stages; stage++) {
        List<Action> actions = all.get(stage);
        if (next[stage] == actions.size()) {
          continue;
        }
        Action action = actions.get(next[stage]);
        boolean forward = action.kind() == Kind.FORWARD;
        int place = some.chain().place(stage, action.chunk());
        int before = forward ? place - 1 : place + 1;
        boolean needsNothing =
            before < 0 || before == some.places() || action.kind() == Kind.BACKWARD_WEIGHT;
        Integer input =
            needsNothing
                ? Integer.valueOf(0)
                : end.get(new Done(before, forward, action.microBatch()));
        if (input != null) {
          int time =
              switch (action.kind()) {
                case FORWARD -> 2 * forwardTime;
                case BACKWARD -> 2 * backwardTime;
                case BACKWARD_INPUT, BACKWARD_WEIGHT -> backwardTime;
              };
          free[stage] = Math.max(free[stage], input) + time;
          if (action.kind() != Kind.BACKWARD_WEIGHT) {
            end.put(new Done(place, forward, action.microBatch()), free[stage]);
          }
          next[stage]++;
          moved = true;
        }
      }
    }
    assertThat(end).as("every action ran").hasSize(2 * some.microBatches() * some.places());
    int last = 0;
    for (int stage = 0; stage < stages; stage++) {
      assertThat(next[stage]).isEqualTo(all.get(stage).size());
      last = Math.max(last, free[stage]);
    }
    return last / 2;
  }

  @Test
  void onlyKnownNamesAreFound() {
    for (PipelineSchedule schedule : PipelineSchedule.all()) {
      assertThat(PipelineSchedule.named(schedule.name())).containsSame(schedule);
    }
    assertThat(PipelineSchedule.named("round_robin")).isEmpty();
  }

  /** The first stage keeps a group for each chunk but the last, and 2 p - 1 of that. */
  @Test
  void interleavingInLargerGroupsKeepsMore() {
    PipelineSchedule interleaved = named("interleaved");
    Pipeline pipeline = new Pipeline(4, 10, 2, Map.of("group", 5));
    assertThat(interleaved.mostInFlight(0, pipeline, chunk -> 1)).isEqualTo(5 + 7);
    assertThat(interleaved.actions(3, pipeline).subList(0, 7))
        .isEqualTo(
            List.of(
                new Action(Kind.FORWARD, 0, 0),
                new Action(Kind.FORWARD, 1, 0),
                new Action(Kind.FORWARD, 2, 0),
                new Action(Kind.FORWARD, 3, 0),
                new Action(Kind.FORWARD, 4, 0),
                new Action(Kind.FORWARD, 0, 1),
                new Action(Kind.BACKWARD, 0, 1)));
  }

  @Test
  void demandsAreSaid() {
    PipelineSchedule interleaved = named("interleaved");
    String groups =
        "`interleaved` needs micro-batches in groups of as many as there are stages: 10 do not"
            + " divide by 4";
    assertThat(interleaved.objection(new Pipeline(4, 10, 2)).orElseThrow().problem())
        .isEqualTo(groups);
    assertThat(interleaved.objection(new Pipeline(4, 10, 2)).orElseThrow().remedy())
        .isEqualTo("the micro-batches must be a multiple of 4, or write `group = 5`");
    assertThat(interleaved.objection(new Pipeline(4, 10, 1))).isEmpty();
    assertThat(interleaved.objection(new Pipeline(4, 10, 2, Map.of("group", 5)))).isEmpty();
    assertThat(interleaved.objection(new Pipeline(4, 10, 2, Map.of("group", 6)))).isEmpty();
    assertThat(interleaved.objection(new Pipeline(4, 10, 2, Map.of("group", 10)))).isEmpty();
    Objection small =
        interleaved.objection(new Pipeline(4, 10, 2, Map.of("group", 7))).orElseThrow();
    assertThat(small.problem())
        .isEqualTo(
            "`interleaved` needs as many micro-batches as stages, 4, in each group: 10 in groups of"
                + " 7 leave a group of 3");
    assertThat(interleaved.objection(new Pipeline(4, 3, 2)).orElseThrow().remedy())
        .isEqualTo("the micro-batches must be a multiple of 4");
    assertThatThrownBy(() -> interleaved.actions(0, new Pipeline(4, 10, 2))).hasMessage(groups);
    assertThat(named("gpipe").objectionToSettings(Map.of("chunks", 2)).orElseThrow().problem())
        .isEqualTo("`gpipe` takes no `chunks`");
  }
}
