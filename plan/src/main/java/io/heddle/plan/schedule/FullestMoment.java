package io.heddle.plan.schedule;

import java.util.Optional;

/** Follows what a stage holds through its actions, and remembers when it was most. */
final class FullestMoment {
  private static final int NONE = -1;

  private final int[] waiting;
  private final int[] left;
  private final int[] mostWaiting;
  private final int[] mostLeft;
  private int running = NONE;
  private long now;
  private long most;

  FullestMoment(int chunks) {
    this.waiting = new int[chunks];
    this.left = new int[chunks];
    this.mostWaiting = new int[chunks];
    this.mostLeft = new int[chunks];
  }

  /** A forward pass keeps something. */
  void keep(int chunk, long kept) {
    waiting[chunk]++;
    now = Math.addExact(now, kept);
    look(now, NONE);
  }

  /** A backward pass, or its first part, has something besides while it runs. */
  void run(int chunk, long within) {
    look(Math.addExact(now, within), chunk);
  }

  /** It is done, and nothing is kept for it any more. */
  void free(int chunk, long kept) {
    waiting[chunk]--;
    now -= kept;
  }

  /** Something stays for the gradients of weights. */
  void hold(int chunk, long held) {
    left[chunk]++;
    now = Math.addExact(now, held);
    look(now, NONE);
  }

  /** They are made. */
  void release(int chunk, long held) {
    left[chunk]--;
    now -= held;
  }

  private void look(long held, int chunk) {
    if (held > most) {
      most = held;
      running = chunk;
      System.arraycopy(waiting, 0, mostWaiting, 0, waiting.length);
      System.arraycopy(left, 0, mostLeft, 0, left.length);
    }
  }

  InFlight inFlight() {
    return InFlight.of(
        mostWaiting, mostLeft, running == NONE ? Optional.empty() : Optional.of(running));
  }
}
