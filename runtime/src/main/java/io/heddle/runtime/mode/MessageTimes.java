package io.heddle.runtime.mode;

import io.heddle.runtime.cost.CarriedBytes;
import io.heddle.runtime.cost.MessageCost;
import org.jspecify.annotations.Nullable;

/**
 * How long messages between stages take, ns.
 *
 * @param free whether they take no time
 * @param carried what they carry in place of their bytes; null where these count
 */
record MessageTimes(
    Stages stages, MessageCost routes, boolean free, @Nullable CarriedBytes carried) {
  /** Of so many bytes, from the first rank of a stage to that of another; none within a stage. */
  long nanos(int from, int to, long bytes) {
    if (free || from == to) {
      return 0;
    }
    int sender = stages.first(from);
    int receiver = stages.first(to);
    long size = carried == null ? bytes : carried.message(sender, receiver, bytes);
    return routes.nanos(sender, receiver, size);
  }
}
