package io.heddle.runtime.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.plan.schedule.Action;
import io.heddle.plan.schedule.Action.Kind;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class LastPassesTest {
  @Test
  void eachChunkHasItsOwn() {
    LastPasses passes =
        new LastPasses(
            List.of(
                new Action(Kind.FORWARD, 0, 0),
                new Action(Kind.BACKWARD, 0, 1),
                new Action(Kind.BACKWARD, 1, 1),
                new Action(Kind.BACKWARD, 0, 0),
                new Action(Kind.FORWARD, 1, 0),
                new Action(Kind.BACKWARD, 1, 0),
                new Action(Kind.FORWARD, 2, 0)));
    assertThat(lastOfChunk(passes, 7)).containsExactly(2, 5);
    assertThat(passes.isLast(5)).isTrue();
    assertThat(passes.isLast(6)).isFalse();
  }

  @Test
  void inputsAndWeightsHaveTheirsWhereTheyAreApart() {
    LastPasses passes =
        new LastPasses(
            List.of(
                new Action(Kind.BACKWARD_INPUT, 0),
                new Action(Kind.BACKWARD_INPUT, 1),
                new Action(Kind.BACKWARD_WEIGHT, 0),
                new Action(Kind.BACKWARD_WEIGHT, 1)));
    assertThat(lastOfChunk(passes, 4)).containsExactly(1, 3);
    assertThat(passes.isLast(1)).isFalse();
    assertThat(passes.isLast(3)).isTrue();
  }

  private static List<Integer> lastOfChunk(LastPasses passes, int actions) {
    return IntStream.range(0, actions).filter(passes::isLastOfChunk).boxed().toList();
  }
}
