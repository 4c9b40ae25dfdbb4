package io.heddle.runtime.serving;

import java.util.ArrayList;
import java.util.List;

/**
 * What the batches of an instance have together, while any of them is in a step: a batch that waits
 * for the first stage of the pipeline keeps its sequences and pages. It is read when a step begins
 * or ends, and holds until the next reading.
 */
final class InstanceGauge {
  private final PoolUse use;
  private final List<Instance> batches = new ArrayList<>();
  private int inSteps;
  private long since;
  private int running;
  private int waiting;
  private long pages;

  InstanceGauge(PoolUse use) {
    this.use = use;
  }

  void add(Instance batch) {
    batches.add(batch);
  }

  /** A batch begins a step. */
  void begin(long now) {
    change(now, 1);
  }

  /** A batch has ended its step. */
  void end(long now) {
    change(now, -1);
  }

  private void change(long now, int more) {
    // What holds for no time is not counted, in maxima neither.
    if (inSteps > 0 && now > since) {
      use.held(since, now - since, running, waiting, pages);
    }
    inSteps += more;
    since = now;
    if (inSteps > 0) {
      read();
    }
  }

  private void read() {
    running = 0;
    waiting = 0;
    pages = 0;
    for (Instance batch : batches) {
      for (Scheduler replica : batch.replicas) {
        running += replica.running;
        waiting += replica.waiting.size();
        pages += replica.cache.all() - replica.cache.available();
      }
    }
  }
}
