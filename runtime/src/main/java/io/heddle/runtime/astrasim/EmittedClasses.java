package io.heddle.runtime.astrasim;

import io.heddle.plan.marker.Api;
import io.heddle.runtime.trace.CountingSink;
import java.nio.file.Path;
import java.util.List;

/**
 * A folder of classes that is complete.
 *
 * @param classes number of traces in it
 * @param counts of all ranks
 * @param traceBytes size of the traces in it
 * @param warnings what AstraSim would compute other than meant, in whole sentences
 */
@Api
public record EmittedClasses(
    Path folder, int classes, CountingSink counts, long traceBytes, List<String> warnings) {
  public EmittedClasses {
    warnings = List.copyOf(warnings);
  }
}
