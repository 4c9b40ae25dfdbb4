package io.heddle.processor;

import io.heddle.processor.diagnose.Spelling;
import io.heddle.processor.model.Linked;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Which file somebody may have meant who named one that is not there. */
public final class FileHint {
  /** Of a folder with more files no name is compared. */
  private static final int MOST_FILES = 10_000;

  private FileHint() {}

  /** The nearest name in the folder of a file, as a path; empty where none is near. */
  public static Optional<String> beside(Path missing) {
    return missing.getFileName() == null
        ? Optional.empty()
        : nearest(missing.getFileName().toString(), names(missing))
            .map(found -> missing.resolveSibling(found).toString());
  }

  /** Files of the same kind beside a file, in order. */
  private static List<String> names(Path missing) {
    @Nullable Path parent = missing.getParent();
    Path folder = parent == null ? Path.of("") : parent;
    String kind = extension(missing.getFileName().toString());
    List<String> names = new ArrayList<>();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
      for (Path file : files) {
        if (names.size() == MOST_FILES) {
          return List.of();
        }
        String name = file.getFileName().toString();
        if ((kind.isEmpty() || extension(name).equals(kind)) && Files.isRegularFile(file)) {
          names.add(name);
        }
      }
    } catch (IOException | DirectoryIteratorException e) {
      // Nothing is known of a folder that cannot be read.
      return List.of();
    }
    Collections.sort(names);
    return names;
  }

  /** What stands behind the last point of a name; empty without one. */
  private static String extension(String name) {
    int dot = name.lastIndexOf('.');
    return dot > 0 ? name.substring(dot) : "";
  }

  /**
   * The nearest file of the built-in library, whatever its folder.
   *
   * @param missing as imports name it, with or without {@code std/}
   */
  public static Optional<String> inLibrary(String missing) {
    return nearest(missing, Linked.libraryFiles());
  }

  /** The path whose name without its extension is the same, or else the nearest. */
  private static Optional<String> nearest(String missing, List<String> paths) {
    Map<String, String> byStem = new LinkedHashMap<>();
    paths.forEach(path -> byStem.putIfAbsent(stem(path), path));
    String wanted = stem(missing);
    return Optional.ofNullable(byStem.get(wanted))
        .or(() -> Spelling.nearest(wanted, byStem.keySet()).map(byStem::get));
  }

  private static String stem(String path) {
    String name = path.substring(path.lastIndexOf('/') + 1);
    int dot = name.lastIndexOf('.');
    return dot > 0 ? name.substring(0, dot) : name;
  }

  /** A path as a question behind a message: {@code ; did you mean `x`?}, or nothing. */
  public static String asked(Optional<String> path) {
    return path.map("; did you mean `%s`?"::formatted).orElse("");
  }
}
