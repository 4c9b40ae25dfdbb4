package io.heddle.cli.output;

import com.fasterxml.jackson.core.JsonGenerator;
import io.heddle.runtime.schedule.Phases;
import io.heddle.runtime.schedule.TimeSlots.Slot;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;

/** A pipeline schedule for programs: every pass with its slot. */
public final class ScheduleJson {
  private ScheduleJson() {}

  /** Prints one document. */
  public static void print(PrintWriter out, DrawnSchedule drawn) {
    Json.print(out, json -> write(json, drawn));
  }

  private static void write(JsonGenerator json, DrawnSchedule drawn) throws IOException {
    json.writeStartObject();
    json.writeStringField("model", drawn.model());
    json.writeStringField("plan", drawn.plan());
    json.writeStringField("schedule", drawn.schedule().name());
    json.writeNumberField("chunks", drawn.schedule().chunks());
    json.writeNumberField("micro_batches", drawn.microBatches());
    json.writeNumberField("slots", drawn.slots().slots());
    json.writeArrayFieldStart("stages");
    List<List<Slot>> stages = drawn.slots().stages();
    for (int stage = 0; stage < stages.size(); stage++) {
      Phases phases = drawn.phases(stage);
      json.writeStartObject();
      json.writeNumberField("stage", stage);
      json.writeNumberField("in_flight", drawn.mostInFlight(stage));
      json.writeNumberField("warm_up", phases.warmUp());
      json.writeNumberField("steady", phases.steady());
      json.writeNumberField("cool_down", phases.coolDown());
      json.writeArrayFieldStart("passes");
      for (Slot slot : stages.get(stage)) {
        pass(json, slot);
      }
      json.writeEndArray();
      json.writeEndObject();
    }
    json.writeEndArray();
    json.writeEndObject();
  }

  private static void pass(JsonGenerator json, Slot slot) throws IOException {
    json.writeStartObject();
    json.writeNumberField("slot", slot.at());
    json.writeStringField("kind", slot.action().kind().name().toLowerCase(Locale.ROOT));
    json.writeNumberField("micro_batch", slot.action().microBatch());
    json.writeNumberField("chunk", slot.action().chunk());
    json.writeEndObject();
  }
}
