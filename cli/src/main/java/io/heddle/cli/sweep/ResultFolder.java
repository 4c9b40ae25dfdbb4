package io.heddle.cli.sweep;

import io.heddle.cli.failure.Explained;
import io.heddle.cli.failure.Failure;
import io.heddle.cli.source.TextFile;
import io.heddle.runtime.astrasim.AtomicFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Results of points in a folder: one file says what they have in common, others have a line of JSON
 * for each point, written as soon as it is finished. Each process writes to a file of its own, so
 * that any number of them may work for one folder. A run that is killed leaves all lines that it
 * had finished; the next one goes on.
 */
public final class ResultFolder {
  private static final String IDENTITY = "results.json";
  private static final Pattern PARTS = Pattern.compile("points(-\\d+-of-\\d+)?(\\.\\d+)?\\.jsonl");

  private final Path path;
  private final ResultIdentity identity;

  private ResultFolder(Path path, ResultIdentity identity) {
    this.path = path;
    this.identity = identity;
  }

  /**
   * A folder for more results; it is made if there is none.
   *
   * @throws Failure if it holds anything else, or results of something else, or cannot be written
   */
  public static ResultFolder open(Path path, ResultIdentity identity) {
    try {
      if (Files.exists(path) && !Files.isDirectory(path)) {
        throw Failure.environment(path + ": is no folder; results go into a folder of their own");
      }
      if (Files.exists(path.resolve(IDENTITY), LinkOption.NOFOLLOW_LINKS)) {
        ResultFolder there = read(path);
        there.checkSame(identity, "what you run now");
        return there;
      }
      Files.createDirectories(path);
      checkEmpty(path);
      byte[] text = identity.json().getBytes(StandardCharsets.UTF_8);
      AtomicFile.write(path.resolve(IDENTITY), out -> out.write(text));
      return new ResultFolder(path, identity);
    } catch (IOException e) {
      throw Failure.environment(path + ": " + Explained.cause(e));
    }
  }

  /**
   * A folder that is there.
   *
   * @throws Failure if it is no folder of results
   */
  public static ResultFolder read(Path path) {
    if (!Files.isDirectory(path)) {
      throw Failure.environment(path + ": no such folder");
    }
    if (!Files.exists(path.resolve(IDENTITY))) {
      throw Failure.wrongInput(
          path + ": holds no results; `heddle sweep FILE --output " + path + "` writes some");
    }
    Optional<ResultIdentity> identity =
        ResultIdentity.parse(TextFile.read(path.resolve(IDENTITY), "description of results"));
    return new ResultFolder(
        path,
        identity.orElseThrow(
            () -> Failure.wrongInput(path.resolve(IDENTITY) + ": says nothing of results")));
  }

  /**
   * Checks that results may stand beside those of this folder.
   *
   * @param whose the others are
   * @throws Failure if they may not
   */
  public void checkSame(ResultIdentity other, String whose) {
    identity
        .differenceFrom(other)
        .ifPresent(
            difference -> {
              throw Failure.wrongInput(
                  "%s: holds results of %s than %s; give another folder"
                      .formatted(path, difference, whose));
            });
  }

  /** Two that begin one folder at once write the same file; a third sees no other files. */
  private static void checkEmpty(Path path) throws IOException {
    try (Stream<Path> there = Files.list(path)) {
      if (there.anyMatch(file -> !file.getFileName().toString().startsWith(IDENTITY))) {
        throw Failure.environment(
            path + ": is not empty and holds no results; give another folder");
      }
    }
  }

  /** The folder. */
  public Path path() {
    return path;
  }

  /** What all results have in common. */
  public ResultIdentity identity() {
    return identity;
  }

  /**
   * A file of this process alone for more results.
   *
   * @param share of the points that are written
   */
  public ResultFile append(Shard share) {
    boolean isWhole = share.equals(Shard.ALL);
    return ResultFile.append(
        path, isWhole ? "points" : "points-%d-of-%d".formatted(share.index(), share.count()));
  }

  /**
   * Reads all points, each once though it stands twice. Lines that are no points are passed over:
   * such a point is run again.
   */
  public void forEach(Consumer<PointResult> points) {
    read(parts(), (point, part, offset) -> points.accept(point));
  }

  /** Reads those points whose keys are among others, in the order of their numbers. */
  public void inOrder(PointKeys keys, Consumer<PointResult> points) {
    inOrder(point -> keys.contains(point.key()), points);
  }

  /** Reads points in the order of their numbers. */
  public void inOrder(Predicate<PointResult> which, Consumer<PointResult> points) {
    List<Path> parts = parts();
    List<Place> places = new ArrayList<>();
    read(
        parts,
        (point, part, offset) -> {
          if (which.test(point)) {
            places.add(new Place(point.number(), part, offset));
          }
        });
    places.sort(Comparator.comparingLong(Place::number));
    for (Place place : places) {
      ResultFile.read(parts.get(place.part), place.offset).ifPresent(points);
    }
  }

  /** Where a point stands. */
  private record Place(long number, int part, long offset) {}

  private interface Reader {
    void point(PointResult point, int part, long offset);
  }

  private static void read(List<Path> parts, Reader points) {
    PointKeys seen = new PointKeys();
    for (int p = 0; p < parts.size(); p++) {
      int part = p;
      ResultFile.read(
          parts.get(p),
          (point, offset) -> {
            if (seen.add(point.key())) {
              points.point(point, part, offset);
            }
          });
    }
  }

  private List<Path> parts() {
    try (Stream<Path> files = Files.list(path)) {
      return files
          .filter(file -> PARTS.matcher(file.getFileName().toString()).matches())
          .filter(Files::isRegularFile)
          .sorted()
          .toList();
    } catch (IOException e) {
      throw Failure.environment(path + ": " + Explained.cause(e));
    }
  }
}
