package io.heddle.cli.lsp;

import io.heddle.processor.Imports;
import io.heddle.processor.diagnose.Source;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Optional;

/** Files of the built-in library as an editor can open them: copies, as they are asked for. */
final class LibraryFolder implements AutoCloseable {
  private final Path folder;

  /**
   * @throws IOException if there can be no such folder
   */
  LibraryFolder() throws IOException {
    this.folder = Files.createTempDirectory("heddle-library").toRealPath();
  }

  /** The address of a file of a compilation; empty for one that cannot be opened. */
  Optional<String> uri(Source source) {
    try {
      if (!source.path().startsWith(Imports.LIBRARY)) {
        return Optional.of(Path.of(source.path()).toUri().toString());
      }
      Path copy = folder.resolve(source.path());
      if (!Files.exists(copy)) {
        Files.createDirectories(copy.getParent());
        Files.writeString(copy, source.text());
        copy.toFile().setReadOnly();
      }
      return Optional.of(copy.toUri().toString());
    } catch (IOException | InvalidPathException e) {
      return Optional.empty();
    }
  }

  /** The path of an address as the compiler names it; empty where it is no file. */
  Optional<Path> path(String uri) {
    try {
      Path path = Path.of(URI.create(uri)).normalize();
      return Optional.of(path.startsWith(folder) ? folder.relativize(path) : path);
    } catch (IllegalArgumentException | java.nio.file.FileSystemNotFoundException e) {
      return Optional.empty();
    }
  }

  @Override
  public void close() throws IOException {
    try (var files = Files.walk(folder)) {
      for (Path file : files.sorted(java.util.Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
