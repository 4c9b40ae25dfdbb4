package io.heddle.cli.validate;

/**
 * How fast steps follow each other. A pipeline has a batch on each of its stages: one after the
 * other passes through it.
 *
 * @param seconds of a step of one batch, through all stages
 * @param period seconds from step to step of a batch, at least as long
 * @param batches in work at a time
 */
record Pace(double seconds, double period, int batches) {
  /** Of steps of one batch. */
  static Pace of(double seconds) {
    return new Pace(seconds, seconds, 1);
  }

  /** From a batch to the next one, seconds. */
  double interval() {
    return period / batches;
  }
}
