package io.heddle.cli.output;

import com.fasterxml.jackson.core.JsonGenerator;
import io.heddle.runtime.simulate.RankResult;
import io.heddle.runtime.simulate.RooflineAverages;
import io.heddle.runtime.simulate.SimulationResult;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;

/** What the simulation of traces came to, with AstraSim's statistics of each rank. Times are ns. */
public final class SimulationOutput {
  private static final String ABSENT = "-";

  private SimulationOutput() {}

  /** A table of the ranks that finished, ending with a line break. */
  public static String table(SimulationResult result) {
    boolean roofline = result.ranks().stream().anyMatch(rank -> rank.roofline().isPresent());
    Table table = new Table().row(head(roofline));
    for (RankResult rank : result.ranks()) {
      table.row(row(rank, roofline));
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
    return java.util.stream.Stream.concat(first.stream(), second.stream()).toList();
  }

  private static String text(OptionalLong time) {
    return time.isPresent() ? Long.toUnsignedString(time.getAsLong()) : ABSENT;
  }

  private static String decimal(double value) {
    return String.format(Locale.ROOT, "%.3f", value);
  }

  /** Prints one object. */
  public static void print(PrintWriter out, SimulationResult result) {
    Json.print(
        out,
        json -> {
          json.writeStartObject();
          json.writeStringField("status", result.status().text());
          if (result.status() == SimulationResult.Status.OK) {
            Json.unsigned(json, "max_cycles", result.maxCycles());
          }
          json.writeNumberField("nodes", result.nodes());
          json.writeNumberField("messages", result.messages());
          json.writeArrayFieldStart("diagnosis");
          for (String finding : result.diagnosis()) {
            json.writeString(finding);
          }
          json.writeEndArray();
          json.writeObjectFieldStart("ranks");
          for (RankResult rank : result.ranks()) {
            write(json, rank);
          }
          json.writeEndObject();
          json.writeEndObject();
        });
  }

  private static void write(JsonGenerator json, RankResult rank) throws IOException {
    json.writeObjectFieldStart(String.valueOf(rank.rank()));
    Json.unsigned(json, "cycles", rank.cycles());
    Json.unsigned(json, "exposed_comm", rank.exposedCommunication());
    present(json, "wall_time", rank.wallTime());
    present(json, "comm_time", rank.communicationTime());
    present(json, "gpu_time", rank.computeTime());
    present(json, "overlap", rank.overlap());
    if (rank.roofline().isPresent()) {
      RooflineAverages averages = rank.roofline().get();
      finite(json, "compute_bound_pct", averages.computeBound());
      finite(json, "avg_compute_util_pct", averages.computeUtilization());
      finite(json, "avg_memory_util_pct", averages.memoryUtilization());
      finite(json, "avg_op_intensity", averages.operationIntensity());
    }
    json.writeEndObject();
  }

  private static void present(JsonGenerator json, String field, OptionalLong time)
      throws IOException {
    if (time.isPresent()) {
      Json.unsigned(json, field, time.getAsLong());
    }
  }

  /** JSON has no other numbers. */
  private static void finite(JsonGenerator json, String field, double value) throws IOException {
    if (Double.isFinite(value)) {
      json.writeNumberField(field, value);
    }
  }
}
