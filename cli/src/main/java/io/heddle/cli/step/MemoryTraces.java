package io.heddle.cli.step;

import io.heddle.runtime.astrasim.AtomicFile;
import io.heddle.runtime.simulate.memory.MemoryTrace;
import io.heddle.runtime.simulate.memory.RankMemory;
import io.heddle.runtime.simulate.workload.NodeKind;
import io.heddle.runtime.simulate.workload.SimulationObserver;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;

/**
 * Writes which tensors each rank held to files of the names that AstraSim gives them. One that
 * cannot be written is warned of, and the run goes on, as there. A system file is not trusted: it
 * names files of one folder only.
 */
public final class MemoryTraces implements SimulationObserver {
  private static final Pattern FILE_NAME = Pattern.compile("[^/\\\\\\p{Cntrl}]+");

  private final Path folder;
  private final String name;
  private final PrintWriter err;

  private MemoryTraces(Path folder, String name, PrintWriter err) {
    this.folder = folder;
    this.name = name;
    this.err = err;
  }

  /**
   * Who writes the traces of ranks; nobody, with a warning, if their name would lead elsewhere.
   *
   * @param folder in which the files go
   * @param name that their names begin with, as the system file has it
   */
  public static SimulationObserver in(Path folder, String name, PrintWriter err) {
    if (FILE_NAME.matcher(name).matches()) {
      return new MemoryTraces(folder, name, err);
    }
    err.println(
        "warning: local-mem-trace-filename is no plain file name, and so no memory trace is"
            + " written: name a file without a folder, and the folder with --memory-traces");
    return SimulationObserver.NONE;
  }

  @Override
  public void completed(
      int rank,
      long node,
      NodeKind kind,
      int collective,
      int group,
      long issued,
      long completed,
      long exposed) {}

  @Override
  public void held(RankMemory memory) {
    String file = name + "." + memory.rank() + ".json";
    try {
      Files.createDirectories(folder);
      AtomicFile.write(folder.resolve(file), out -> MemoryTrace.write(memory, out));
    } catch (IOException e) {
      err.println(
          "warning: "
              + file
              + ": the memory trace cannot be written: "
              + e.getClass().getSimpleName());
    }
  }
}
