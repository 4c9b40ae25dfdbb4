package io.heddle.runtime.simulate.collective;

import io.heddle.runtime.cost.CollectiveBytes;
import io.heddle.runtime.cost.Implementation;

/** Every member sends to every other, one after the other, a window of them at once. */
final class DirectAlgorithm extends WindowedAlgorithm {
  DirectAlgorithm(Endpoint endpoint) {
    super(endpoint);
  }

  @Override
  void prepareState(Stream stream) {
    int others = stream.members - 1;
    Implementation implementation = stream.plan.implementation(stream.dimension[stream.phase]);
    int asked = implementation.window();
    stream.window = asked == 0 ? others : Math.min(asked, others);
    stream.reducedRun =
        stream.plan.subset()
            ? (int) Math.min((long) others * stream.window, Integer.MAX_VALUE)
            : stream.window;
    stream.message = CollectiveBytes.message(stream.operation(), stream.data(), stream.members);
    stream.remaining = stream.operation().goesThereAndBack() ? 2 * others : others;
  }

  /** In an all-reduce nothing of the second half leaves before the whole first half has come. */
  @Override
  public boolean bundled(Stream stream) {
    int others = stream.members - 1;
    if (!stream.operation().goesThereAndBack() || stream.remaining > others) {
      return super.bundled(stream);
    }
    stream.free++;
    if (stream.received < others) {
      return false;
    }
    for (int i = 0; i < stream.window; i++) {
      trySend(stream);
    }
    return hasEnded(stream);
  }

  @Override
  int target(Stream stream) {
    return stream.ahead(1 + stream.sent % (stream.members - 1));
  }

  @Override
  int source(Stream stream) {
    return stream.ahead(-1 - stream.sent % (stream.members - 1));
  }

  @Override
  long bytes(Stream stream) {
    return stream.message;
  }
}
