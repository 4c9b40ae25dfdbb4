package io.heddle.cli.validate;

import java.util.List;

/**
 * Whether runs that ended for want of memory are told from those that did not.
 *
 * @param failed runs that ended so, and are predicted
 * @param found of them, those that are predicted not to fit
 * @param ran runs that count, went to their end, state their memory, and are predicted
 * @param falselyFound of them, those that are predicted not to fit
 */
public record MemoryAlarms(long failed, long found, long ran, long falselyFound) {
  /** Of rows; one that ended for want of memory has no time, and counts although it is excluded. */
  public static MemoryAlarms of(List<StepPrediction> rows) {
    List<StepPrediction> predicted = rows.stream().filter(row -> row.memory().isPresent()).toList();
    List<StepPrediction> failed = predicted.stream().filter(StepPrediction::isOutOfMemory).toList();
    List<StepPrediction> ran =
        predicted.stream()
            .filter(row -> row.isScored() && row.memoryGib().isPresent() && !row.isOutOfMemory())
            .toList();
    return new MemoryAlarms(failed.size(), alarms(failed), ran.size(), alarms(ran));
  }

  private static long alarms(List<StepPrediction> rows) {
    return rows.stream().filter(row -> !row.memory().orElseThrow().fits()).count();
  }

  /** Share of the failed runs that are found; NaN if there are none. */
  public double foundShare() {
    return (double) found / failed;
  }

  /** Share of the runs that are falsely found; NaN if there are none. */
  public double falseShare() {
    return (double) falselyFound / ran;
  }
}
