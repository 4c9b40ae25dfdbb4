package io.heddle.runtime.simulate.collective;

import io.heddle.plan.mesh.Collective;
import io.heddle.runtime.cost.UnsignedCast;

/** Exchanges with the member 1, 2, 4, … places away, or the other way round. */
final class HalvingDoublingAlgorithm extends WindowedAlgorithm {
  HalvingDoublingAlgorithm(Endpoint endpoint) {
    super(endpoint);
  }

  @Override
  void prepareState(Stream stream) {
    int n = stream.members;
    int steps = Integer.numberOfTrailingZeros(n);
    Collective operation = stream.operation();
    boolean gather = operation.givesPart();
    stream.window = 1;
    stream.reducedRun = steps - 1;
    stream.remaining = operation.goesThereAndBack() ? 2 * steps : steps;
    stream.doubling = !gather;
    stream.distance = gather ? n / 2 : 1;
    stream.message = gather ? stream.data() : stream.data() / 2;
  }

  @Override
  void prepared(Stream stream) {
    stream.reduceNanos = reduceNanos(stream.message);
    stream.packetBytes = stream.message;
    if (stream.distance > 0) {
      boolean even = stream.position / stream.distance % 2 == 0;
      stream.packetPeer = stream.member(even ? stream.distance : -stream.distance);
    }
    step(stream);
    if (stream.operation().goesThereAndBack() && stream.distance == stream.members) {
      stream.doubling = false;
      step(stream);
    }
  }

  /** What truncation takes off on the way out is not given back on the way home. */
  private static void step(Stream stream) {
    double factor = stream.doubling ? 2 : 0.5;
    stream.distance = (int) (stream.distance * factor);
    stream.message = UnsignedCast.of(UnsignedCast.toDouble(stream.message) / factor);
  }

  @Override
  int target(Stream stream) {
    return stream.packetPeer;
  }

  @Override
  int source(Stream stream) {
    return stream.packetPeer;
  }

  @Override
  long bytes(Stream stream) {
    return stream.packetBytes;
  }
}
