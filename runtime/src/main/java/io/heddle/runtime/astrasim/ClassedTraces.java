package io.heddle.runtime.astrasim;

import io.heddle.plan.marker.Api;
import io.heddle.runtime.chakra.RelativeTrace;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Reads a folder that {@link ClassFolder} wrote: makes the trace of any rank, byte for byte the one
 * that {@link TraceFolder} writes.
 */
@Api
public final class ClassedTraces {
  private static final List<String> OF_MACHINE =
      List.of(
          AstraSimConfiguration.SYSTEM,
          AstraSimConfiguration.NETWORK,
          AstraSimConfiguration.MEMORY);

  private final Path folder;
  private final String model;
  private final int classes;
  private final List<int[]> runs;
  private final int[] begins;
  private final List<RingsOfKind> kinds;

  ClassedTraces(
      Path folder,
      String model,
      int classes,
      List<int[]> runs,
      int[] begins,
      List<RingsOfKind> kinds) {
    this.folder = folder;
    this.model = model;
    this.classes = classes;
    this.runs = runs;
    this.begins = begins;
    this.kinds = kinds;
  }

  /**
   * Opens a folder.
   *
   * @throws IOException if it has no index, or one that cannot be used; the message says which and
   *     why
   */
  public static ClassedTraces open(Path folder) throws IOException {
    return ClassIndexReader.read(folder);
  }

  /** Begins the names of the traces. */
  public String model() {
    return model;
  }

  /** Number of ranks. */
  public int ranks() {
    return begins[begins.length - 1];
  }

  /** Number of classes. */
  public int classes() {
    return classes;
  }

  /** The class of a rank, from 0. */
  public int classOf(int rank) {
    if (rank < 0 || rank >= ranks()) {
      throw new IllegalArgumentException("no rank " + rank + " among " + ranks());
    }
    int at = Arrays.binarySearch(begins, rank);
    return runs.get(at < 0 ? -2 - at : at)[0];
  }

  /**
   * Writes the trace of a rank; the stream stays open.
   *
   * @throws IOException if the trace of its class is none, or the stream fails
   */
  public void write(int rank, OutputStream out) throws IOException {
    Path trace = folder.resolve(ClassIndex.file(model, classOf(rank)));
    RelativeTrace.write(trace, rank, ranks(), new Surroundings(rank), out);
  }

  /**
   * Writes traces of ranks into a folder, and the files with which AstraSim runs all of them. Those
   * of an earlier run there go. There is no manifest.
   *
   * @param chosen the ranks, each once
   * @param to another folder, which is made if it does not exist
   * @param threads that write ranks at once, at least 1
   * @return bytes of the traces
   * @throws EmitException if the folder cannot be used or a file cannot be written
   * @throws IOException if the trace of a class is none
   */
  public long expand(Collection<Integer> chosen, Path to, int threads, EmitProgress progress)
      throws IOException {
    List<Integer> each = new ArrayList<>(chosen);
    each.forEach(this::classOf);
    create(to);
    if (Files.isSameFile(folder, to)) {
      throw new EmitException(to + " holds the classes themselves: choose another folder");
    }
    try (FolderLock lock = FolderLock.take(to)) {
      return lock.whileHeld(() -> expandAll(each, to, threads, progress));
    }
  }

  private long expandAll(List<Integer> each, Path to, int threads, EmitProgress progress)
      throws IOException {
    TraceFolder.removeEarlierRun(to, model);
    Expansion expansion = new Expansion(each, to, progress);
    EachRank.run(each.size(), threads, () -> this, expansion::write);
    for (String file : OF_MACHINE) {
      byte[] content = Files.readAllBytes(folder.resolve(file));
      AtomicFile.write(to.resolve(file), content);
    }
    AtomicFile.write(
        to.resolve(AstraSimConfiguration.GROUPS), AstraSimConfiguration.groups(rings()));
    return expansion.bytes;
  }

  private static void create(Path to) throws EmitException {
    try {
      Files.createDirectories(to);
    } catch (IOException e) {
      throw new EmitException(to, e);
    }
  }

  private SortedMap<Integer, int[]> rings() {
    SortedMap<Integer, int[]> rings = new TreeMap<>();
    kinds.forEach(kind -> kind.addTo(rings));
    return rings;
  }

  /** Traces that are being written. */
  private final class Expansion {
    private final List<Integer> each;
    private final Path to;
    private final EmitProgress progress;
    private int written;
    private long bytes;

    Expansion(List<Integer> each, Path to, EmitProgress progress) {
      this.each = each;
      this.to = to;
      this.progress = progress;
    }

    void write(int number, ClassedTraces traces) throws IOException {
      int rank = each.get(number);
      Path file = to.resolve(EmitRequest.traceFile(model, rank));
      AtomicFile.write(file, out -> traces.write(rank, out));
      tell(Files.size(file));
    }

    private synchronized void tell(long size) {
      written++;
      bytes += size;
      progress.written(written, each.size(), 0, bytes);
    }
  }

  /** The groups of one rank, each found when it is first asked for. */
  private final class Surroundings implements RelativeTrace.Surroundings {
    private final int rank;
    private final Map<Integer, Optional<RingsOfKind.Place>> places = new HashMap<>();

    Surroundings(int rank) {
      this.rank = rank;
    }

    @Override
    public int group(int kind) {
      return place(kind).map(RingsOfKind.Place::id).orElse(-1);
    }

    @Override
    public int member(int kind, int distance) {
      Optional<RingsOfKind.Place> place = place(kind);
      return place.isPresent() ? place.get().member(distance) : -1;
    }

    private Optional<RingsOfKind.Place> place(int kind) {
      return kind < 0 || kind >= kinds.size()
          ? Optional.empty()
          : places.computeIfAbsent(kind, k -> Optional.ofNullable(kinds.get(k).of(rank)));
    }
  }
}
