package io.heddle.runtime.simulate.collective;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.runtime.cost.LogicalRing;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** The numbers of chunks, which tell the messages of groups apart. */
class CommunicatorTest {
  private static final int MOST_IDS = 70_000;
  private static final int TAG_PERIOD = 500;
  private static final int CHUNKS = 32_000;

  @Test
  void numbersGoOnBeyond32Bits() {
    for (int id : new int[] {1, 2147, 2148, 4295, 65_536}) {
      Communicator group = new Communicator(id, LogicalRing.of(new int[] {0, 1}));
      assertThat(group.nextStream(0)).isEqualTo(id * 1_000_000L);
      assertThat(group.nextStream(0)).isEqualTo(id * 1_000_000L + 1);
      assertThat(group.nextStream(1)).isEqualTo(id * 1_000_000L);
    }
  }

  /** As 32-bit numbers do, also where they wrap. */
  @Test
  void tagsAreThoseOfAstraSim() {
    assertThat(Communicator.tag(7)).isEqualTo(500_000_007);
    assertThat(Communicator.tag(501_000_003L)).isEqualTo(501_000_003);
    assertThat(Communicator.tag(2_147_000_000L)).isEqualTo(647_000_000);
    assertThat(Communicator.tag(2_148_000_000L)).isEqualTo(353_032_704);
  }

  @Test
  void groupsWhoseIdsDifferModulo500ShareNoTag() {
    // Where the tags of the groups of a residue begin.
    TreeMap<Integer, Integer> residueOf = new TreeMap<>();
    for (int id = 1; id <= MOST_IDS; id++) {
      residueOf.put(Communicator.tag(id * 1_000_000L), id % TAG_PERIOD);
    }
    int end = Integer.MIN_VALUE;
    int before = -1;
    for (Map.Entry<Integer, Integer> first : residueOf.entrySet()) {
      if (first.getValue() != before) {
        assertThat(first.getKey()).isGreaterThanOrEqualTo(end);
      }
      before = first.getValue();
      end = Math.max(end, first.getKey() + CHUNKS);
    }
  }
}
