package io.heddle.runtime.simulate.collective;

import org.jspecify.annotations.Nullable;

/**
 * Streams of one dimension in order of priority; those that run are the first of them.
 *
 * <p>Priorities of what waits never rise from the front to the back, so that the place of a new
 * stream is looked for from the back.
 */
final class StreamQueue {
  private @Nullable Stream last;
  private @Nullable Stream firstWaiting;
  private int running;

  /** Puts a stream behind all that run and all of its own or a higher priority. */
  void insert(Stream stream) {
    Stream ahead = last;
    Stream behind = null;
    while (ahead != null && !ahead.started && ahead.priority < stream.priority) {
      behind = ahead;
      ahead = ahead.before;
    }
    stream.in = this;
    stream.before = ahead;
    stream.behind = behind;
    if (ahead != null) {
      ahead.behind = stream;
    }
    if (behind != null) {
      behind.before = stream;
    } else {
      last = stream;
    }
    if (ahead == null || ahead.started) {
      firstWaiting = stream;
    }
  }

  /** Takes out a stream that has run; it counts as running until {@link #ended}. */
  void remove(Stream stream) {
    Stream ahead = stream.before;
    Stream behind = stream.behind;
    if (ahead != null) {
      ahead.behind = behind;
    }
    if (behind != null) {
      behind.before = ahead;
    } else {
      last = ahead;
    }
    stream.before = null;
    stream.behind = null;
    stream.in = null;
  }

  void ended() {
    running--;
  }

  /** The next stream to start, if fewer than {@code most} run. */
  @Nullable Stream startNext(int most) {
    Stream next = firstWaiting;
    if (next == null || running >= most) {
      return null;
    }
    next.started = true;
    firstWaiting = next.behind;
    running++;
    return next;
  }
}
