package io.heddle.runtime.astrasim;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.ThreadLocalRandom;
import java.util.regex.Pattern;

/**
 * A file that is there whole or not at all: written under another name beside it, then renamed. A
 * run that is killed leaves at most such a part.
 */
public final class AtomicFile {
  /** What ends the name of a part; the number is drawn by lot. */
  static final String PART = "\\.\\d+\\.part";

  /** Fills a file. */
  @FunctionalInterface
  public interface Content {
    /** Writes all of it; may close the stream. */
    void writeTo(OutputStream out) throws IOException;
  }

  private AtomicFile() {}

  static void write(Path target, byte[] content) throws IOException {
    write(target, out -> out.write(content));
  }

  /**
   * Writes a file, in place of any that is there.
   *
   * @throws IOException if it cannot be written; what was there before stays then
   */
  public static void write(Path target, Content content) throws IOException {
    // Not the number of the process: in containers that share a folder all have the same, and what
    // a killed one left behind would be in the way of the next.
    long number = ThreadLocalRandom.current().nextLong(Long.MAX_VALUE);
    Path part = target.resolveSibling("." + target.getFileName() + "." + number + ".part");
    OutputStream out =
        Files.newOutputStream(part, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    try {
      try (out) {
        content.writeTo(out);
      }
      Files.move(part, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } finally {
      Files.deleteIfExists(part);
    }
  }

  /** Removes the files of a folder whose whole name matches; folders stay. */
  static void removeMatching(Path folder, Pattern name) throws IOException {
    try (var files = Files.newDirectoryStream(folder)) {
      for (Path file : files) {
        if (name.matcher(file.getFileName().toString()).matches()
            && !Files.isDirectory(file, LinkOption.NOFOLLOW_LINKS)) {
          Files.deleteIfExists(file);
        }
      }
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    }
  }
}
