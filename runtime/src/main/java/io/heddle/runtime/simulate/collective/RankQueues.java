package io.heddle.runtime.simulate.collective;

import io.heddle.plan.mesh.Collective;

/** The queues of one rank, and whose turn it is among those of a dimension. */
final class RankQueues {
  private static final int COLLECTIVES = 8;

  private final int perDimension;
  private final StreamQueue[] queues;
  private final int[] nextOfAll;
  private final int[] nextOfFirstHalf;
  private final int[] nextOfSecondHalf;
  private final boolean[] mirrored;

  RankQueues(int dimensions, int perDimension) {
    this.perDimension = perDimension;
    this.queues = new StreamQueue[dimensions * perDimension];
    this.nextOfAll = new int[dimensions];
    this.nextOfFirstHalf = new int[dimensions];
    this.nextOfSecondHalf = new int[dimensions];
    this.mirrored = new boolean[dimensions * COLLECTIVES];
  }

  StreamQueue queue(int number) {
    StreamQueue queue = queues[number];
    if (queue == null) {
      queue = new StreamQueue();
      queues[number] = queue;
    }
    return queue;
  }

  /** The next of all queues of a dimension. */
  int next(int dimension) {
    int index = nextOfAll[dimension];
    nextOfAll[dimension] = (index + 1) % perDimension;
    return dimension * perDimension + index;
  }

  /** Whether messages of this queue go clockwise, where all queues are used alike. */
  boolean clockwise(int number) {
    return perDimension == 1 || number % perDimension < perDimension / 2;
  }

  /** The next of the first half of the queues of a dimension. */
  int nextOfFirstHalf(int dimension) {
    int half = Math.max(1, perDimension / 2);
    int index = nextOfFirstHalf[dimension];
    nextOfFirstHalf[dimension] = (index + 1) % half;
    return dimension * perDimension + index;
  }

  /** The next of the second half; where there is one queue, that one. */
  int nextOfSecondHalf(int dimension) {
    int begin = perDimension / 2;
    int index = nextOfSecondHalf[dimension];
    nextOfSecondHalf[dimension] = (index + 1) % (perDimension - begin);
    return dimension * perDimension + begin + index;
  }

  /** Which of the two trees of a dimension comes next: each other time the mirrored one. */
  boolean nextTreeIsMirrored(Collective collective, int dimension) {
    int place = dimension * COLLECTIVES + collective.chakraType();
    boolean now = mirrored[place];
    mirrored[place] = !now;
    return now;
  }
}
