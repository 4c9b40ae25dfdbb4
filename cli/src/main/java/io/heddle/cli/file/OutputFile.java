package io.heddle.cli.file;

import io.heddle.cli.failure.Explained;
import io.heddle.cli.failure.Failure;
import io.heddle.runtime.astrasim.AtomicFile;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;

/**
 * A file that an option names to be written. A regular file appears whole; what is anything else,
 * such as a device or a pipe, is written into.
 */
public final class OutputFile {
  private final String option;
  private final String what;
  private final Path given;

  /**
   * @param option that names it
   * @param what goes into it
   * @param given by the user
   */
  public OutputFile(String option, String what, Path given) {
    this.option = option;
    this.what = what;
    this.given = given;
  }

  /**
   * Checks what can be known before there is anything to write.
   *
   * @param inputs that must stay as they are
   * @throws Failure if it is one of the inputs, or no file can be there
   */
  public void check(Collection<Path> inputs) {
    if (Files.isDirectory(given)) {
      throw Failure.environment(option + " " + given + ": is a folder; name a file");
    }
    Path folder = given.toAbsolutePath().getParent();
    if (folder == null || !Files.isDirectory(folder)) {
      throw Failure.environment(option + " " + given + ": no such folder: " + folder);
    }
    for (Path input : inputs) {
      if (isSame(input)) {
        throw Failure.usage(option + " " + given + ": is read as " + input + "; name another file");
      }
    }
  }

  /**
   * Checks that none is written over another. What is no regular file, such as a device, takes any
   * number.
   *
   * @throws Failure if two are one file
   */
  public static void checkThatAllDiffer(List<OutputFile> files) {
    for (int i = 0; i < files.size(); i++) {
      for (OutputFile other : files.subList(0, i)) {
        OutputFile file = files.get(i);
        if ((!Files.exists(file.given) || Files.isRegularFile(file.given))
            && (file.isSame(other.given) || file.place().equals(other.place()))) {
          throw Failure.usage(
              "%s and %s name one file: %s".formatted(other.option, file.option, file.given));
        }
      }
    }
  }

  /**
   * Checks that it is not in a folder that is replaced as a whole.
   *
   * @throws Failure if it is
   */
  public void checkOutside(Path folder) {
    if (place().startsWith(real(folder))) {
      throw Failure.usage(
          "%s %s: is in %s, which the run replaces; name a file elsewhere"
              .formatted(option, given, folder));
    }
  }

  private Path place() {
    Path path = given.toAbsolutePath().normalize();
    return real(path.getParent()).resolve(path.getFileName());
  }

  private static Path real(Path folder) {
    try {
      return folder.toRealPath();
    } catch (IOException e) {
      // It is not there.
      return folder.toAbsolutePath().normalize();
    }
  }

  private boolean isSame(Path input) {
    try {
      return Files.isSameFile(given, input);
    } catch (IOException e) {
      // One of them is not there.
      return false;
    }
  }

  /**
   * Writes the file.
   *
   * @throws Failure if it cannot be written
   */
  public void write(AtomicFile.Content content) {
    try (Interruption interruption = Interruption.watch()) {
      if (Files.exists(given) && !Files.isRegularFile(given)) {
        try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(given))) {
          content.writeTo(out);
        }
      } else {
        AtomicFile.write(
            target(),
            out -> {
              OutputStream buffered = new BufferedOutputStream(interruption.stopping(out));
              content.writeTo(buffered);
              buffered.flush();
            });
      }
    } catch (IOException e) {
      throw Failure.environment(
          "cannot write the " + what + " " + given + ": " + Explained.cause(e));
    }
  }

  /** Where a link leads is replaced, not the link. */
  private Path target() throws IOException {
    return Files.exists(given) ? given.toRealPath() : given.toAbsolutePath();
  }
}
