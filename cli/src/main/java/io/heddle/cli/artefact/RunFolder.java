package io.heddle.cli.artefact;

import io.heddle.cli.failure.Explained;
import io.heddle.cli.failure.Failure;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The folder {@code <root>/<model>/<plan>/<mode>} of a run. It is filled under another name beside
 * its place and then renamed, so that it is always whole and of one run, however many write to it.
 */
public final class RunFolder {
  /** What reproduces the run. */
  public static final String MANIFEST = "manifest.json";

  /** What the step came to. */
  public static final String REPORT = "report.json";

  /** The times of the ranks. */
  public static final String RANKS = "ranks.csv";

  private static final Pattern NAME = Pattern.compile("[A-Za-z_][A-Za-z0-9_]{0,199}");
  private static final int MOST_TRIES = 100;

  private final Path folder;
  private final Path place;

  /**
   * @param folder of the plan
   */
  private RunFolder(Path folder, String mode) {
    this.folder = folder;
    this.place = folder.resolve(mode);
  }

  /** Fills a folder. */
  @FunctionalInterface
  public interface Content {
    /** Writes into a folder, which is there and empty. */
    void writeTo(Path part) throws IOException;
  }

  /**
   * The folder of a run.
   *
   * @throws Failure if a name makes no safe name of a folder
   */
  public static RunFolder of(Path root, String model, String plan, String mode) {
    for (String name : List.of(model, plan, mode)) {
      if (!NAME.matcher(name).matches()) {
        throw Failure.wrongInput(
            "--output: `%s` cannot name a folder: it takes up to 200 letters, digits and"
                    .formatted(name)
                + " underscores, no digit first");
      }
    }
    return new RunFolder(root.resolve(model).resolve(plan), mode);
  }

  /** Where it is, or will be. */
  public Path path() {
    return place;
  }

  /**
   * Checks what can be known before there is anything to write.
   *
   * @throws Failure if something is in its place that no run has made, or no folder can be there
   */
  public void check() {
    checkThatFoldersCanBeMade();
    try {
      if (Files.exists(place, LinkOption.NOFOLLOW_LINKS)) {
        checkThatRunsMadeIt();
      }
    } catch (IOException e) {
      throw unwritable(e);
    }
  }

  private void checkThatFoldersCanBeMade() {
    Path above = folder.toAbsolutePath();
    while (above != null && !Files.exists(above, LinkOption.NOFOLLOW_LINKS)) {
      above = above.getParent();
    }
    if (above == null || !Files.isDirectory(above)) {
      throw Failure.environment(above + " is no folder; remove it or name another --output");
    }
    if (!Files.isWritable(above)) {
      throw Failure.environment(above + ": nothing can be written there; name another --output");
    }
  }

  /**
   * Puts what is written in place of what is there.
   *
   * @throws Failure if it cannot be written; what was there stays then
   */
  public void write(Content content) {
    try {
      Files.createDirectories(folder);
      Path part = Files.createDirectory(hidden("part"));
      try {
        content.writeTo(part);
        replace(part);
      } finally {
        deleteTree(part);
      }
    } catch (IOException e) {
      throw unwritable(e);
    }
  }

  private Failure unwritable(IOException e) {
    return Failure.environment("cannot write " + place + ": " + Explained.cause(e));
  }

  private Path hidden(String ending) {
    return folder.resolve(
        ".%s.%d.%s"
            .formatted(
                place.getFileName(), ThreadLocalRandom.current().nextLong(Long.MAX_VALUE), ending));
  }

  /**
   * Another run may do the same at any moment: whoever finds the place free takes it. Why a move
   * failed cannot be asked afterwards, as what was in the way may be gone by then, so every failure
   * is tried again.
   */
  private void replace(Path part) throws IOException {
    FileSystemException last = null;
    for (int tries = 0; tries < MOST_TRIES; tries++) {
      try {
        Files.move(part, place, StandardCopyOption.ATOMIC_MOVE);
        return;
      } catch (NoSuchFileException e) {
        throw e;
      } catch (FileSystemException e) {
        last = e;
      }
      checkThatRunsMadeIt();
      Path old = hidden("old");
      try {
        Files.move(place, old, StandardCopyOption.ATOMIC_MOVE);
        deleteTree(old);
      } catch (NoSuchFileException e) {
        // The other one has just taken it away.
      }
    }
    throw Objects.requireNonNull(last, "no try failed");
  }

  private void checkThatRunsMadeIt() throws IOException {
    Set<String> known = new HashSet<>(List.of(MANIFEST, REPORT, RANKS));
    Arrays.stream(Artefact.values()).map(Artefact::entry).forEach(known::add);
    try {
      // Asked once: between two questions another run may take it away.
      if (!Files.readAttributes(place, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
          .isDirectory()) {
        throw Failure.environment(place + " is no folder; remove it or name another --output");
      }
      List<String> names;
      try (Stream<Path> entries = Files.list(place)) {
        names = entries.map(entry -> entry.getFileName().toString()).toList();
      }
      for (String name : names) {
        if (!known.contains(name)) {
          throw Failure.environment(
              "%s holds %s, which is not of a run; remove it or name another --output"
                  .formatted(place, name));
        }
      }
    } catch (NoSuchFileException e) {
      // Another run has just taken it away.
    }
  }

  private static void deleteTree(Path tree) throws IOException {
    if (!Files.exists(tree, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    Files.walkFileTree(
        tree,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            Files.delete(file);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult postVisitDirectory(Path each, @Nullable IOException e)
              throws IOException {
            if (e != null) {
              throw e;
            }
            Files.delete(each);
            return FileVisitResult.CONTINUE;
          }
        });
  }
}
