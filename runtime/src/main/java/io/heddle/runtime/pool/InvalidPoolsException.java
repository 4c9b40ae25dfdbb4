package io.heddle.runtime.pool;

/** Pools that cannot have traces together; the message says why, and what to do. */
public final class InvalidPoolsException extends IllegalArgumentException {
  private static final long serialVersionUID = 1L;

  InvalidPoolsException(String message) {
    super(message);
  }
}
