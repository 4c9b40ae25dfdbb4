package io.heddle.plan.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heddle.plan.schedule.Action.Kind;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class PipelineScheduleTest {
  /** A schedule with numbers that it can run. */
  record Case(PipelineSchedule schedule, int stages, int microBatches, int chunks) {
    Pipeline pipeline() {
      return new Pipeline(stages, microBatches, chunks);
    }

    Chain chain() {
      return schedule.chain(pipeline());
    }

    List<Action> actions(int stage) {
      return schedule.actions(stage, pipeline());
    }

    int places() {
      return stages * chunks;
    }

    long mostInFlight(int stage) {
      return schedule.mostInFlight(stage, pipeline(), chunk -> 1);
    }
  }

  @Provide
  Arbitrary<Case> cases() {
    return Combinators.combine(
            Arbitraries.of(PipelineSchedule.all()),
            Arbitraries.integers().between(1, 8),
            Arbitraries.integers().between(1, 20),
            Arbitraries.integers().between(1, 4))
        .as(Case::new)
        .map(
            wild -> {
              int chunks = wild.schedule().name().equals("interleaved") ? wild.chunks() : 1;
              int groups = chunks == 1 ? 1 : wild.stages();
              return new Case(wild.schedule(), wild.stages(), wild.microBatches() * groups, chunks);
            });
  }

  private static PipelineSchedule named(String name) {
    return PipelineSchedule.named(name).orElseThrow();
  }

  private record Pass(int microBatch, int chunk) {}

  @Property
  void everyPassComesOnceInItsOrder(@ForAll("cases") Case some) {
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

  /** A message: between neighbours of the chain of chunks. */
  private record Message(int microBatch, int toPlace, boolean forward) {}

  private static void note(Map<List<Integer>, List<Message>> lines, int from, int to, Message it) {
    if (from != to) {
      lines.computeIfAbsent(List.of(from, to), unused -> new ArrayList<>()).add(it);
    }
  }

  /** Else a receiver could wait for a message that stands behind another in the sender's lane. */
  @Property
  void messagesOfAPairAreSentInTheOrderInWhichTheyAreReceived(@ForAll("cases") Case some) {
    Map<List<Integer>, List<Message>> sent = new HashMap<>();
    Map<List<Integer>, List<Message>> received = new HashMap<>();
    int stages = some.stages();
    for (int stage = 0; stage < stages; stage++) {
      for (Action action : some.actions(stage)) {
        if (action.kind() == Kind.BACKWARD_WEIGHT) {
          continue;
        }
        boolean forward = action.kind() == Kind.FORWARD;
        int place = some.chain().place(stage, action.chunk());
        int next = forward ? place + 1 : place - 1;
        int before = forward ? place - 1 : place + 1;
        if (next >= 0 && next < some.places()) {
          Message message = new Message(action.microBatch(), next, forward);
          note(sent, stage, some.chain().stageAt(next), message);
        }
        if (before >= 0 && before < some.places()) {
          Message message = new Message(action.microBatch(), place, forward);
          note(received, some.chain().stageAt(before), stage, message);
        }
      }
    }
    assertThat(received).isEqualTo(sent);
  }

  @Property
  void oneForwardOneBackwardKeepsFewInFlight(
      @ForAll @IntRange(min = 1, max = 8) int stages,
      @ForAll @IntRange(min = 1, max = 20) int microBatches) {
    Case some = new Case(named("one_f_one_b"), stages, microBatches, 1);
    for (int stage = 0; stage < stages; stage++) {
      assertThat(some.mostInFlight(stage)).isEqualTo(Math.min(microBatches, stages - stage));
    }
  }

  @Property
  void zeroBubbleKeepsAsManyOnEachStageAsTheFirstHas(
      @ForAll @IntRange(min = 1, max = 8) int stages,
      @ForAll @IntRange(min = 1, max = 20) int microBatches) {
    Case some = new Case(named("zero_bubble"), stages, microBatches, 1);
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
    Case some = new Case(named("interleaved"), stages, groups * stages, chunks);
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
      @ForAll("cases") Case some,
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
  private static int makespan(Case some, int forwardTime, int backwardTime) {
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

  @Test
  void demandsAreSaid() {
    PipelineSchedule interleaved = named("interleaved");
    String groups =
        "`interleaved` needs micro-batches in groups of as many as there are stages: 10 do not"
            + " divide by 4";
    assertThat(interleaved.objection(new Pipeline(4, 10, 2)).orElseThrow().problem())
        .isEqualTo(groups);
    assertThat(interleaved.objection(new Pipeline(4, 10, 1))).isEmpty();
    assertThatThrownBy(() -> interleaved.actions(0, new Pipeline(4, 10, 2))).hasMessage(groups);
    assertThat(named("gpipe").objectionToSettings(Map.of("chunks", 2)).orElseThrow().problem())
        .isEqualTo("`gpipe` takes no `chunks`");
  }
}
