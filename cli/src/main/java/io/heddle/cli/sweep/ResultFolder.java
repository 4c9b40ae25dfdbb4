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
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Results of points in a folder: one file says what they have in common, others have a line of JSON
 * for each point, written as soon as it is finished. Each process writes to a file of its own, so
 * that any number of them may work for one folder. A run that is killed leaves all lines that it
 * had finished; the next one goes on.
 */
public final class ResultFolder {
  private static final String IDENTITY = "results.json";

  /** Files that are read at once: a process may open only so many. */
  private static final int MOST_OPEN = 64;

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
      Files.createDirectories(path);
      if (!isBegun(path)) {
        // Another process may begin it in the meantime, and write points.
        if (hasOtherFiles(path) && !isBegun(path)) {
          throw Failure.environment(
              path + ": is not empty and holds no results; give another folder");
        }
        if (!isBegun(path)) {
          byte[] text = identity.json().getBytes(StandardCharsets.UTF_8);
          AtomicFile.write(path.resolve(IDENTITY), out -> out.write(text));
        }
      }
      ResultFolder there = read(path);
      there.checkSame(identity, "what you run now");
      return there;
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

  /**
   * Checks that the results are of a specification.
   *
   * @param hash of what makes its plans
   * @param name of its file
   * @throws Failure if they are of another
   */
  public void checkSpecification(String hash, String name) {
    if (!identity.facts().getOrDefault("specification", "").equals(hash)) {
      throw Failure.wrongInput(
          "%s: holds results of another text than %s; name the file that was swept"
              .formatted(path, name));
    }
  }

  private static boolean isBegun(Path path) {
    return Files.exists(path.resolve(IDENTITY), LinkOption.NOFOLLOW_LINKS);
  }

  /** Whether there are files that no writer of results makes, whole or in part. */
  private static boolean hasOtherFiles(Path path) throws IOException {
    try (Stream<Path> there = Files.list(path)) {
      return there
          .map(file -> file.getFileName().toString())
          .anyMatch(
              name ->
                  !name.equals(IDENTITY)
                      && !name.startsWith("." + IDENTITY)
                      && !PARTS.matcher(name).matches());
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

  /** Reads all points in no order; one that was run twice may come twice. */
  public void forEach(Consumer<PointResult> points) {
    for (Path part : parts()) {
      ResultFile.read(part, (point, offset) -> points.accept(point));
    }
  }

  /** The keys of all points that need not run again. */
  public PointKeys finished() {
    PointKeys finished = new PointKeys();
    forEach(
        point -> {
          // What took too long may have the time now, and a fault may be mended.
          if (!point.mayRunAgain()) {
            finished.add(point.key());
          }
        });
    return finished;
  }

  /** Reads all points in the order of their numbers. */
  public void inOrder(Consumer<PointResult> points) {
    inOrder(point -> OptionalLong.of(point.number()), points);
  }

  /** Reads those points that have numbers here, with these numbers and in their order. */
  public void inOrder(PointKeys numbers, Consumer<PointResult> points) {
    if (numbers.isEmpty()) {
      return;
    }
    inOrder(point -> numbers.number(point.key()), points);
  }

  /**
   * Reads points in order, each once though it stands twice. Lines that are no points are passed
   * over: such a point is run again.
   *
   * @param number of a point; empty if it is passed over
   */
  private void inOrder(Function<PointResult, OptionalLong> number, Consumer<PointResult> points) {
    List<Path> parts = parts();
    List<Place> places = new ArrayList<>();
    for (int p = 0; p < parts.size(); p++) {
      int part = p;
      ResultFile.read(
          parts.get(p),
          (point, offset) ->
              number
                  .apply(point)
                  .ifPresent(
                      of ->
                          places.add(
                              new Place(of, point.key(), point.mayRunAgain(), part, offset))));
    }
    // Not by where it stands: the same points come in the same order whoever ran them.
    places.sort(
        Comparator.comparingLong(Place::number).thenComparing(place -> place.key.toString()));
    PointKeys seen = new PointKeys();
    Set<PointKey> unfinished =
        places.stream().filter(Place::mayRunAgain).map(Place::key).collect(Collectors.toSet());
    places.stream().filter(place -> !place.mayRunAgain).map(Place::key).forEach(unfinished::remove);
    Map<Integer, ResultFile.Places> open = new HashMap<>();
    try {
      for (Place place : places) {
        if ((!place.mayRunAgain || unfinished.contains(place.key)) && seen.add(place.key)) {
          if (open.size() == MOST_OPEN && !open.containsKey(place.part)) {
            open.values().forEach(ResultFile.Places::close);
            open.clear();
          }
          open.computeIfAbsent(place.part, part -> new ResultFile.Places(parts.get(part)))
              .read(place.offset)
              .ifPresent(point -> points.accept(point.numbered(place.number)));
        }
      }
    } finally {
      open.values().forEach(ResultFile.Places::close);
    }
  }

  /**
   * Where a point stands.
   *
   * @param mayRunAgain whether a result that stands elsewhere is better
   */
  private record Place(long number, PointKey key, boolean mayRunAgain, int part, long offset) {}

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
