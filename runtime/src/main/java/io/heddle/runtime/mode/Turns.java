package io.heddle.runtime.mode;

import io.heddle.runtime.pipeline.PipelineFlattener;

/**
 * Which micro-batches of a stage are walked through: the first, one of the middle and the last, for
 * all in the middle are as that one; a single one where all are alike.
 *
 * @param alike whether no micro-batch differs from another
 * @param microBatches of the step
 */
record Turns(boolean alike, long microBatches) {
  static final int FIRST = 0;
  static final int MIDDLE = 1;
  static final int LAST = 2;

  /** Places that a micro-batch can have. */
  static final int PLACES = 3;

  /** Those of a plan. */
  static Turns of(PipelineFlattener flattener) {
    return new Turns(!flattener.pipeline().sharesDuringPasses(), flattener.microBatches());
  }

  /** Those of a step of so many micro-batches that is otherwise the same. */
  Turns with(long others) {
    return new Turns(alike, others);
  }

  /** Micro-batches that are walked through. */
  int walked() {
    return alike ? 1 : (int) Math.min(microBatches, PLACES);
  }

  /** Micro-batches that are as the one in the middle. */
  long middles() {
    return alike ? microBatches : Math.max(0, microBatches - 2);
  }

  /** The place of a micro-batch of the step; one that is the first and the last is the last. */
  int place(long microBatch) {
    return place(microBatch, microBatches);
  }

  /** The place of a micro-batch of the walk. */
  int placeInWalk(long microBatch) {
    return place(microBatch, walked());
  }

  private int place(long microBatch, long of) {
    if (alike) {
      return MIDDLE;
    }
    if (microBatch == of - 1) {
      return LAST;
    }
    return microBatch == 0 ? FIRST : MIDDLE;
  }
}
