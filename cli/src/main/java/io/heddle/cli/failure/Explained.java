package io.heddle.cli.failure;

import io.heddle.processor.UnexplainedException;
import io.heddle.runtime.straggler.InvalidStragglersException;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What is said of a throwable that ends a command.
 *
 * @param exit code that the command exits with
 * @param message for the user
 */
public record Explained(int exit, String message) {
  private static final long MEBIBYTE = 1 << 20;

  /**
   * Explains a throwable.
   *
   * @param version of Heddle, for reports
   */
  public static Explained of(Throwable thrown, String version) {
    if (thrown instanceof Failure failure) {
      return new Explained(failure.exit(), String.valueOf(failure.getMessage()));
    }
    if (find(OutOfMemoryError.class, thrown) != null) {
      return new Explained(Exit.ENVIRONMENT, outOfMemory());
    }
    if (thrown instanceof IOException io) {
      return new Explained(Exit.ENVIRONMENT, reason(io));
    }
    if (thrown instanceof InvalidStragglersException) {
      return new Explained(Exit.WRONG_INPUT, String.valueOf(thrown.getMessage()));
    }
    String message = thrown.getMessage() == null ? "" : thrown.getMessage();
    if (thrown instanceof UnexplainedException) {
      return fault(message, version);
    }
    String name = thrown.getClass().getSimpleName();
    return fault(message.isEmpty() ? name : name + ": " + message, version);
  }

  /**
   * What is said of a fault of Heddle.
   *
   * @param what happened
   */
  public static Explained fault(String what, String version) {
    return new Explained(
        Exit.FAULT,
        "a fault of Heddle, not of your input: "
            + what
            + "\nPlease report it with your input and this version: "
            + version
            + " on Java "
            + Runtime.version()
            + " (HEDDLE_DEBUG=1 prints where it happened).");
  }

  private static String outOfMemory() {
    return String.format(
        Locale.ROOT,
        "out of memory with a heap of %,d MiB; give more, such as JAVA_TOOL_OPTIONS=-Xmx%dm",
        Runtime.getRuntime().maxMemory() / MEBIBYTE,
        2 * Math.max(1, Runtime.getRuntime().maxMemory() / MEBIBYTE));
  }

  /** What an I/O failure says, with the file that the JDK names. */
  public static String reason(IOException e) {
    return e instanceof FileSystemException failed ? failed.getFile() + ": " + cause(e) : cause(e);
  }

  /** What an I/O failure says, without the file. */
  public static String cause(IOException e) {
    if (e instanceof NoSuchFileException) {
      return "no such file";
    }
    if (e instanceof AccessDeniedException) {
      return "permission denied";
    }
    if (e instanceof FileSystemException failed) {
      return failed.getReason() == null ? "the system refuses it" : failed.getReason();
    }
    return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
  }

  private static <T extends Throwable> @Nullable T find(Class<T> type, Throwable thrown) {
    Throwable at = thrown;
    for (int depth = 0; at != null && depth < 20; depth++) {
      if (type.isInstance(at)) {
        return type.cast(at);
      }
      at = at.getCause();
    }
    return null;
  }
}
