package io.heddle.cli.serve;

import io.heddle.cli.failure.Failure;
import io.heddle.cli.file.EditedFile;
import io.heddle.cli.source.TextFile;
import io.heddle.processor.Imports;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/**
 * The folder that is open in the page: specifications in it and below it, and nothing else. A path
 * that leads out, also by a link, is not there.
 */
final class ServedFolder {
  /** Specifications that are listed. */
  static final int MOST_FILES = 1_000;

  private static final int MOST_ENTRIES = 50_000;
  private static final int DEEPEST = 12;
  private static final String EXTENSION = ".tfm";

  private final Path root;

  /**
   * @throws IOException if there is no such folder
   */
  ServedFolder(Path root) throws IOException {
    this.root = root.toRealPath();
  }

  Path root() {
    return root;
  }

  /**
   * A text with what tells it from others.
   *
   * @param hash of the text as it is on the disk
   */
  record Content(String text, String hash) {
    static Content of(String text) {
      return new Content(text, ServedFolder.hash(text));
    }
  }

  /** Whether this is a specification of the folder, there or not yet there. */
  boolean holds(Path path) {
    try {
      if (!path.isAbsolute() || !path.toString().endsWith(EXTENSION)) {
        return false;
      }
      Path parent = path.normalize().getParent();
      if (parent == null || !parent.toRealPath().startsWith(root)) {
        return false;
      }
      return !Files.exists(path) || path.toRealPath().startsWith(root);
    } catch (IOException e) {
      return false;
    }
  }

  /** The place of a name, as {@link #files} lists it; empty for one that leads out. */
  Optional<Path> resolve(String name) {
    try {
      Path path = root.resolve(name).normalize();
      return path.startsWith(root) && holds(path) ? Optional.of(path) : Optional.empty();
    } catch (InvalidPathException e) {
      return Optional.empty();
    }
  }

  /** How a file of the folder is called in the page. */
  String name(Path path) {
    return root.relativize(path).toString().replace('\\', '/');
  }

  /** The specifications in the folder, in the order of their names; of very many, some. */
  List<String> files() {
    List<String> found = new ArrayList<>();
    try {
      Files.walkFileTree(
          root,
          EnumSet.noneOf(java.nio.file.FileVisitOption.class),
          DEEPEST,
          new SimpleFileVisitor<>() {
            private int entries;

            @Override
            public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes unused) {
              boolean isHidden =
                  !folder.equals(root) && String.valueOf(folder.getFileName()).startsWith(".");
              return isHidden ? FileVisitResult.SKIP_SUBTREE : FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes unused) {
              if (Files.isRegularFile(file) && holds(file)) {
                found.add(name(file));
              }
              return found.size() < MOST_FILES && ++entries < MOST_ENTRIES
                  ? FileVisitResult.CONTINUE
                  : FileVisitResult.TERMINATE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException unused) {
              return FileVisitResult.CONTINUE;
            }
          });
    } catch (IOException e) {
      // What was found until then.
    }
    found.sort(null);
    return found;
  }

  /**
   * What a file says.
   *
   * @throws Failure if it cannot be read
   */
  static Content read(Path path) {
    return Content.of(TextFile.read(path, "specification"));
  }

  /** What a file of the built-in library says. */
  static Optional<Content> library(String name) {
    return Imports.library(name).map(source -> Content.of(source.text()));
  }

  /**
   * Writes a text in place of one that is known: whole, or not at all.
   *
   * @param known hash of what the page took the file to say; empty for a new file
   * @return what the file says instead, if it changed meanwhile: it then stays as it is
   * @throws Failure if it cannot be written
   */
  synchronized Optional<Content> save(Path path, String text, String known) {
    if (!holds(path)) {
      throw Failure.usage("this file is not in the open folder");
    }
    if (Files.exists(path)) {
      Content there = read(path);
      if (!there.hash().equals(known) && !there.text().equals(text)) {
        return Optional.of(there);
      }
    } else if (!known.isEmpty()) {
      return Optional.of(new Content("", ""));
    }
    EditedFile.write(path, text);
    return Optional.empty();
  }

  private static String hash(String text) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      return HexFormat.of().formatHex(digest.digest(text.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
