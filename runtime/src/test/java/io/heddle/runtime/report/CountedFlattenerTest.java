package io.heddle.runtime.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.runtime.pipeline.SmallFlattener;
import io.heddle.runtime.trace.CountingSink;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class CountedFlattenerTest {
  private static final int RANKS = 8;

  @Test
  void anAttemptThatIsGivenUpLeavesNothingBehind() {
    SmallFlattener flattener = new SmallFlattener(SmallFlattener.plan(2, 2, 2, 4, 6), 2);
    List<Long> begun = new ArrayList<>();
    CountedFlattener counted = CountedFlattener.of(flattener, (action, of) -> begun.add(action));
    emit(counted, 3);
    counted.restart();
    begun.clear();
    emit(counted, RANKS);

    CountingSink whole = new CountingSink();
    for (int rank = 0; rank < RANKS; rank++) {
      flattener.emit(rank, whole);
    }
    assertThat(counted.counts().nodes()).isEqualTo(whole.nodes());
    assertThat(counted.counts().operations()).isEqualTo(whole.operations());
    assertThat(begun).startsWith(1L).isSorted().doesNotHaveDuplicates();
  }

  private static void emit(CountedFlattener flattener, int ranks) {
    for (int rank = 0; rank < ranks; rank++) {
      var trace = flattener.open(rank);
      for (int action = 0; action < flattener.actions(rank); action++) {
        trace.emit(action, new CountingSink());
      }
    }
  }
}
