package io.heddle.runtime.simulate.collective;

import io.heddle.runtime.simulate.kernel.SimulationFault;
import io.heddle.runtime.trace.Collective;

/** Sizes of collectives. */
final class Operation {
  private static final Collective[] BY_TYPE = new Collective[8];

  static {
    for (Collective collective : Collective.values()) {
      BY_TYPE[collective.chakraType()] = collective;
    }
  }

  private Operation() {}

  /** The collective of a Chakra number. */
  static Collective of(long chakraType) {
    Collective known =
        chakraType >= 0 && chakraType < BY_TYPE.length ? BY_TYPE[(int) chakraType] : null;
    if (known == null) {
      throw new SimulationFault(
          "comm_type "
              + chakraType
              + " cannot be simulated: only all-reduce (0), all-gather (2), broadcast (5),"
              + " all-to-all (6), reduce-scatter (7)");
    }
    return known;
  }

  /** Bytes that each rank holds after an operation on {@code bytes} over {@code ranks}. */
  static long result(Collective operation, long bytes, int ranks) {
    return switch (operation) {
      case ALL_REDUCE, ALL_TO_ALL -> bytes;
      case REDUCE_SCATTER -> bytes / ranks;
      case ALL_GATHER -> times(bytes, ranks);
    };
  }

  /** Bytes of one message of the ring and direct algorithms. */
  static long message(Collective operation, long bytes, int ranks) {
    return operation == Collective.ALL_GATHER ? bytes : bytes / ranks;
  }

  static long times(long bytes, long factor) {
    if (bytes != 0 && factor > Long.MAX_VALUE / bytes) {
      throw new SimulationFault(
          bytes + " bytes times " + factor + ": a collective of more than 2^63 bytes");
    }
    return bytes * factor;
  }
}
