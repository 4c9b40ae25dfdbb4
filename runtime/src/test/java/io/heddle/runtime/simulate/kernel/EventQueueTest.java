package io.heddle.runtime.simulate.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class EventQueueTest {
  private static final int EVERYBODY = -1;

  /** The same as the queue, in the plainest way. */
  private static final class Model {
    private final TreeMap<Long, Deque<Long>> ticks = new TreeMap<>();
    private final Map<String, Deque<Long>> ofRanks = new HashMap<>();
    private long now;

    void add(int rank, long delay, long action) {
      Deque<Long> tick = ticks.computeIfAbsent(now + delay, unused -> new ArrayDeque<>());
      if (rank == EVERYBODY) {
        tick.add(action);
        return;
      }
      String key = rank + "@" + (now + delay);
      if (!ofRanks.containsKey(key)) {
        ofRanks.put(key, new ArrayDeque<>());
        tick.add(-2L - rank);
      }
      ofRanks.get(key).add(action);
    }

    long poll() {
      while (!ticks.isEmpty()) {
        now = ticks.firstKey();
        Deque<Long> tick = ticks.get(now);
        if (tick.isEmpty()) {
          ticks.remove(now);
          continue;
        }
        long first = tick.peek();
        if (first >= 0) {
          return tick.remove();
        }
        String key = (-2 - first) + "@" + now;
        Deque<Long> ofRank = ofRanks.get(key);
        if (!ofRank.isEmpty()) {
          return ofRank.remove();
        }
        ofRanks.remove(key);
        tick.remove();
      }
      return Actions.NONE;
    }
  }

  @Property(tries = 500)
  void eventsComeInOrderOfTickThenOfListThenOfAdding(
      @ForAll long seed, @ForAll @IntRange(min = 1, max = 6) int longestDelay) {
    Random random = new Random(seed);
    EventQueue queue = new EventQueue();
    Model model = new Model();
    List<Long> happened = new ArrayList<>();
    List<Long> expected = new ArrayList<>();
    long next = 0;
    for (long action = 0; action != Actions.NONE; action = queue.poll()) {
      if (next > 0) {
        happened.add(action);
        expected.add(model.poll());
        assertThat(queue.now()).isEqualTo(model.now);
      }
      for (int i = next == 0 ? 5 : random.nextInt(3); i > 0 && next < 300; i--) {
        int rank = random.nextInt(4) - 1;
        long delay = random.nextInt(longestDelay);
        if (rank == EVERYBODY) {
          queue.after(delay, next);
        } else {
          queue.onRankAfter(rank, delay, next);
        }
        model.add(rank, delay, next++);
      }
    }
    assertThat(happened).isEqualTo(expected).doesNotHaveDuplicates().hasSize((int) next);
    assertThat(model.poll()).isEqualTo(Actions.NONE);
  }

  @Test
  void ticksAreUnsigned() {
    EventQueue queue = new EventQueue();
    queue.at(Long.MIN_VALUE, 2);
    queue.at(5, 1);

    assertThat(queue.poll()).isEqualTo(1);
    assertThat(queue.poll()).isEqualTo(2);
    assertThat(queue.now()).isEqualTo(Long.MIN_VALUE);
    assertThatThrownBy(() -> queue.after(Long.MIN_VALUE, 3))
        .isInstanceOf(SimulationFault.class)
        .hasMessageContaining("beyond 2^64");
  }
}
