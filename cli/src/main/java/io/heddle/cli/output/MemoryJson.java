package io.heddle.cli.output;

import com.fasterxml.jackson.core.JsonGenerator;
import io.heddle.processor.program.CacheRoom;
import io.heddle.processor.program.StageMemory;
import java.io.IOException;
import java.io.PrintWriter;

/** The memory of each stage as JSON, in bytes. */
public final class MemoryJson {
  private MemoryJson() {}

  /** Prints it. */
  public static void print(PrintWriter out, String model, String plan, MemoryDemand demand) {
    Json.print(
        out,
        json -> {
          json.writeStartObject();
          json.writeStringField("model", model);
          json.writeStringField("plan", plan);
          json.writeStringField("device", demand.device());
          json.writeNumberField("device_bytes", demand.capacity());
          json.writeArrayFieldStart("stages");
          for (StageMemory stage : demand.stages()) {
            write(json, stage);
          }
          json.writeEndArray();
          CacheRoom cache = demand.cache();
          if (cache != null) {
            json.writeObjectFieldStart("cache");
            json.writeNumberField("bytes_of_token", cache.bytesOfToken());
            json.writeNumberField("longest_context", cache.longestContext());
            if (cache.countsSequences()) {
              json.writeNumberField("most_sequences", cache.mostSequences());
            }
            json.writeEndObject();
          }
          json.writeEndObject();
        });
  }

  /** The parts of one stage. */
  public static void write(JsonGenerator json, StageMemory stage) throws IOException {
    json.writeStartObject();
    json.writeNumberField("stage", stage.stage());
    json.writeNumberField("in_flight", stage.inFlight());
    json.writeNumberField("weights", stage.weights());
    json.writeNumberField("gradients", stage.gradients());
    json.writeNumberField("optimizer", stage.optimizer());
    json.writeNumberField("cache", stage.cache());
    json.writeNumberField("activations", stage.activations());
    json.writeNumberField("head", stage.head());
    json.writeNumberField("pending", stage.pending());
    json.writeNumberField("again", stage.again());
    json.writeNumberField("transients", stage.transients());
    json.writeNumberField("reserve", stage.reserve());
    json.writeNumberField("allocated", stage.allocated());
    json.writeNumberField("peak", stage.peak());
    json.writeNumberField("spared", stage.spared());
    json.writeEndObject();
  }
}
