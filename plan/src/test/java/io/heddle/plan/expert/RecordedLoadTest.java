package io.heddle.plan.expert;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RecordedLoadTest {
  private static final List<String> ROWS = List.of("3: 6 2", "3: 1 7", "5: 4 4", "5: 8 0");

  @Test
  void layersAndMicroBatchesHaveTheirTokens() {
    RecordedLoad load = RecordedLoad.of("Router", 2, ROWS);
    ExpertShares shares = new ExpertShares(load, 2, 2, 4, 1);
    assertThat(shares.rows(shares.draw(0, 3))).containsExactly(6, 2);
    assertThat(shares.rows(shares.draw(1, 3))).containsExactly(1, 7);
    assertThat(shares.rows(shares.draw(1, 5))).containsExactly(8, 0);
    assertThat(shares.received(1, shares.draw(1, 3))).isEqualTo(7);
  }

  @Test
  void laterMicroBatchesRepeatThem() {
    RecordedLoad load = RecordedLoad.of("Router", 2, ROWS);
    assertThat(load.draw(7, 5)).isEqualTo(load.draw(1, 5));
    assertThat(load.draw(6, 5)).isEqualTo(load.draw(0, 5)).isNotEqualTo(load.draw(1, 5));
  }

  @Test
  void itsTextsMakeItAgain() {
    RecordedLoad load = RecordedLoad.of("Router", 2, ROWS);
    assertThat(load.rows()).isEqualTo(ROWS);
    assertThat(RecordedLoad.of("Router", 2, load.rows())).isEqualTo(load).hasSameHashCodeAs(load);
    assertThat(RecordedLoad.of("Router", 1, List.of("3: 6 2"))).isNotEqualTo(load);
  }

  @ParameterizedTest
  @ValueSource(strings = {"3: 6 2,3: 1 7,5: 4 4", "3: 6 2,5: 1 7", "3: 6 2,3: 1", "3: 1 1,3: 0 0"})
  void rowsThatDoNotBelongTogetherAreRefused(String rows) {
    assertThatThrownBy(() -> RecordedLoad.of("Router", 2, List.of(rows.split(","))))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
