package io.heddle.runtime.astrasim.process;

/** Signals that end a process, by their numbers on Linux. */
final class Signals {
  private static final int INTERRUPT = 2;
  private static final int ABORT = 6;
  private static final int BUS = 7;
  private static final int ARITHMETIC = 8;
  private static final int KILL = 9;
  private static final int SEGMENT = 11;
  private static final int TERMINATE = 15;

  private Signals() {}

  static String name(int signal) {
    return switch (signal) {
      case INTERRUPT -> "SIGINT";
      case ABORT -> "SIGABRT";
      case BUS -> "SIGBUS";
      case ARITHMETIC -> "SIGFPE";
      case KILL -> "SIGKILL";
      case SEGMENT -> "SIGSEGV";
      case TERMINATE -> "SIGTERM";
      default -> "signal " + signal;
    };
  }

  /** Whether somebody else sent it. */
  static boolean fromOutside(int signal) {
    return signal == INTERRUPT || signal == KILL || signal == TERMINATE;
  }

  /** Whether it may come of a damaged heap, which strikes in some runs and not in others. */
  static boolean ofDamagedMemory(int signal) {
    return signal == ABORT || signal == BUS || signal == SEGMENT;
  }

  /** What is known to end AstraSim so; empty if nothing is. */
  static String hint(int signal) {
    return switch (signal) {
      case ARITHMETIC ->
          "AstraSim divides by zero where the system file has no preferred-dataset-splits";
      case SEGMENT ->
          "AstraSim crashes in doubleBinaryTree among a number of ranks that is no power of two,"
              + " and in a group of a part of all ranks";
      case KILL -> "the system does that to the largest process when memory runs out";
      default -> "";
    };
  }
}
