package io.heddle.runtime.simulate.collective;

import io.heddle.runtime.cost.CollectivePlan;
import io.heddle.runtime.cost.Implementation;
import io.heddle.runtime.simulate.kernel.SimulationFault;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/** All streams by handle; those that have ended are used again. */
final class StreamPool {
  private static final int MOST = 1 << 22;

  private final int mostPhases;
  private final List<Stream> all = new ArrayList<>();
  private final Deque<Stream> free = new ArrayDeque<>();

  StreamPool(int mostPhases) {
    this.mostPhases = mostPhases;
  }

  Stream get(int handle) {
    return all.get(handle);
  }

  Stream take(CollectivePlan plan, Algorithms algorithms) {
    Stream stream = free.poll();
    if (stream == null) {
      if (all.size() == MOST) {
        throw new SimulationFault(
            "more than "
                + MOST
                + " chunks of collectives are under way: lower preferred-dataset-splits");
      }
      Algorithm any = algorithms.of(Implementation.Algorithm.RING);
      stream = new Stream(all.size(), mostPhases, plan, any);
      all.add(stream);
    } else {
      stream.plan = plan;
    }
    return stream;
  }

  void release(Stream stream) {
    free.push(stream);
  }
}
