package io.heddle.runtime.mode;

import io.heddle.plan.marker.Api;

/** A mode cannot do what is asked of it. The message says what, and what to do. */
@Api
public final class UnsupportedModeException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  UnsupportedModeException(String message) {
    super(message);
  }
}
