package io.heddle.runtime.astrasim;

import io.heddle.plan.marker.Api;
import io.heddle.runtime.cost.Machine;
import io.heddle.runtime.fold.Fold;
import io.heddle.runtime.trace.Flattener;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Writes a folder with one trace for each class of ranks, whatever their number, from which {@link
 * ClassedTraces} makes the trace of any: docs/classes.md. Every file appears whole; a folder
 * without {@code classes.json} is not complete.
 */
@Api
public final class ClassFolder {
  private ClassFolder() {}

  /**
   * Writes the traces of the classes of a plan.
   *
   * @throws EmitException if the prefix or the folder cannot be used, another run is writing to the
   *     folder, or a file cannot be written
   */
  public static EmittedClasses write(
      Flattener flattener, EmitRequest request, EmitProgress progress) throws EmitException {
    request.check();
    Path folder = request.folder();
    try {
      Files.createDirectories(folder);
      try (FolderLock lock = FolderLock.take(folder)) {
        return lock.whileHeld(() -> writeAll(flattener, request, progress));
      }
    } catch (EmitException e) {
      throw e;
    } catch (UncheckedIOException e) {
      throw new EmitException(folder, e.getCause());
    } catch (IOException e) {
      throw new EmitException(folder, e);
    }
  }

  private static EmittedClasses writeAll(
      Flattener flattener, EmitRequest request, EmitProgress progress) throws IOException {
    Optional<EmittedClasses> folded =
        Fold.run(
            flattener,
            Machine.of(flattener.plan().cluster()),
            fold -> {
              try {
                return Optional.of(
                    writeAll(flattener, request, RankClasses.of(flattener, fold), progress));
              } catch (IOException e) {
                throw new UncheckedIOException(e);
              }
            });
    return folded.isPresent()
        ? folded.get()
        : writeAll(flattener, request, RankClasses.single(flattener), progress);
  }

  private static EmittedClasses writeAll(
      Flattener flattener, EmitRequest request, RankClasses classes, EmitProgress progress)
      throws IOException {
    Path folder = request.folder();
    TraceFolder.removeEarlierRun(folder, request.prefix());
    ClassTraceFiles traces = new ClassTraceFiles(flattener, request, classes, progress);
    traces.write();
    TraceFolder.writeMachine(folder, flattener.plan().cluster(), request.tensors());
    ClassIndex index = ClassIndex.of(flattener, request, classes, traces);
    AtomicFile.write(folder.resolve(ClassIndex.FILE), ManifestJson.bytes(index));
    return new EmittedClasses(
        folder, classes.count(), traces.counts(), traces.bytes(), index.warnings());
  }
}
