package io.heddle.runtime.mode;

import io.heddle.runtime.cost.MessageCost;

/**
 * How long messages between stages take, ns.
 *
 * @param bytes of each
 * @param free whether they take no time
 */
record MessageTimes(Stages stages, MessageCost routes, long bytes, boolean free) {
  /** From the first rank of a stage to that of another; none within a stage. */
  long nanos(int from, int to) {
    return free || from == to ? 0 : routes.nanos(stages.first(from), stages.first(to), bytes);
  }
}
