package io.heddle.runtime.astrasim;

import io.heddle.plan.marker.Api;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** Traces could not be written; the message is meant for the user. */
@Api
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
    if (cause instanceof NoSuchFileException missing) {
      return missing.getFile() + ": there is no such folder, and none can be made";
    }
    if (cause instanceof FileSystemException failed) {
      return failed.getFile()
          + ": "
          + (failed.getReason() == null ? "the system refuses it" : failed.getReason());
    }
    return cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
  }
}
