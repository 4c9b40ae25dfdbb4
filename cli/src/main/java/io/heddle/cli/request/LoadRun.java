package io.heddle.cli.request;

import io.heddle.processor.model.Serving;
import io.heddle.runtime.serving.LoadResult;
import java.util.List;
import java.util.Optional;

/**
 * Requests that were served.
 *
 * @param serving as the specification has it
 * @param file of the requests; empty where they were drawn
 * @param seed they were drawn by
 */
public record LoadRun(
    Serving serving, Optional<RequestFile> file, long seed, ServedFleet fleet, LoadResult result) {
  /** Whole sentences on what is served, and cannot be. */
  public List<String> warnings() {
    return fleet.warnings(serving);
  }
}
