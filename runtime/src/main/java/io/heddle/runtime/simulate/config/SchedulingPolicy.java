package io.heddle.runtime.simulate.config;

/** Which of two collectives' chunks goes first in a queue. */
public enum SchedulingPolicy {
  LIFO,
  FIFO,
  /** By the {@code comm_priority} of the nodes. */
  EXPLICIT
}
