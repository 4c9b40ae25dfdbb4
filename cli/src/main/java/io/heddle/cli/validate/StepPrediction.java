package io.heddle.cli.validate;

import io.heddle.cli.output.MemoryDemand;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * A published row and what Heddle makes of it.
 *
 * @param size what rows have in common of which only the layout differs
 * @param measuredSeconds of a step; empty where the row states none
 * @param memoryGib measured, of one rank
 * @param memory predicted
 * @param memoryKind whether {@code memoryGib} was allocated or reserved
 * @param isScored whether its error counts
 * @param reason why there is no prediction, or why it does not count; empty otherwise
 */
public record StepPrediction(
    String id,
    String sizeClass,
    String family,
    String size,
    OptionalDouble measuredSeconds,
    OptionalDouble predictedSeconds,
    OptionalDouble memoryGib,
    Optional<MemoryDemand> memory,
    String memoryKind,
    String status,
    boolean isScored,
    List<String> assumed,
    String reason) {
  private static final double GIB = 1L << 30;

  public StepPrediction {
    assumed = List.copyOf(assumed);
  }

  /** Predicted, of one rank: what is allocated or reserved, as the row measures it. */
  public OptionalDouble predictedGib() {
    return memory.isEmpty()
        ? OptionalDouble.empty()
        : OptionalDouble.of(
            (memoryKind.equals("allocated")
                    ? memory.get().most().allocated()
                    : memory.get().most().peak())
                / GIB);
  }

  /** Whether the run ended for want of memory. */
  public boolean isOutOfMemory() {
    return status.equals("oom");
  }

  /** Predicted over measured, less 1. */
  public OptionalDouble error() {
    return error(predictedSeconds, measuredSeconds);
  }

  /** The same of memory. */
  public OptionalDouble memoryError() {
    return error(predictedGib(), memoryGib);
  }

  private static OptionalDouble error(OptionalDouble predicted, OptionalDouble measured) {
    return predicted.isPresent() && measured.isPresent()
        ? OptionalDouble.of(predicted.getAsDouble() / measured.getAsDouble() - 1)
        : OptionalDouble.empty();
  }
}
