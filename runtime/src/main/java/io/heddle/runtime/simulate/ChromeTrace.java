package io.heddle.runtime.simulate;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.heddle.runtime.simulate.workload.NodeDetails;
import io.heddle.runtime.simulate.workload.NodeKind;
import io.heddle.runtime.simulate.workload.SimulationObserver;
import java.io.IOException;
import java.io.OutputStream;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Arrays;

/**
 * Records a run and writes it in the Chrome trace format, which Perfetto opens: a process for each
 * rank, in it a track for each lane. Receives, of which several are posted at a time, are pairs of
 * asynchronous events. Names and sizes are looked up when it is written.
 */
public final class ChromeTrace implements SimulationObserver {
  private static final String[] TRACKS = {"compute", "communication", "other"};

  /** Times of the format are microseconds. */
  private static final int DECIMALS_OF_NANOS = 3;

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
      int rank,
      long node,
      NodeKind kind,
      int collective,
      int group,
      long issued,
      long completed,
      long exposed) {
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
    long issued = record.issued(entry);
    long completed = record.completed(entry);
    if (kind == NodeKind.RECEIVE) {
      // One name for all, so that a viewer packs them into one track.
      begin(json, "b", kind.toString(), rank, kind, issued);
      id(json, record.node(entry));
      arguments(json, record, entry, name, microBatch, bytes);
      json.writeEndObject();
      begin(json, "e", kind.toString(), rank, kind, completed);
      id(json, record.node(entry));
    } else {
      String shown = name.isEmpty() ? kind + " " + Long.toUnsignedString(record.node(entry)) : name;
      begin(json, "X", shown, rank, kind, issued);
      micros(json, "dur", completed - issued);
      arguments(json, record, entry, name, microBatch, bytes);
    }
    json.writeEndObject();
  }

  private static void begin(
      JsonGenerator json, String phase, String name, int rank, NodeKind kind, long time)
      throws IOException {
    json.writeStartObject();
    json.writeStringField("ph", phase);
    json.writeStringField("name", name);
    json.writeStringField("cat", kind.toString());
    json.writeNumberField("pid", rank);
    json.writeNumberField("tid", track(kind));
    micros(json, "ts", time);
  }

  /** What pairs the events of a receive, within its rank. */
  private static void id(JsonGenerator json, long node) throws IOException {
    json.writeObjectFieldStart("id2");
    json.writeStringField("local", "0x" + Long.toHexString(node));
    json.writeEndObject();
  }

  private static void arguments(
      JsonGenerator json, TimelineRecord record, int entry, String name, int microBatch, long bytes)
      throws IOException {
    NodeKind kind = record.kind(entry);
    json.writeObjectFieldStart("args");
    json.writeFieldName("node");
    json.writeNumber(unsigned(record.node(entry)));
    if (kind == NodeKind.RECEIVE && !name.isEmpty()) {
      json.writeStringField("name", name);
    }
    if (microBatch >= 0) {
      json.writeNumberField("micro-batch", microBatch);
    }
    json.writeFieldName("bytes");
    json.writeNumber(unsigned(bytes));
    if (kind == NodeKind.COLLECTIVE) {
      json.writeNumberField("group", record.group(entry));
    }
    json.writeEndObject();
  }

  private static void micros(JsonGenerator json, String field, long nanos) throws IOException {
    json.writeFieldName(field);
    json.writeNumber(new BigDecimal(unsigned(nanos), DECIMALS_OF_NANOS));
  }

  private static BigInteger unsigned(long value) {
    return new BigInteger(Long.toUnsignedString(value));
  }

  private static int track(NodeKind kind) {
    return switch (kind) {
      case COMPUTE -> 0;
      case SEND, RECEIVE, COLLECTIVE, LOAD, STORE -> 1;
      case INVALID, METADATA -> 2;
    };
  }
}
