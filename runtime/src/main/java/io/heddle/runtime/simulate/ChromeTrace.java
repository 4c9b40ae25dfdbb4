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
import java.util.List;
import java.util.function.IntUnaryOperator;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Records a run and writes it in the Chrome trace format, which Perfetto opens: a process for each
 * rank, in it a track for each lane. A rank for which another ran is shown with what that did.
 * Receives, of which several are posted at a time, are pairs of asynchronous events. Names and
 * sizes are looked up when it is written.
 */
public final class ChromeTrace implements SimulationObserver {
  private static final String[] TRACKS = {"compute", "communication", "other"};

  /** Times of the format are microseconds. */
  private static final int DECIMALS_OF_NANOS = 3;

  /** Null where nothing ran. */
  private final @Nullable TimelineRecord[] ranks;

  /**
   * A rank that is shown.
   *
   * @param standIn that ran for it, the rank itself where it ran
   * @param name of its process
   * @param groupOf its own group for one of the rank that ran for it, both by their ids
   */
  public record Shown(int rank, int standIn, String name, IntUnaryOperator groupOf) {
    /** One that ran. */
    public static Shown of(int rank) {
      return new Shown(rank, rank, "rank " + rank, id -> id);
    }
  }

  /**
   * @param ranks of the workload
   */
  public ChromeTrace(int ranks) {
    this.ranks = new @Nullable TimelineRecord[ranks];
  }

  @Override
  public void restart() {
    Arrays.fill(ranks, null);
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
    record(rank).add(node, kind, group, issued, completed);
  }

  private TimelineRecord record(int rank) {
    TimelineRecord record = ranks[rank];
    if (record == null) {
      record = new TimelineRecord();
      ranks[rank] = record;
    }
    return record;
  }

  /**
   * Writes all ranks to a stream, which stays open.
   *
   * @param details names and sizes of the nodes
   */
  public void write(OutputStream out, NodeDetails details) throws IOException {
    write(out, details, IntStream.range(0, ranks.length).mapToObj(Shown::of).toList());
  }

  /**
   * Writes some ranks to a stream, which stays open.
   *
   * @param details names and sizes of the nodes
   */
  public void write(OutputStream out, NodeDetails details, List<Shown> shown) throws IOException {
    try (JsonGenerator json =
        new JsonFactory().createGenerator(out).disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET)) {
      json.writeStartObject();
      json.writeStringField("displayTimeUnit", "ns");
      json.writeArrayFieldStart("traceEvents");
      for (Shown rank : shown) {
        write(json, rank, details);
      }
      json.writeEndArray();
      json.writeEndObject();
    }
  }

  private void write(JsonGenerator json, Shown shown, NodeDetails details) throws IOException {
    int rank = shown.rank();
    metadata(json, "process_name", rank, 0, shown.name());
    for (int track = 0; track < TRACKS.length; track++) {
      metadata(json, "thread_name", rank, track, TRACKS[track]);
    }
    TimelineRecord record = record(shown.standIn());
    record.sort();
    details.each(
        rank,
        (node, name, microBatch, bytes) -> {
          int entry = record.find(node);
          if (entry >= 0) {
            event(json, shown, record, entry, name, microBatch, bytes);
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
      Shown of,
      TimelineRecord record,
      int entry,
      String name,
      int microBatch,
      long bytes)
      throws IOException {
    int rank = of.rank();
    NodeKind kind = record.kind(entry);
    long issued = record.issued(entry);
    long completed = record.completed(entry);
    if (kind == NodeKind.RECEIVE) {
      // One name for all, so that a viewer packs them into one track.
      begin(json, "b", kind.toString(), rank, kind, issued);
      id(json, record.node(entry));
      arguments(json, of, record, entry, name, microBatch, bytes);
      json.writeEndObject();
      begin(json, "e", kind.toString(), rank, kind, completed);
      id(json, record.node(entry));
    } else {
      String shown = name.isEmpty() ? kind + " " + Long.toUnsignedString(record.node(entry)) : name;
      begin(json, "X", shown, rank, kind, issued);
      micros(json, "dur", completed - issued);
      arguments(json, of, record, entry, name, microBatch, bytes);
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
      JsonGenerator json,
      Shown of,
      TimelineRecord record,
      int entry,
      String name,
      int microBatch,
      long bytes)
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
      json.writeNumberField("group", of.groupOf().applyAsInt(record.group(entry)));
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
