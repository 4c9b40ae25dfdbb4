package io.heddle.runtime.aside;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;

class ReadyBucketsTest {
  /** What goes in comes out in the same order, however long the queue becomes. */
  @Property
  void firstInFirstOut(@ForAll @Size(max = 200) List<Boolean> adds) {
    ReadyBuckets buckets = new ReadyBuckets();
    Deque<Integer> expected = new ArrayDeque<>();
    int next = 0;
    for (boolean isAdded : adds) {
      if (isAdded || expected.isEmpty()) {
        buckets.add(next, 10L * next, 100L * next, next + 1, next - 1);
        expected.add(next++);
      } else {
        int first = expected.remove();
        assertThat(buckets.group()).isEqualTo(first);
        assertThat(buckets.elements()).isEqualTo(10L * first);
        assertThat(buckets.kernel()).isEqualTo(100L * first);
        assertThat(buckets.microBatch()).isEqualTo(first + 1);
        assertThat(buckets.layer()).isEqualTo(first - 1);
        buckets.remove();
      }
      assertThat(buckets.isEmpty()).isEqualTo(expected.isEmpty());
    }
  }
}
