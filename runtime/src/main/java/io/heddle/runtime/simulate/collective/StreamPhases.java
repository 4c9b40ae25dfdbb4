package io.heddle.runtime.simulate.collective;

import io.heddle.plan.mesh.Collective;
import io.heddle.runtime.cost.CollectiveBytes;
import io.heddle.runtime.cost.CollectivePlan;
import io.heddle.runtime.cost.Implementation;
import io.heddle.runtime.cost.Implementation.Algorithm;
import io.heddle.runtime.cost.LogicalRing;
import io.heddle.runtime.simulate.kernel.SimulationFault;

/** Which operation a chunk runs in which dimension, one after the other, and in which queue. */
final class StreamPhases {
  private StreamPhases() {}

  /** Gives a stream its phases. */
  static void plan(Stream stream, Collective collective, long bytes, RankQueues queues) {
    CollectivePlan plan = stream.plan;
    int up = plan.phasesUp();
    stream.phases = 0;
    long data = bytes;
    for (int phase = 0; phase < plan.phases(); phase++) {
      int dimension = plan.dimension(phase);
      int queue;
      boolean clockwise;
      if (up == 0) {
        queue = queues.next(dimension);
        clockwise = queues.clockwise(queue);
      } else {
        clockwise = phase < up;
        queue = clockwise ? queues.nextOfFirstHalf(dimension) : queues.nextOfSecondHalf(dimension);
      }
      Collective operation = plan.operation(phase);
      data = add(stream, operation, collective, dimension, data, queue, clockwise, queues);
    }
  }

  /** Gives a stream the one phase of a custom algorithm, in the first queue. */
  static void custom(Stream stream) {
    stream.phases = 1;
    stream.dimension[0] = 0;
    stream.queue[0] = 0;
    stream.clockwise[0] = true;
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
    CollectiveBytes.checkMessage(operation, data, dimension, ring.size());
    return CollectiveBytes.result(operation, data, ring.size());
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
