package io.heddle.runtime.simulate.collective;

import io.heddle.runtime.simulate.kernel.SimulationFault;
import io.heddle.runtime.trace.Collective;

/** Messages go round the ring, each to the next member. */
final class Ring extends WindowedAlgorithm {
  Ring(Endpoint endpoint) {
    super(endpoint);
  }

  @Override
  void prepareState(Stream stream) {
    int n = stream.members;
    stream.window = 1;
    stream.reducedRun = n - 1;
    stream.message = Operation.message(stream.operation(), stream.data(), n);
    stream.remaining = messages(stream.operation(), n);
  }

  /** Messages that each of {@code n} members sends. */
  static int messages(Collective operation, int n) {
    return switch (operation) {
      case ALL_REDUCE -> 2 * (n - 1);
      case REDUCE_SCATTER, ALL_GATHER -> n - 1;
      case ALL_TO_ALL -> pairs(n);
    };
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

  private static int pairs(int n) {
    long pairs = (long) n * (n - 1) / 2;
    if (pairs > Integer.MAX_VALUE) {
      throw new SimulationFault(
          "all-to-all by ring over " + n + " ranks takes " + pairs + " steps: choose direct");
    }
    return (int) pairs;
  }
}
