package io.heddle.runtime.simulate.config;

import java.io.IOException;
import java.nio.file.Path;

/** An input that cannot be used; the message says which file, where in it, and what is wrong. */
public final class InputException extends IOException {
  private static final long serialVersionUID = 1;

  public InputException(Path file, String problem) {
    super(file + ": " + problem);
  }

  public InputException(Path file, String problem, Throwable cause) {
    super(file + ": " + problem, cause);
  }
}
