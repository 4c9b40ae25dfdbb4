package io.heddle.runtime.mode;

/** A mode cannot do what is asked of it. The message says what, and what to do. */
public final class UnsupportedModeException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  UnsupportedModeException(String message) {
    super(message);
  }
}
