package io.heddle.runtime.astrasim.process;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import org.jspecify.annotations.Nullable;

/** A folder that one run has for itself: it did not exist before. */
public final class WorkFolder implements Closeable {
  private static final String PREFIX = "heddle-astrasim-";

  private final Path path;
  private final boolean kept;

  private WorkFolder(Path path, boolean kept) {
    this.path = path;
    this.kept = kept;
  }

  /** A folder among the system's temporary files, which goes with all in it when it is closed. */
  public static WorkFolder temporary() throws IOException {
    return new WorkFolder(Files.createTempDirectory(PREFIX).toRealPath(), false);
  }

  /**
   * A folder that stays.
   *
   * @throws java.nio.file.FileAlreadyExistsException if there is one of that name
   */
  public static WorkFolder kept(Path path) throws IOException {
    Path absolute = path.toAbsolutePath();
    if (absolute.getParent() != null) {
      Files.createDirectories(absolute.getParent());
    }
    return new WorkFolder(Files.createDirectory(absolute), true);
  }

  /** Absolute. */
  public Path path() {
    return path;
  }

  /** Lets a file appear in the folder. */
  public void link(String name, Path file) throws IOException {
    Files.createSymbolicLink(path.resolve(name), file.toAbsolutePath());
  }

  @Override
  public void close() throws IOException {
    if (!kept) {
      Files.walkFileTree(path, new Removal());
    }
  }

  /** Removes all files, and what a link is, not where it leads. */
  private static final class Removal extends SimpleFileVisitor<Path> {
    @Override
    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
      Files.deleteIfExists(file);
      return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult postVisitDirectory(Path folder, @Nullable IOException failure)
        throws IOException {
      if (failure != null) {
        throw failure;
      }
      Files.deleteIfExists(folder);
      return FileVisitResult.CONTINUE;
    }
  }
}
