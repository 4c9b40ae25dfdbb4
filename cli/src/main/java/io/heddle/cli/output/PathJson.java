package io.heddle.cli.output;

import com.fasterxml.jackson.core.JsonGenerator;
import io.heddle.runtime.communication.Communication;
import io.heddle.runtime.path.CriticalPath;
import io.heddle.runtime.path.PathNode;
import io.heddle.runtime.path.PathSection;
import io.heddle.runtime.path.PathShare;
import io.heddle.runtime.path.PathStretch;
import io.heddle.runtime.report.StepReport;
import java.io.IOException;
import java.util.Optional;

/** The critical path of a step, for programs. Times are ns. */
final class PathJson {
  private PathJson() {}

  /** Writes an object. */
  static void write(JsonGenerator json, CriticalPath path, StepReport report) throws IOException {
    json.writeStartObject();
    if (path.notKept().isPresent()) {
      json.writeStringField("not_kept", path.notKept().get());
    } else {
      json.writeNullField("not_kept");
    }
    json.writeArrayFieldStart("shares");
    for (PathShare share : path.shares()) {
      json.writeStartObject();
      json.writeStringField("operation", share.operation().isEmpty() ? null : share.operation());
      communication(json, share.communication());
      json.writeNumberField("nodes", share.nodes());
      json.writeNumberField("time", share.nanos());
      json.writeEndObject();
    }
    json.writeEndArray();
    json.writeArrayFieldStart("sections");
    for (PathSection section : path.sections(rank -> report.ranks().get(rank).stage())) {
      section(json, section);
    }
    json.writeEndArray();
    json.writeArrayFieldStart("nodes");
    for (PathNode node : path.nodes()) {
      node(json, node);
    }
    json.writeEndArray();
    json.writeEndObject();
  }

  private static void section(JsonGenerator json, PathSection section) throws IOException {
    json.writeStartObject();
    json.writeNumberField("times", section.times());
    json.writeNumberField("period", section.period());
    json.writeArrayFieldStart("stretches");
    for (PathStretch stretch : section.stretches()) {
      json.writeStartObject();
      json.writeNumberField("stage", stretch.stage());
      json.writeStringField("direction", stretch.direction().prefix());
      number(json, "micro_batch", stretch.microBatch());
      json.writeStringField("where", stretch.where());
      json.writeNumberField("nodes", stretch.nodes());
      Json.unsigned(json, "issued", stretch.issued());
      json.writeNumberField("time", stretch.nanos());
      json.writeNumberField("compute", stretch.compute());
      json.writeEndObject();
    }
    json.writeEndArray();
    json.writeEndObject();
  }

  private static void node(JsonGenerator json, PathNode node) throws IOException {
    json.writeStartObject();
    json.writeNumberField("rank", node.rank());
    json.writeNumberField("id", node.id());
    json.writeStringField("name", node.name().toString());
    json.writeStringField("kind", node.kind().toString());
    communication(json, node.communication());
    Json.unsigned(json, "issued", node.issued());
    Json.unsigned(json, "completed", node.completed());
    json.writeEndObject();
  }

  private static void number(JsonGenerator json, String field, int value) throws IOException {
    if (value < 0) {
      json.writeNullField(field);
    } else {
      json.writeNumberField(field, value);
    }
  }

  /** The keys {@code axes} and {@code communication}; null for kernels. */
  private static void communication(JsonGenerator json, Optional<Communication> communication)
      throws IOException {
    if (communication.isEmpty()) {
      json.writeNullField("communication");
      json.writeNullField("axes");
      return;
    }
    Json.communication(json, communication.get());
  }
}
