package io.heddle.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class StageSplitTest {
  @Test
  void equalStagesNeedLayersThatDivide() {
    assertThat(StageSplit.EQUAL.boundaries(8, 4, 1)).containsExactly(0, 2, 4, 6, 8);
    assertThatThrownBy(() -> StageSplit.EQUAL.boundaries(9, 4, 1))
        .hasMessage("9 layers do not divide over 4 stages");
    assertThatThrownBy(() -> StageSplit.EQUAL.boundaries(3, 4, 1))
        .hasMessage("3 layers are fewer than 4 stages");
  }

  @Test
  void listedStagesMustAddUp() {
    StageSplit split = StageSplit.listed(List.of(4L, 4L, 1L));
    assertThat(split.boundaries(9, 3, 1)).containsExactly(0, 4, 8, 9);
    assertThatThrownBy(() -> split.boundaries(10, 3, 1))
        .hasMessage("the stages have 9 layers together, the model has 10");
    assertThatThrownBy(() -> split.boundaries(9, 4, 1))
        .hasMessage("layers are listed for 3 stages, there are 4");
  }

  @Test
  void onlyTheEndsMayHaveNoLayers() {
    assertThat(StageSplit.listed(List.of(4L, 5L, 0L)).boundaries(9, 3, 1))
        .containsExactly(0, 4, 9, 9);
    assertThat(StageSplit.listed(List.of(0L, 2L, 0L)).boundaries(2, 3, 1))
        .containsExactly(0, 0, 2, 2);
    assertThat(StageSplit.listed(List.of(0L, 3L, 2L, 0L)).boundaries(5, 2, 2))
        .containsExactly(0, 0, 3, 5, 5);
    assertThatThrownBy(() -> StageSplit.listed(List.of(4L, 0L, 5L)).boundaries(9, 3, 1))
        .hasMessage("number 1 of the stages has no layers, and neither embedding nor head");
    assertThatThrownBy(() -> StageSplit.listed(List.of(0L, 9L, 0L, 0L)).boundaries(9, 2, 2))
        .hasMessage("number 2 of the chunks has no layers, and neither embedding nor head");
  }

  @Test
  void layersAreDealtOutToAllChunks() {
    StageSplit split = StageSplit.listed(List.of(3L, 2L, 2L, 1L));
    assertThat(split.boundaries(8, 2, 2)).containsExactly(0, 3, 5, 7, 8);
    assertThatThrownBy(() -> split.boundaries(8, 2, 3))
        .hasMessage("layers are listed for 4 chunks, there are 6");
    assertThatThrownBy(() -> StageSplit.EQUAL.boundaries(9, 2, 2))
        .hasMessage("9 layers do not divide over 4 chunks");
    assertThatThrownBy(() -> StageSplit.BALANCED.boundaries(1 << 20, 1 << 16, 1 << 16))
        .hasMessage("1048576 layers are fewer than 4294967296 chunks");
  }

  @Property
  void balancedStagesDifferByOneLayerAtMostAndTheFirstHaveMore(
      @ForAll @IntRange(min = 1, max = 40) int stages, @ForAll @IntRange(max = 100) int more) {
    int[] boundaries = StageSplit.BALANCED.boundaries(stages + more, stages, 1);
    assertThat(boundaries[0]).isZero();
    assertThat(boundaries[stages]).isEqualTo(stages + more);
    int most = boundaries[1];
    int least = boundaries[stages] - boundaries[stages - 1];
    assertThat(most - least).isBetween(0, 1);
    for (int stage = 1; stage < stages; stage++) {
      int before = boundaries[stage] - boundaries[stage - 1];
      int here = boundaries[stage + 1] - boundaries[stage];
      assertThat(here).isLessThanOrEqualTo(before);
    }
  }
}
