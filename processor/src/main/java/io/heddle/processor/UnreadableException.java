package io.heddle.processor;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** A file that is no text of the language, whatever it says. The message does not name it. */
public final class UnreadableException extends Exception {
  private static final long serialVersionUID = 1L;

  private final boolean wrong;

  private UnreadableException(String message, boolean wrong, @Nullable Throwable cause) {
    super(message, cause);
    this.wrong = wrong;
  }

  /** The file is there, and what stands in it is no text. */
  static UnreadableException wrong(String message) {
    return new UnreadableException(message, true, null);
  }

  /** There is no such file. */
  static UnreadableException missing(String message) {
    return new UnreadableException(message, false, null);
  }

  /** The system did not let it be read. */
  static UnreadableException of(IOException cause) {
    return new UnreadableException("cannot be read: " + cause.getMessage(), false, cause);
  }

  /** Whether the file is wrong, and not what is around it. */
  public boolean isWrong() {
    return wrong;
  }
}
