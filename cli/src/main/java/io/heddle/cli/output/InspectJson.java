package io.heddle.cli.output;

import com.fasterxml.jackson.core.JsonGenerator;
import io.heddle.cli.inspect.Inspection;
import io.heddle.cli.inspect.NodeCounts;
import io.heddle.cli.inspect.NodeFilter;
import io.heddle.runtime.chakra.EtAttribute;
import io.heddle.runtime.chakra.EtNode;
import io.heddle.runtime.chakra.EtNode.State;
import io.heddle.runtime.simulate.workload.NodeKind;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.Locale;
import java.util.Optional;

/** Nodes of a trace for programs, written as they are read. */
public final class InspectJson {
  private InspectJson() {}

  /** Reads the file; throws what it throws. */
  @FunctionalInterface
  public interface Reading {
    /** Tells the listed nodes. */
    void run(Inspection.Listing listing) throws IOException;
  }

  /**
   * Prints one object, also of a file that is no trace from some byte on.
   *
   * @param counts that the reading makes
   * @return why the file could not be read to its end
   */
  public static Optional<IOException> print(
      PrintWriter out, String file, NodeCounts counts, Reading reading) {
    Failed failed = new Failed();
    Json.print(
        out,
        json -> {
          json.writeStartObject();
          json.writeStringField("file", file);
          json.writeArrayFieldStart("nodes");
          try {
            reading.run(node -> write(json, node));
          } catch (IOException e) {
            failed.why = Optional.of(e);
          }
          json.writeEndArray();
          write(json, counts);
          json.writeStringField("status", failed.why.isPresent() ? "error" : "ok");
          json.writeArrayFieldStart("diagnosis");
          if (failed.why.isPresent()) {
            json.writeString(String.valueOf(failed.why.get().getMessage()));
          }
          json.writeEndArray();
          json.writeEndObject();
        });
    return failed.why;
  }

  /** Why a reading ended early. */
  private static final class Failed {
    private Optional<IOException> why = Optional.empty();
  }

  private static void write(JsonGenerator json, EtNode node) throws IOException {
    json.writeStartObject();
    Json.unsigned(json, "id", node.id());
    json.writeStringField("name", node.name());
    json.writeNumberField("type", node.type());
    Optional<NodeKind> kind = NodeFilter.kind(node);
    if (kind.isPresent()) {
      json.writeStringField("kind", kind.get().toString());
    } else {
      json.writeNullField("kind");
    }
    Json.unsigned(json, "duration_micros", node.durationMicros());
    json.writeArrayFieldStart("parents");
    for (int i = 0; i < node.parents(); i++) {
      Json.unsigned(json, node.parent(i));
    }
    json.writeEndArray();
    json.writeObjectFieldStart("attributes");
    for (EtAttribute attribute : EtAttribute.values()) {
      if (node.state(attribute) == State.PRESENT) {
        Json.unsigned(json, attribute.key(), node.value(attribute));
      } else if (attribute == EtAttribute.PG_NAME && !node.group().isEmpty()) {
        json.writeStringField(attribute.key(), node.group());
      } else if (node.state(attribute) == State.MISTYPED) {
        json.writeNullField(attribute.key());
      }
    }
    json.writeEndObject();
    if (node.state(EtAttribute.COMM_TYPE) == State.PRESENT) {
      Optional<String> name = CollectiveName.of(node.value(EtAttribute.COMM_TYPE));
      if (name.isPresent()) {
        json.writeStringField("collective", name.get());
      }
    }
    json.writeEndObject();
  }

  private static void write(JsonGenerator json, NodeCounts counts) throws IOException {
    json.writeObjectFieldStart("counts");
    json.writeNumberField("all", counts.nodes());
    json.writeNumberField("matching", counts.wantedNodes());
    json.writeNumberField("listed", counts.listedNodes());
    for (NodeKind kind : NodeKind.values()) {
      json.writeNumberField(kind.toString().toLowerCase(Locale.ROOT), counts.nodes(kind));
    }
    json.writeNumberField("other", counts.nodesOfNoKind());
    json.writeNumberField("dependencies", counts.dependencies());
    json.writeEndObject();
    json.writeNumberField("operations", counts.operations());
    json.writeObjectFieldStart("bytes");
    json.writeNumberField("memory", counts.memoryBytes());
    json.writeNumberField("collective", counts.collectiveBytes());
    json.writeNumberField("sent", counts.sentBytes());
    json.writeEndObject();
  }
}
