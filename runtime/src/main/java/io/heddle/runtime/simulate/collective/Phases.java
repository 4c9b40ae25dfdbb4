package io.heddle.runtime.simulate.collective;

import static io.heddle.runtime.trace.Collective.ALL_GATHER;
import static io.heddle.runtime.trace.Collective.ALL_REDUCE;
import static io.heddle.runtime.trace.Collective.REDUCE_SCATTER;

import io.heddle.runtime.simulate.config.Implementation;
import io.heddle.runtime.simulate.config.Implementation.Algorithm;
import io.heddle.runtime.simulate.kernel.SimulationFault;
import io.heddle.runtime.trace.Collective;

/** Which operation a chunk runs in which dimension, one after the other, and in which queue. */
final class Phases {
  private final boolean localBandwidthAware;

  Phases(boolean localBandwidthAware) {
    this.localBandwidthAware = localBandwidthAware;
  }

  /** Gives a stream its phases. */
  void plan(Stream stream, Collective collective, long bytes, RankQueues queues) {
    Plan plan = stream.plan;
    int last = plan.live() - 1;
    stream.phases = 0;
    long data = bytes;
    if (collective == ALL_REDUCE && localBandwidthAware) {
      for (int i = 0; i < last; i++) {
        data = addFirstHalf(stream, REDUCE_SCATTER, collective, plan.live(i), data, queues);
      }
      data = addFirstHalf(stream, ALL_REDUCE, collective, plan.live(last), data, queues);
      for (int i = last - 1; i >= 0; i--) {
        int queue = queues.nextOfSecondHalf(plan.live(i));
        data = add(stream, ALL_GATHER, collective, plan.live(i), data, queue, false, queues);
      }
      return;
    }
    for (int i = 0; i <= last; i++) {
      int dimension = plan.live(collective == ALL_GATHER ? last - i : i);
      int queue = queues.next(dimension);
      data =
          add(
              stream,
              collective,
              collective,
              dimension,
              data,
              queue,
              queues.clockwise(queue),
              queues);
    }
  }

  private static long addFirstHalf(
      Stream stream,
      Collective operation,
      Collective collective,
      int dimension,
      long data,
      RankQueues queues) {
    int queue = queues.nextOfFirstHalf(dimension);
    return add(stream, operation, collective, dimension, data, queue, true, queues);
  }

  /** Adds a phase and returns the bytes that it leaves. */
  private static long add(
      Stream stream,
      Collective operation,
      Collective collective,
      int dimension,
      long data,
      int queue,
      boolean clockwise,
      RankQueues queues) {
    int phase = stream.phases++;
    Implementation implementation = stream.plan.implementation(dimension);
    LogicalRing ring = stream.plan.ring(dimension);
    stream.operation[phase] = operation;
    stream.dimension[phase] = dimension;
    stream.queue[phase] = queue;
    stream.clockwise[phase] = clockwise;
    stream.data[phase] = data;
    if (implementation.algorithm() == Algorithm.DOUBLE_BINARY_TREE) {
      checkTree(stream, dimension, ring);
      stream.mirrored[phase] = queues.nextTreeIsMirrored(collective, dimension);
      return data;
    }
    checkMessage(operation, data, dimension, ring.size());
    return Operation.result(operation, data, ring.size());
  }

  static void checkMessage(Collective operation, long data, int dimension, int ranks) {
    if (Operation.message(operation, data, ranks) == 0) {
      throw new SimulationFault(
          PlanMaker.name(operation)
              + " of "
              + data
              + " bytes in dimension "
              + dimension
              + " over "
              + ranks
              + " ranks would send messages without a byte: make it larger");
    }
  }

  /** AstraSim builds the trees of the last listed dimension over the lowest ranks alone. */
  private static void checkTree(Stream stream, int dimension, LogicalRing ring) {
    boolean lastListed = dimension == stream.plan.logicalDimensions() - 1;
    if (lastListed && stream.rank / ring.stride() >= ring.size()) {
      throw new SimulationFault(
          "doubleBinaryTree in dimension "
              + dimension
              + " leaves out rank "
              + stream.rank
              + ": list an algorithm for every network dimension");
    }
  }
}
