package io.heddle.runtime.simulate.network;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.runtime.simulate.kernel.Actions;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

class MailboxTest {
  @Property(tries = 500)
  void theKthMessageMeetsTheKthReceiveOfItsKey(
      @ForAll long seed,
      @ForAll @IntRange(min = 1, max = 400) int steps,
      @ForAll @IntRange(min = 1, max = 30) int keys) {
    Random random = new Random(seed);
    Mailbox mailbox = new Mailbox();
    Map<Integer, Deque<Long>> waiting = new HashMap<>();
    Map<Integer, Integer> arrived = new HashMap<>();
    for (int step = 0; step < steps; step++) {
      int key = random.nextInt(keys);
      Deque<Long> receives = waiting.computeIfAbsent(key, unused -> new ArrayDeque<>());
      int messages = arrived.getOrDefault(key, 0);
      if (random.nextBoolean()) {
        long expected = receives.isEmpty() ? Actions.NONE : receives.remove();
        assertThat(mailbox.arrive(key % 3, key % 5, key % 7, key)).isEqualTo(expected);
        arrived.put(key, expected == Actions.NONE ? messages + 1 : messages);
      } else {
        boolean there = mailbox.receive(key % 3, key % 5, key % 7, key, step);
        assertThat(there).isEqualTo(messages > 0);
        if (there) {
          arrived.put(key, messages - 1);
        } else {
          receives.add((long) step);
        }
      }
    }
  }
}
