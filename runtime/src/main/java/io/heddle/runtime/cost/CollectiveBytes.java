package io.heddle.runtime.cost;

import io.heddle.plan.mesh.Collective;

/** How many bytes a collective moves and leaves. */
public final class CollectiveBytes {
  private CollectiveBytes() {}

  /** Bytes that each rank holds after an operation on {@code bytes} over {@code ranks}. */
  public static long result(Collective operation, long bytes, int ranks) {
    try {
      return operation.made(bytes, ranks);
    } catch (ArithmeticException e) {
      throw tooLarge(bytes, ranks);
    }
  }

  /** Bytes of one message of the ring and direct algorithms. */
  public static long message(Collective operation, long bytes, int ranks) {
    return operation.givesPart() ? bytes : bytes / ranks;
  }

  /** Refuses a phase whose messages would have no byte. */
  public static void checkMessage(Collective operation, long bytes, int dimension, int ranks) {
    if (message(operation, bytes, ranks) == 0) {
      throw new CannotRunException(
          operation.astraSimName()
              + " of "
              + bytes
              + " bytes in dimension "
              + dimension
              + " over "
              + ranks
              + " ranks would send messages without a byte: make it larger");
    }
  }

  static long times(long bytes, long factor) {
    if (bytes != 0 && factor > Long.MAX_VALUE / bytes) {
      throw tooLarge(bytes, factor);
    }
    return bytes * factor;
  }

  private static CannotRunException tooLarge(long bytes, long factor) {
    return new CannotRunException(
        bytes + " bytes times " + factor + ": a collective of more than 2^63 bytes");
  }
}
