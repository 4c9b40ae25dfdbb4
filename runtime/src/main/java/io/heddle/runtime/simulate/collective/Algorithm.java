package io.heddle.runtime.simulate.collective;

/** Runs one phase of a stream; all its state is in the stream. */
sealed interface Algorithm permits WindowedAlgorithm, DoubleBinaryTreeAlgorithm {
  /** Begins the present phase. */
  void start(Stream stream);

  /** A message has come. */
  void received(Stream stream);

  /**
   * The endpoint has done its part for a message.
   *
   * @return whether the phase has ended
   */
  boolean bundled(Stream stream);
}
