package io.heddle.runtime.mode;

import io.heddle.runtime.cost.MessageCost;

/**
 * How long messages between stages take, ns.
 *
 * @param bytes of each
 * @param free whether they take no time
 */
record MessageTimes(Stages stages, MessageCost routes, long bytes, boolean free) {
  /** From the first rank of a stage to that of another. */
  long nanos(int from, int to) {
    return free ? 0 : routes.nanos(stages.first(from), stages.first(to), bytes);
  }
}
