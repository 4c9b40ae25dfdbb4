package io.heddle.runtime.astrasim.process;

import java.nio.file.Path;
import java.util.Optional;

/**
 * What AstraSim reads, in the folder in which it is started. Names are relative to it: AstraSim
 * leaves out the groups where the path of their file contains {@code empty}.
 *
 * @param workload the trace of rank r is {@code workload.r.et}
 * @param groups absent: there is no group but that of all ranks
 * @param ranks of the network
 */
public record RunFiles(
    Path folder,
    String workload,
    String system,
    String network,
    String memory,
    Optional<String> groups,
    int ranks) {
  Path trace(int rank) {
    return folder.resolve(workload + "." + rank + ".et");
  }
}
