package io.heddle.runtime.astrasim;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Path;

/** Traces could not be written; the message is meant for the user. */
public final class EmitException extends IOException {
  private static final long serialVersionUID = 1L;

  EmitException(String message) {
    super(message);
  }

  EmitException(Path folder, IOException cause) {
    super("cannot write to " + folder + ": " + reason(cause), cause);
  }

  private static String reason(IOException cause) {
    if (cause instanceof AccessDeniedException denied) {
      return denied.getFile() + ": permission denied";
    }
    if (cause instanceof FileAlreadyExistsException exists) {
      return exists.getFile() + " is in the way; remove it or choose another folder";
    }
    if (cause instanceof FileSystemException failed && failed.getReason() != null) {
      return failed.getFile() + ": " + failed.getReason();
    }
    return String.valueOf(cause.getMessage());
  }
}
