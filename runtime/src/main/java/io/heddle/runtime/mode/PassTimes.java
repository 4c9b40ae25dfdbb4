package io.heddle.runtime.mode;

/** How long passes last. */
@FunctionalInterface
interface PassTimes {
  /** The time of a kind of pass on a rank of a stage that has it. */
  PassTime of(int rank, PassKind kind);
}
