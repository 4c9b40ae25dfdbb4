package io.heddle.runtime.bound;

import java.util.Arrays;

/**
 * The longest paths to an event, ns, from each of the times that an action sees of what was before
 * it.
 */
final class Paths {
  /** From the end of the kernel before the action. */
  static final int COMPUTE = 0;

  /** From the end of the send or collective before it. */
  static final int COMMUNICATION = 1;

  /** From the arrival of what it gets from another stage. */
  static final int INPUT = 2;

  /** From the end of the first collective that ranks of all stages share. */
  static final int ALL_STAGES = 3;

  /** Number of times that are seen. */
  static final int COUNT = 4;

  /** In place of a length where there is no path. */
  static final long NONE = Long.MIN_VALUE / 4;

  private final long[] nanos = new long[COUNT];

  /** No paths. */
  Paths() {
    clear();
  }

  /** Takes all paths away. */
  void clear() {
    Arrays.fill(nanos, NONE);
  }

  /** There is a path of no length from a time. */
  void begin(int from) {
    nanos[from] = Math.max(nanos[from], 0);
  }

  /** These are those. */
  void set(Paths others) {
    System.arraycopy(others.nanos, 0, nanos, 0, COUNT);
  }

  /** A copy. */
  Paths copy() {
    Paths copy = new Paths();
    copy.set(this);
    return copy;
  }

  /** The event waits for another one, too. */
  void waitFor(Paths other) {
    waitFor(other.nanos, 0);
  }

  /** As the other, for paths that {@link #store} has written. */
  void waitFor(long[] stored, int at) {
    for (int i = 0; i < COUNT; i++) {
      nanos[i] = Math.max(nanos[i], stored[at + i]);
    }
  }

  /** Writes the paths into an array. */
  void store(long[] into, int at) {
    System.arraycopy(nanos, 0, into, at, COUNT);
  }

  /** The event is so much later. */
  void last(long longer) {
    for (int i = 0; i < COUNT; i++) {
      if (nanos[i] > NONE) {
        nanos[i] = Math.addExact(nanos[i], longer);
      }
    }
  }

  /** The longest path from a time; {@link #NONE} if there is none. */
  long from(int time) {
    return nanos[time];
  }

  /** When the event is, given the times that it sees; 0 at least. */
  long at(long compute, long communication, long input) {
    long latest = Math.max(0, nanos[COMPUTE] + compute);
    latest = Math.max(latest, nanos[COMMUNICATION] + communication);
    return Math.max(latest, nanos[INPUT] + input);
  }
}
