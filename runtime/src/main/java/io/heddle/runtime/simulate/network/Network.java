package io.heddle.runtime.simulate.network;

/** Carries messages; an {@code ARRIVED} event follows each {@link #send}. */
sealed interface Network permits CongestionUnawareNetwork, CongestionAwareNetwork {
  /** Puts a message on its way. */
  void send(int message);

  /** A message has ended a hop; true if it is where it was to go, else it goes on. */
  boolean arrive(int message);
}
