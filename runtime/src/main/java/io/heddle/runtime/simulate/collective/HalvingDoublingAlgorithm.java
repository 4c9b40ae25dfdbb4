package io.heddle.runtime.simulate.collective;

import io.heddle.plan.mesh.Collective;
import io.heddle.runtime.cost.HalvingDoublingCost;

/** Exchanges with the member 1, 2, 4, … places away, or the other way round. */
final class HalvingDoublingAlgorithm extends WindowedAlgorithm {
  HalvingDoublingAlgorithm(Endpoint endpoint) {
    super(endpoint);
  }

  @Override
  void prepareState(Stream stream) {
    int n = stream.members;
    Collective operation = stream.operation();
    stream.window = 1;
    stream.reducedRun = HalvingDoublingCost.steps(n) - 1;
    stream.remaining = HalvingDoublingCost.messages(operation, n);
    stream.message = HalvingDoublingCost.bytes(operation, stream.data(), n, 0);
  }

  @Override
  void prepared(Stream stream) {
    int n = stream.members;
    int message = stream.prepared - 1;
    Collective operation = stream.operation();
    stream.message = HalvingDoublingCost.bytes(operation, stream.data(), n, message);
    stream.reduceNanos = reduceNanos(stream.message);
    int distance = HalvingDoublingCost.distance(operation, n, message);
    if (distance > 0) {
      boolean even = stream.position / distance % 2 == 0;
      stream.packetPeer = stream.member(even ? distance : -distance);
    }
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
    return stream.message;
  }
}
