package io.heddle.runtime.straggler;

/** Stragglers that no plan, or not this one, can have; the message says what to do. */
public final class InvalidStragglersException extends IllegalArgumentException {
  private static final long serialVersionUID = 1L;

  public InvalidStragglersException(String message) {
    super(message);
  }
}
