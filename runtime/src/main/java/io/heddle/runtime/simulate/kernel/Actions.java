package io.heddle.runtime.simulate.kernel;

/**
 * What is to happen at an event, packed in a {@code long}: kind, a flag, a rank, and the index of
 * whatever the kind is about.
 */
public final class Actions {
  /** Nothing. */
  public static final long NONE = -1;

  /** The node in slot {@code index} of the rank's table is done. */
  public static final int NODE_DONE = 1;

  /** The endpoint delay of a message of stream {@code index} is over; flag: it reduces. */
  public static final int BUNDLE = 2;

  /** The reduction of a message of stream {@code index} is over. */
  public static final int REDUCED = 3;

  /** Stream {@code index} has received a message. */
  public static final int RECEIVED = 4;

  /** Message {@code index} has reached the end of a hop. */
  public static final int ARRIVED = 5;

  /** Link {@code index} can take the next message. */
  public static final int LINK_FREE = 6;

  /** Remote memory {@code index} can serve the next request. */
  public static final int MEMORY_FREE = 7;

  /** The receiver's token is with the sender: message {@code index} leaves. */
  public static final int SEND_NOW = 8;

  /** The receiver's token has left: the receive that waits as message {@code index} is posted. */
  public static final int RECEIVE_NOW = 9;

  /** Node {@code index} of the custom algorithm that the rank runs is done. */
  public static final int CUSTOM_DONE = 10;

  /** Event {@code index} of the rank's memory bus. */
  public static final int BUS = 11;

  private static final int KIND_SHIFT = 58;
  private static final long FLAG = 1L << 57;
  private static final int RANK_SHIFT = 32;
  private static final int RANK_MASK = (1 << 25) - 1;

  private Actions() {}

  /** Packs an action about {@code index}. */
  public static long of(int kind, int index) {
    return ((long) kind << KIND_SHIFT) | index;
  }

  /** Packs an action about {@code index} of {@code rank}. */
  public static long of(int kind, int rank, int index) {
    return ((long) kind << KIND_SHIFT) | ((long) rank << RANK_SHIFT) | index;
  }

  /** Packs an action about {@code index} with a flag. */
  public static long of(int kind, int index, boolean flag) {
    return of(kind, index) | (flag ? FLAG : 0);
  }

  public static int kind(long action) {
    return (int) (action >>> KIND_SHIFT);
  }

  public static boolean flag(long action) {
    return (action & FLAG) != 0;
  }

  public static int rank(long action) {
    return ((int) (action >>> RANK_SHIFT)) & RANK_MASK;
  }

  public static int index(long action) {
    return (int) action;
  }
}
