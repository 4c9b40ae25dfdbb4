package io.heddle.cli.output;

import com.fasterxml.jackson.core.JsonGenerator;
import io.heddle.plan.mesh.Collective;
import io.heddle.plan.schedule.Action;
import io.heddle.plan.schedule.Phases;
import io.heddle.plan.schedule.TimeSlots.Slot;
import io.heddle.runtime.timeline.LaneEntry;
import io.heddle.runtime.timeline.LaneTable;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;

/** A pipeline schedule for programs: every pass with its slot, and what holds the lanes. */
public final class ScheduleJson {
  private ScheduleJson() {}

  /**
   * Prints one document.
   *
   * @param lanes of each stage; none if the plan does not fit its cluster
   */
  public static void print(PrintWriter out, DrawnSchedule drawn, List<LaneTable> lanes) {
    Json.print(out, json -> write(json, drawn, lanes));
  }

  private static void write(JsonGenerator json, DrawnSchedule drawn, List<LaneTable> lanes)
      throws IOException {
    json.writeStartObject();
    json.writeStringField("model", drawn.model());
    json.writeStringField("plan", drawn.plan());
    json.writeStringField("schedule", drawn.schedule().name());
    json.writeNumberField("chunks", drawn.chunks());
    json.writeNumberField("micro_batches", drawn.pipeline().microBatches());
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
        json.writeStartObject();
        json.writeNumberField("slot", slot.at());
        pass(json, slot.action());
        json.writeEndObject();
      }
      json.writeEndArray();
      if (lanes.isEmpty()) {
        json.writeNullField("lane");
      } else {
        lane(json, lanes.get(stage));
      }
      json.writeEndObject();
    }
    json.writeEndArray();
    json.writeEndObject();
  }

  private static void pass(JsonGenerator json, Action action) throws IOException {
    json.writeStringField("kind", action.kind().name().toLowerCase(Locale.ROOT));
    json.writeNumberField("micro_batch", action.microBatch());
    json.writeNumberField("chunk", action.chunk());
    if (action.besideNext()) {
      json.writeBooleanField("beside_next", true);
    }
  }

  private static void lane(JsonGenerator json, LaneTable order) throws IOException {
    json.writeObjectFieldStart("lane");
    json.writeNumberField("rank", order.rank());
    json.writeArrayFieldStart("parts");
    for (LaneTable.Part part : order.parts()) {
      json.writeStartObject();
      json.writeArrayFieldStart("passes");
      for (Action action : part.actions()) {
        json.writeStartObject();
        pass(json, action);
        json.writeEndObject();
      }
      json.writeEndArray();
      json.writeArrayFieldStart("entries");
      for (LaneEntry entry : part.entries()) {
        entry(json, entry);
      }
      json.writeEndArray();
      json.writeEndObject();
    }
    json.writeEndArray();
    json.writeEndObject();
  }

  private static void entry(JsonGenerator json, LaneEntry entry) throws IOException {
    json.writeStartObject();
    json.writeStringField("use", entry.use().name().toLowerCase(Locale.ROOT));
    json.writeStringField("operation", entry.operation());
    Collective collective = entry.collective();
    if (collective == null) {
      json.writeNullField("collective");
    } else {
      json.writeStringField("collective", collective.name().toLowerCase(Locale.ROOT));
    }
    json.writeArrayFieldStart("axes");
    for (String axis : entry.axes()) {
      json.writeString(axis);
    }
    json.writeEndArray();
    json.writeNumberField("nodes", entry.nodes());
    json.writeNumberField("bytes", entry.bytes());
    json.writeNumberField("nanos", entry.nanos());
    json.writeEndObject();
  }
}
