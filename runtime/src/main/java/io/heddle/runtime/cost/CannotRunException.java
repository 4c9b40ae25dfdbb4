package io.heddle.runtime.cost;

/** A machine cannot run the work, or no formula says how long; the message says what to do. */
public class CannotRunException extends RuntimeException {
  private static final long serialVersionUID = 1;

  public CannotRunException(String message) {
    super(message, null, false, false);
  }
}
