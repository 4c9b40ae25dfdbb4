package io.heddle.runtime.simulate;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.OutputStream;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.util.OptionalLong;

/** A result as JSON: status, ranks by number, diagnosis. Times are unsigned 64-bit numbers. */
public final class ResultJson {
  private static final int DECIMALS = 3;

  private ResultJson() {}

  /** Writes to a stream, which stays open. */
  public static void write(SimulationResult result, OutputStream out) throws IOException {
    try (JsonGenerator json =
        new JsonFactory()
            .createGenerator(out)
            .disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET)
            .useDefaultPrettyPrinter()) {
      json.writeStartObject();
      json.writeStringField("status", result.status().text());
      time(json, "max_cycles", result.maxCycles());
      json.writeObjectFieldStart("ranks");
      for (RankResult rank : result.ranks()) {
        write(json, rank);
      }
      json.writeEndObject();
      json.writeArrayFieldStart("diagnosis");
      for (String finding : result.diagnosis()) {
        json.writeString(finding);
      }
      json.writeEndArray();
      json.writeEndObject();
    }
  }

  /** Writes a field of one rank: an object, named by its number. */
  public static void write(JsonGenerator json, RankResult rank) throws IOException {
    json.writeObjectFieldStart(String.valueOf(rank.rank()));
    time(json, "cycles", rank.cycles());
    time(json, "exposed_comm", rank.exposedCommunication());
    time(json, "wall_time", rank.wallTime());
    time(json, "comm_time", rank.communicationTime());
    time(json, "gpu_time", rank.computeTime());
    time(json, "comp_comm_overlap", rank.overlap());
    if (rank.roofline().isPresent()) {
      RooflineAverages averages = rank.roofline().get();
      average(json, "compute_bound_pct", averages.computeBound());
      average(json, "avg_compute_util_pct", averages.computeUtilization());
      average(json, "avg_memory_util_pct", averages.memoryUtilization());
      average(json, "avg_op_intensity", averages.operationIntensity());
    }
    if (rank.peakMemory().isPresent()) {
      json.writeStringField("peak_memory", rank.peakMemory().get());
    }
    json.writeEndObject();
  }

  private static void time(JsonGenerator json, String name, OptionalLong value) throws IOException {
    if (value.isPresent()) {
      time(json, name, value.getAsLong());
    }
  }

  private static void time(JsonGenerator json, String name, long unsigned) throws IOException {
    json.writeFieldName(name);
    json.writeNumber(new BigInteger(Long.toUnsignedString(unsigned)));
  }

  /** A statistic that is no number, such as one of an operation without work, is left out. */
  private static void average(JsonGenerator json, String name, double value) throws IOException {
    if (Double.isFinite(value)) {
      json.writeFieldName(name);
      json.writeNumber(BigDecimal.valueOf(value).setScale(DECIMALS, RoundingMode.HALF_EVEN));
    }
  }
}
