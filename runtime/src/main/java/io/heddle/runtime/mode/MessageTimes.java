package io.heddle.runtime.mode;

import io.heddle.runtime.simulate.network.RouteDelay;

/**
 * How long messages between stages take, ns.
 *
 * @param bytes of each
 */
record MessageTimes(Stages stages, RouteDelay routes, long bytes) {
  /** From the first rank of a stage to that of another. */
  long nanos(int from, int to) {
    return routes.nanos(stages.first(from), stages.first(to), bytes);
  }
}
