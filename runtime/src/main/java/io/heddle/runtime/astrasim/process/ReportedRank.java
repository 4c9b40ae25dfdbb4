package io.heddle.runtime.astrasim.process;

import io.heddle.runtime.simulate.RankResult;
import io.heddle.runtime.simulate.RooflineAverages;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Pattern;

/** What AstraSim has printed of one rank so far. */
final class ReportedRank {
  private static final Pattern DECIMAL = Pattern.compile("\\d{1,25}(\\.\\d{1,9})?");

  private final int rank;
  private final long cycles;
  private final long exposed;
  private OptionalLong wall = OptionalLong.empty();
  private OptionalLong communication = OptionalLong.empty();
  private OptionalLong compute = OptionalLong.empty();
  private OptionalLong overlap = OptionalLong.empty();
  private Optional<String> peakMemory = Optional.empty();
  private boolean roofline;
  private double computeBound = Double.NaN;
  private double computeUtilization = Double.NaN;
  private double memoryUtilization = Double.NaN;
  private double intensity = Double.NaN;

  private ReportedRank(int rank, long cycles, long exposed) {
    this.rank = rank;
    this.cycles = cycles;
    this.exposed = exposed;
  }

  /** A rank that has finished; empty if a time has more than 64 bits. */
  static Optional<ReportedRank> of(int rank, String cycles, String exposed) {
    OptionalLong end = unsigned(cycles);
    OptionalLong communication = unsigned(exposed);
    return end.isPresent() && communication.isPresent()
        ? Optional.of(new ReportedRank(rank, end.getAsLong(), communication.getAsLong()))
        : Optional.empty();
  }

  boolean sameTimes(ReportedRank other) {
    return cycles == other.cycles && exposed == other.exposed;
  }

  /** Takes one of the lines that follow; one that is not known, or no number, says nothing. */
  void statistic(String name, String value) {
    switch (name) {
      case "Wall time" -> wall = unsigned(value);
      case "Comm time" -> communication = unsigned(value);
      case "GPU time" -> compute = unsigned(value);
      case "Total compute-communication overlap" -> overlap = unsigned(value);
      case "Compute bound percentage" -> computeBound = average(value);
      case "Average compute utilization" -> computeUtilization = average(value);
      case "Average memory utilization" -> memoryUtilization = average(value);
      case "Average operation intensity" -> intensity = average(value);
      default -> {}
    }
  }

  /** Takes the most memory that its tensors took. */
  void peak(String memory) {
    peakMemory = Optional.of(memory);
  }

  private double average(String value) {
    roofline = true;
    String number = value.endsWith("%") ? value.substring(0, value.length() - 1) : value;
    return DECIMAL.matcher(number).matches() ? Double.parseDouble(number) : Double.NaN;
  }

  private static OptionalLong unsigned(String value) {
    try {
      return OptionalLong.of(Long.parseUnsignedLong(value));
    } catch (NumberFormatException e) {
      return OptionalLong.empty();
    }
  }

  RankResult result() {
    return new RankResult(
        rank,
        cycles,
        exposed,
        wall,
        communication,
        compute,
        overlap,
        roofline
            ? Optional.of(
                new RooflineAverages(
                    computeBound, computeUtilization, memoryUtilization, intensity))
            : Optional.empty(),
        peakMemory,
        Optional.empty());
  }
}
