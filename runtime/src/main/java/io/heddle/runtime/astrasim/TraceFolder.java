package io.heddle.runtime.astrasim;

import io.heddle.plan.Cluster;
import io.heddle.plan.marker.Api;
import io.heddle.runtime.trace.CountingSink;
import io.heddle.runtime.trace.Flattener;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Writes a folder that AstraSim runs as it is: {@code <prefix>.<rank>.et} of all ranks, then its
 * configuration files, last {@code manifest.json}. Every file appears whole; a folder without a
 * manifest is not complete.
 */
@Api
public final class TraceFolder {
  private TraceFolder() {}

  /**
   * Writes the traces of all ranks of a plan.
   *
   * @throws EmitException if the prefix or the folder cannot be used, another run is writing to the
   *     folder, or a file cannot be written
   */
  public static EmittedFolder write(Flattener flattener, EmitRequest request, EmitProgress progress)
      throws EmitException {
    request.check();
    Path folder = request.folder();
    try {
      Files.createDirectories(folder);
      try (FolderLock lock = FolderLock.take(folder)) {
        return lock.whileHeld(() -> writeAll(flattener, request, progress));
      }
    } catch (EmitException e) {
      throw e;
    } catch (IOException e) {
      throw new EmitException(folder, e);
    }
  }

  private static EmittedFolder writeAll(
      Flattener flattener, EmitRequest request, EmitProgress progress) throws IOException {
    Path folder = request.folder();
    removeEarlierRun(folder, request.prefix());
    RankFiles files = new RankFiles(flattener, request, progress);
    CountingSink counts = files.write();
    writeConfiguration(flattener, request, counts);
    EmittedFolder emitted =
        new EmittedFolder(
            folder,
            counts,
            files.bytes(),
            command(request.prefix()),
            Warnings.of(flattener.plan(), counts));
    AtomicFile.write(
        folder.resolve(Manifest.FILE),
        ManifestJson.bytes(Manifest.of(flattener, request, files, emitted)));
    return emitted;
  }

  /**
   * All traces go, of ranks and of classes, so that a folder never holds those of two runs.
   *
   * @param prefix of the traces
   */
  static void removeEarlierRun(Path folder, String prefix) throws IOException {
    Files.deleteIfExists(folder.resolve(Manifest.FILE));
    Files.deleteIfExists(folder.resolve(ClassIndex.FILE));
    String trace = Pattern.quote(prefix) + "\\.(class)?\\d+\\.et";
    String others =
        String.join(
            "|",
            Pattern.quote(Manifest.FILE),
            Pattern.quote(ClassIndex.FILE),
            Pattern.quote(AstraSimConfiguration.SYSTEM),
            Pattern.quote(AstraSimConfiguration.NETWORK),
            Pattern.quote(AstraSimConfiguration.MEMORY),
            Pattern.quote(AstraSimConfiguration.GROUPS));
    String part = "\\.(" + trace + "|" + others + ")" + AtomicFile.PART;
    AtomicFile.removeMatching(folder, Pattern.compile(trace + "|" + part));
  }

  private static void writeConfiguration(
      Flattener flattener, EmitRequest request, CountingSink counts) throws IOException {
    Path folder = request.folder();
    AtomicFile.write(
        folder.resolve(AstraSimConfiguration.GROUPS),
        AstraSimConfiguration.groups(counts.usedGroups()));
    writeMachine(folder, flattener.plan().cluster(), request.tensors());
  }

  /** Writes what AstraSim is told of a cluster. */
  static void writeMachine(Path folder, Cluster cluster, boolean tensors) throws IOException {
    AtomicFile.write(
        folder.resolve(AstraSimConfiguration.NETWORK), AstraSimConfiguration.network(cluster));
    AtomicFile.write(
        folder.resolve(AstraSimConfiguration.SYSTEM),
        AstraSimConfiguration.system(cluster, tensors));
    AtomicFile.write(folder.resolve(AstraSimConfiguration.MEMORY), AstraSimConfiguration.memory());
  }

  static List<String> command(String prefix) {
    return List.of(
        "AstraSim_Analytical_Congestion_Unaware",
        "--workload-configuration=" + prefix,
        "--system-configuration=" + AstraSimConfiguration.SYSTEM,
        "--network-configuration=" + AstraSimConfiguration.NETWORK,
        "--remote-memory-configuration=" + AstraSimConfiguration.MEMORY,
        "--comm-group-configuration=" + AstraSimConfiguration.GROUPS);
  }
}
