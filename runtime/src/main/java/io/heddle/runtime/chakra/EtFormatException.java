package io.heddle.runtime.chakra;

import java.io.IOException;
import java.nio.file.Path;

/** A trace that cannot be read; the message says which file, at which byte, and what is wrong. */
public final class EtFormatException extends IOException {
  private static final long serialVersionUID = 1;

  EtFormatException(Path file, String problem) {
    super(file + ": " + problem);
  }

  public EtFormatException(Path file, long offset, String problem) {
    super(file + ": byte " + offset + ": " + problem);
  }
}
