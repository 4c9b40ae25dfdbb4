package io.heddle.cli.step;

import io.heddle.runtime.simulate.memory.MemoryTrace;
import io.heddle.runtime.simulate.memory.RankMemory;
import io.heddle.runtime.simulate.workload.NodeKind;
import io.heddle.runtime.simulate.workload.SimulationObserver;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Writes which tensors each rank held to files, in the working directory and of the names that
 * AstraSim gives them. One that cannot be written is warned of, and the run goes on, as there.
 */
public final class MemoryTraces implements SimulationObserver {
  private final String name;
  private final PrintWriter err;

  /**
   * @param name that the files' names begin with
   */
  public MemoryTraces(String name, PrintWriter err) {
    this.name = name;
    this.err = err;
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
    try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(Path.of(file)))) {
      MemoryTrace.write(memory, out);
    } catch (IOException e) {
      err.println(
          "warning: "
              + file
              + ": the memory trace cannot be written: "
              + e.getClass().getSimpleName());
    }
  }
}
