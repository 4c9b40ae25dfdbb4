package io.heddle.runtime.simulate;

import java.util.Optional;
import java.util.OptionalLong;

/**
 * What AstraSim prints of a rank that has finished. Times are ns, unsigned 64 bits. A statistic
 * that AstraSim would not print is absent.
 *
 * @param rank whose result it is
 * @param cycles tick at which its last node was done
 * @param exposedCommunication cycles without the durations of its compute nodes
 * @param wallTime end of its last node
 * @param communicationTime time in which a send, collective or posted receive was under way
 * @param computeTime time in which a compute node was under way
 * @param overlap of the two
 * @param roofline averages, where durations come from the roofline
 * @param peakMemory most memory that its tensors took, where AstraSim keeps account of them, as it
 *     prints it
 * @param lanes the rank's time by what its lanes did, which AstraSim's own log does not say
 */
public record RankResult(
    int rank,
    long cycles,
    long exposedCommunication,
    OptionalLong wallTime,
    OptionalLong communicationTime,
    OptionalLong computeTime,
    OptionalLong overlap,
    Optional<RooflineAverages> roofline,
    Optional<String> peakMemory,
    Optional<LaneTimes> lanes) {
  /** The result of a rank whose tensors nobody accounts for. */
  public RankResult(
      int rank,
      long cycles,
      long exposedCommunication,
      OptionalLong wallTime,
      OptionalLong communicationTime,
      OptionalLong computeTime,
      OptionalLong overlap,
      Optional<RooflineAverages> roofline,
      Optional<LaneTimes> lanes) {
    this(
        rank,
        cycles,
        exposedCommunication,
        wallTime,
        communicationTime,
        computeTime,
        overlap,
        roofline,
        Optional.empty(),
        lanes);
  }
}
