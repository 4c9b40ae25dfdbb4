package io.heddle.runtime.astrasim;

import io.heddle.plan.marker.Api;
import io.heddle.runtime.trace.CountingSink;
import java.nio.file.Path;
import java.util.List;

/**
 * A folder that is complete.
 *
 * @param counts of all ranks
 * @param traceBytes size of all trace files
 * @param command that runs AstraSim, to be given inside the folder: AstraSim leaves out the groups
 *     where the path of their file contains {@code empty}
 * @param warnings what AstraSim would compute other than meant, in whole sentences
 */
@Api
public record EmittedFolder(
    Path folder,
    CountingSink counts,
    long traceBytes,
    List<String> command,
    List<String> warnings) {
  public EmittedFolder {
    command = List.copyOf(command);
    warnings = List.copyOf(warnings);
  }
}
