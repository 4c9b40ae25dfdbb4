package io.heddle.cli.file;

import io.heddle.cli.failure.Explained;
import io.heddle.cli.failure.Failure;
import io.heddle.runtime.astrasim.AtomicFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Set;

/** A text file of the user's that gets another text: whole or not at all, with its permissions. */
public final class EditedFile {
  private EditedFile() {}

  /**
   * Writes the text; where there is no such file, a new one.
   *
   * @param file where a link leads is replaced, not the link
   * @throws Failure if it cannot be written
   */
  public static void write(Path file, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    try {
      if (!Files.exists(file)) {
        AtomicFile.write(file.toAbsolutePath(), out -> out.write(bytes));
        return;
      }
      if (!Files.isWritable(file)) {
        throw Failure.environment(file + ": may not be written");
      }
      boolean isPosix = Files.getFileStore(file).supportsFileAttributeView("posix");
      Set<PosixFilePermission> permissions =
          isPosix ? Files.getPosixFilePermissions(file) : Set.of();
      new OutputFile("FILE", "specification", file).write(out -> out.write(bytes));
      if (isPosix) {
        Files.setPosixFilePermissions(file, permissions);
      }
    } catch (IOException e) {
      throw Failure.environment(Explained.reason(e));
    }
  }
}
