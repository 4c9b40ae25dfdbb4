package io.heddle.cli.output;

import io.heddle.processor.program.StageMemory;
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
            json.writeStartObject();
            json.writeNumberField("stage", stage.stage());
            json.writeNumberField("in_flight", stage.inFlight());
            json.writeNumberField("weights", stage.weights());
            json.writeNumberField("gradients", stage.gradients());
            json.writeNumberField("optimizer", stage.optimizer());
            json.writeNumberField("activations", stage.activations());
            json.writeNumberField("head", stage.head());
            json.writeNumberField("pending", stage.pending());
            json.writeNumberField("again", stage.again());
            json.writeNumberField("peak", stage.peak());
            json.writeNumberField("spared", stage.spared());
            json.writeEndObject();
          }
          json.writeEndArray();
          json.writeEndObject();
        });
  }
}
