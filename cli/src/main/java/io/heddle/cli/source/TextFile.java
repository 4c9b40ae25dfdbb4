package io.heddle.cli.source;

import io.heddle.cli.failure.Explained;
import io.heddle.cli.failure.Failure;
import io.heddle.processor.FileHint;
import io.heddle.processor.SourceText;
import io.heddle.processor.UnreadableException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/** Reads small text files for a command, which ends where they cannot be read. */
public final class TextFile {
  private TextFile() {}

  /**
   * The whole text of a file in UTF-8, without its byte order mark.
   *
   * @param sort what the text should be
   * @throws Failure if it is no such file
   */
  public static String read(Path file, String sort) {
    try {
      return SourceText.read(file, sort);
    } catch (UnreadableException e) {
      String meant = Files.exists(file) ? "" : FileHint.asked(FileHint.beside(file));
      throw failure(file.toString(), e, meant);
    }
  }

  /**
   * The whole text of a stream in UTF-8, without its byte order mark.
   *
   * @param name of the stream in messages
   * @param sort what the text should be
   */
  public static String read(InputStream in, String name, String sort) {
    try {
      return SourceText.read(in, sort);
    } catch (UnreadableException e) {
      throw failure(name, e, "");
    }
  }

  private static Failure failure(String name, UnreadableException e, String meant) {
    if (e.getCause() instanceof IOException cause) {
      return Failure.environment(Explained.reason(cause));
    }
    String message = name + ": " + e.getMessage() + meant;
    return e.isWrong() ? Failure.wrongInput(message) : Failure.environment(message);
  }
}
