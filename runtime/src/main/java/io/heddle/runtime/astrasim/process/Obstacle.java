package io.heddle.runtime.astrasim.process;

/** Why AstraSim was not started. */
public enum Obstacle {
  /** There is no such program. */
  NO_BINARY,
  /** What is there may not be run. */
  NOT_EXECUTABLE,
  /** What is there is executable, and the system cannot run it. */
  NO_PROGRAM,
  /** It holds one file open for each rank, and may not open so many. */
  FEW_FILE_DESCRIPTORS,
  /** The machine has less memory than it takes. */
  LITTLE_MEMORY,
  /** A rank has no trace. */
  NO_TRACE,
  /** A rank's trace has no node. */
  EMPTY_TRACE,
  /** It opens traces for writing, and may not write to one. */
  READ_ONLY_TRACE,
  /** It is known to fail on such a network. */
  KNOWN_LIMIT
}
