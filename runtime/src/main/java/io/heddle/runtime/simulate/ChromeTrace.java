package io.heddle.runtime.simulate;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.heddle.runtime.simulate.workload.NodeDetails;
import io.heddle.runtime.simulate.workload.NodeKind;
import io.heddle.runtime.simulate.workload.SimulationObserver;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Arrays;

/**
 * Records a run and writes it in the Chrome trace format, which Perfetto opens: a process for each
 * rank, in it a track for each lane and one for posted receives. Names and sizes are looked up when
 * it is written.
 */
public final class ChromeTrace implements SimulationObserver {
  private static final String[] TRACKS = {"compute", "communication", "receive", "other"};
  private static final double NANOS_PER_MICRO = 1000;

  private final TimelineRecord[] ranks;

  /**
   * @param ranks of the workload
   */
  public ChromeTrace(int ranks) {
    this.ranks = new TimelineRecord[ranks];
    Arrays.setAll(this.ranks, rank -> new TimelineRecord());
  }

  @Override
  public void restart() {
    Arrays.setAll(ranks, rank -> new TimelineRecord());
  }

  @Override
  public void completed(
      int rank, long node, NodeKind kind, int group, long issued, long completed, long exposed) {
    ranks[rank].add(node, kind, group, issued, completed);
  }

  /**
   * Writes to a stream, which stays open.
   *
   * @param details names and sizes of the nodes
   */
  public void write(OutputStream out, NodeDetails details) throws IOException {
    try (JsonGenerator json =
        new JsonFactory().createGenerator(out).disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET)) {
      json.writeStartObject();
      json.writeStringField("displayTimeUnit", "ns");
      json.writeArrayFieldStart("traceEvents");
      for (int rank = 0; rank < ranks.length; rank++) {
        write(json, rank, details);
      }
      json.writeEndArray();
      json.writeEndObject();
    }
  }

  private void write(JsonGenerator json, int rank, NodeDetails details) throws IOException {
    metadata(json, "process_name", rank, 0, "rank " + rank);
    for (int track = 0; track < TRACKS.length; track++) {
      metadata(json, "thread_name", rank, track, TRACKS[track]);
    }
    TimelineRecord record = ranks[rank];
    record.sort();
    details.each(
        rank,
        (node, name, microBatch, bytes) -> {
          int entry = record.find(node);
          if (entry >= 0) {
            event(json, rank, record, entry, name, microBatch, bytes);
          }
        });
  }

  private static void metadata(JsonGenerator json, String what, int rank, int track, String name)
      throws IOException {
    json.writeStartObject();
    json.writeStringField("ph", "M");
    json.writeStringField("name", what);
    json.writeNumberField("pid", rank);
    json.writeNumberField("tid", track);
    json.writeObjectFieldStart("args");
    json.writeStringField("name", name);
    json.writeEndObject();
    json.writeEndObject();
  }

  private static void event(
      JsonGenerator json,
      int rank,
      TimelineRecord record,
      int entry,
      String name,
      int microBatch,
      long bytes)
      throws IOException {
    NodeKind kind = record.kind(entry);
    json.writeStartObject();
    json.writeStringField("ph", "X");
    json.writeStringField("name", name.isEmpty() ? kind + " " + record.node(entry) : name);
    json.writeStringField("cat", kind.toString());
    json.writeNumberField("pid", rank);
    json.writeNumberField("tid", track(kind));
    json.writeNumberField("ts", record.issued(entry) / NANOS_PER_MICRO);
    json.writeNumberField(
        "dur", (record.completed(entry) - record.issued(entry)) / NANOS_PER_MICRO);
    json.writeObjectFieldStart("args");
    json.writeNumberField("node", record.node(entry));
    if (microBatch >= 0) {
      json.writeNumberField("micro-batch", microBatch);
    }
    json.writeNumberField("bytes", bytes);
    if (kind == NodeKind.COLLECTIVE) {
      json.writeNumberField("group", record.group(entry));
    }
    json.writeEndObject();
    json.writeEndObject();
  }

  private static int track(NodeKind kind) {
    return switch (kind) {
      case COMPUTE -> 0;
      case SEND, COLLECTIVE -> 1;
      case RECEIVE -> 2;
      default -> 3;
    };
  }
}
