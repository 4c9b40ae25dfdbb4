package io.heddle.processor;

import io.heddle.processor.diagnose.Source;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.regex.Pattern;

/** Finds the files that a file imports. */
@FunctionalInterface
public interface Imports {
  /** Where the built-in library stands, as imported. */
  String LIBRARY = "std/";

  /** No files but the built-in library. */
  Imports LIBRARY_ONLY = (importer, path) -> Optional.empty();

  /**
   * The file that {@code path} names, seen from the file that imports it; empty if there is none.
   *
   * @param path as written, not beginning with {@code std/}
   */
  Optional<Source> find(Source importer, String path);

  /** A file of the built-in library; empty if there is none of that name. */
  static Optional<Source> library(String path) {
    if (!LibraryPath.FORM.matcher(path).matches()) {
      return Optional.empty();
    }
    try (InputStream stream = Imports.class.getResourceAsStream("/io/heddle/" + path)) {
      return stream == null
          ? Optional.empty()
          : Optional.of(
              new Source(path, new String(stream.readAllBytes(), StandardCharsets.UTF_8)));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /** The form of names in the built-in library. */
  final class LibraryPath {
    private static final Pattern FORM = Pattern.compile("std/[a-z0-9_]+(/[a-z0-9_]+)*\\.tfm");

    private LibraryPath() {}
  }
}
