package io.heddle.runtime.simulate.collective;

import io.heddle.runtime.cost.CollectiveBytes;
import io.heddle.runtime.cost.RingCost;

/** Messages go round the ring, each to the next member. */
final class RingAlgorithm extends WindowedAlgorithm {
  RingAlgorithm(Endpoint endpoint) {
    super(endpoint);
  }

  @Override
  void prepareState(Stream stream) {
    int n = stream.members;
    stream.window = 1;
    stream.reducedRun = n - 1;
    stream.message = CollectiveBytes.message(stream.operation(), stream.data(), n);
    stream.remaining = RingCost.messages(stream.operation(), n);
  }

  @Override
  int target(Stream stream) {
    return stream.ahead(1);
  }

  @Override
  int source(Stream stream) {
    return stream.ahead(-1);
  }

  @Override
  long bytes(Stream stream) {
    return stream.message;
  }
}
