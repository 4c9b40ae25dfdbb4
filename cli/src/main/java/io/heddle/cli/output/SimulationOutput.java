package io.heddle.cli.output;

import io.heddle.runtime.simulate.RankResult;
import io.heddle.runtime.simulate.ResultJson;
import io.heddle.runtime.simulate.SimulationResult;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.stream.Stream;

/** What the simulation of traces came to, with AstraSim's statistics of each rank. Times are ns. */
public final class SimulationOutput {
  private static final String ABSENT = "-";

  private SimulationOutput() {}

  /** A table of the ranks that finished, ending with a line break. */
  public static String table(SimulationResult result) {
    boolean roofline = result.ranks().stream().anyMatch(rank -> rank.roofline().isPresent());
    boolean memory = result.ranks().stream().anyMatch(rank -> rank.peakMemory().isPresent());
    Table table =
        new Table().row(joined(head(roofline), memory ? List.of("peak memory") : List.of()));
    for (RankResult rank : result.ranks()) {
      List<String> peak = memory ? List.of(rank.peakMemory().orElse(ABSENT)) : List.of();
      table.row(joined(row(rank, roofline), peak));
    }
    return table.text();
  }

  private static List<String> head(boolean roofline) {
    List<String> times =
        List.of("rank", "cycles", "exposed comm", "wall", "comm", "compute", "overlap");
    return roofline
        ? joined(times, List.of("compute bound", "compute util", "memory util", "ops/byte"))
        : times;
  }

  private static List<String> row(RankResult rank, boolean roofline) {
    List<String> times =
        List.of(
            String.valueOf(rank.rank()),
            Long.toUnsignedString(rank.cycles()),
            Long.toUnsignedString(rank.exposedCommunication()),
            text(rank.wallTime()),
            text(rank.communicationTime()),
            text(rank.computeTime()),
            text(rank.overlap()));
    if (!roofline) {
      return times;
    }
    return joined(
        times,
        rank.roofline()
            .map(
                averages ->
                    List.of(
                        decimal(averages.computeBound()) + " %",
                        decimal(averages.computeUtilization()) + " %",
                        decimal(averages.memoryUtilization()) + " %",
                        decimal(averages.operationIntensity())))
            .orElse(List.of(ABSENT, ABSENT, ABSENT, ABSENT)));
  }

  private static List<String> joined(List<String> first, List<String> second) {
    return Stream.concat(first.stream(), second.stream()).toList();
  }

  private static String text(OptionalLong time) {
    return time.isPresent() ? Long.toUnsignedString(time.getAsLong()) : ABSENT;
  }

  private static String decimal(double value) {
    return String.format(Locale.ROOT, "%.3f", value);
  }

  /** Prints one object. */
  public static void print(PrintWriter out, SimulationResult result) {
    ByteArrayOutputStream json = new ByteArrayOutputStream();
    try {
      ResultJson.write(result, json);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    out.print(json.toString(StandardCharsets.UTF_8));
    out.print('\n');
  }
}
