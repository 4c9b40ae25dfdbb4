package io.heddle.runtime.simulate.network;

import java.util.Arrays;

/** All messages under way, by number; numbers are used again. */
final class Messages {
  int[] tag = new int[64];
  int[] source = new int[64];
  int[] destination = new int[64];
  long[] size = new long[64];

  /** What happens at the sender when the message arrives, or where it waits. */
  long[] action = new long[64];

  /** Where a message of a congestion-aware network is; the next in line while it waits. */
  int[] place = new int[64];

  private int free = -1;
  private int count;

  int add(int messageTag, int from, int to, long bytes, long then) {
    int message = free;
    if (message < 0) {
      message = count++;
      if (message == tag.length) {
        grow();
      }
    } else {
      free = tag[message];
    }
    tag[message] = messageTag;
    source[message] = from;
    destination[message] = to;
    size[message] = bytes;
    action[message] = then;
    place[message] = from;
    return message;
  }

  void remove(int message) {
    tag[message] = free;
    free = message;
  }

  private void grow() {
    int capacity = Math.addExact(count, count >> 1);
    tag = Arrays.copyOf(tag, capacity);
    source = Arrays.copyOf(source, capacity);
    destination = Arrays.copyOf(destination, capacity);
    size = Arrays.copyOf(size, capacity);
    action = Arrays.copyOf(action, capacity);
    place = Arrays.copyOf(place, capacity);
  }
}
