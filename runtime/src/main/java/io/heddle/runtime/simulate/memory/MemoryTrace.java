package io.heddle.runtime.simulate.memory;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.core.util.Separators;
import com.fasterxml.jackson.core.util.Separators.Spacing;
import io.heddle.runtime.cost.UnsignedCast;
import java.io.IOException;
import java.io.OutputStream;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/** Writes the memory of a rank as AstraSim does: a Chrome trace, which Perfetto opens. */
public final class MemoryTrace {
  private static final double MEGABYTE = 1 << 20;
  private static final int LIFETIMES = 1_000_000;
  private static final int USAGE = 2_000_000;
  private static final int HEATMAP = 3_000_000;
  private static final int LONGEST_NAME = 20;
  private static final int KEPT_OF_NAME = 17;
  private static final int DIGITS_OF_SIZE = 5;
  private static final int BRIGHTEST = 255;

  private final RankMemory memory;
  private final List<HeldTensor> tensors;
  private final JsonGenerator json;

  private MemoryTrace(RankMemory memory, JsonGenerator json) {
    this.memory = memory;
    this.tensors = List.copyOf(memory.tensors());
    this.json = json;
  }

  /** Writes the trace of a rank; the stream stays open. */
  public static void write(RankMemory memory, OutputStream out) throws IOException {
    DefaultIndenter indenter = new DefaultIndenter("  ", "\n");
    DefaultPrettyPrinter printer =
        new DefaultPrettyPrinter(
            Separators.createDefaultInstance().withObjectFieldValueSpacing(Spacing.AFTER));
    printer.indentArraysWith(indenter);
    printer.indentObjectsWith(indenter);
    try (JsonGenerator json = new JsonFactory().createGenerator(out)) {
      json.disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET);
      json.setPrettyPrinter(printer);
      new MemoryTrace(memory, json).write();
    }
  }

  private void write() throws IOException {
    json.writeStartObject();
    json.writeArrayFieldStart("traceEvents");
    for (int i = 0; i < tensors.size(); i++) {
      for (HeldTensor.Access read : tensors.get(i).reads()) {
        access("tensorRead", i, read);
      }
    }
    for (int i = 0; i < tensors.size(); i++) {
      access("tensorWrite", i, tensors.get(i).write());
    }
    for (int i = 0; i < tensors.size(); i++) {
      lifetime(i, "B", tensors.get(i).begin());
    }
    for (int i = 0; i < tensors.size(); i++) {
      if (tensors.get(i).isRead()) {
        lifetime(i, "E", tensors.get(i).end());
      }
    }
    List<RankMemory.Level> levels = memory.levels();
    for (RankMemory.Level level : levels) {
      usage(level);
    }
    heatmap(levels.isEmpty() ? 0 : levels.get(levels.size() - 1).tick());
    json.writeEndArray();
    json.writeEndObject();
  }

  private void access(String category, int number, HeldTensor.Access access) throws IOException {
    for (boolean begins : new boolean[] {true, false}) {
      json.writeStartObject();
      json.writeObjectFieldStart("args");
      unsigned("node_id", access.node());
      json.writeStringField("node_name", access.name());
      unsigned("size", tensors.get(number).size());
      json.writeEndObject();
      event(
          category,
          tensors.get(number).name(),
          begins ? "B" : "E",
          memory.rank(),
          number,
          begins ? access.from() : access.to());
    }
  }

  private void lifetime(int number, String phase, long tick) throws IOException {
    json.writeStartObject();
    json.writeObjectFieldStart("args");
    unsigned("size", tensors.get(number).size());
    json.writeEndObject();
    event(
        "tensorLifetime",
        tensors.get(number).name(),
        phase,
        memory.rank() + LIFETIMES,
        number,
        tick);
  }

  private void event(String category, String name, String phase, int process, int thread, long tick)
      throws IOException {
    json.writeStringField("cat", category);
    json.writeStringField("name", name);
    json.writeStringField("ph", phase);
    json.writeNumberField("pid", process);
    json.writeNumberField("tid", thread);
    json.writeNumberField("ts", micros(tick));
    json.writeEndObject();
  }

  private void usage(RankMemory.Level level) throws IOException {
    json.writeStartObject();
    json.writeObjectFieldStart("args");
    json.writeNumberField("Memory_MB", megabytes(level.bytes()));
    json.writeEndObject();
    json.writeStringField("cat", "GPU Memory");
    json.writeStringField("name", "GPU Memory Usage (MB)");
    json.writeStringField("ph", "C");
    json.writeNumberField("pid", memory.rank() + USAGE);
    json.writeNumberField("ts", micros(level.tick()));
    json.writeEndObject();
  }

  /** A tensor with the time that it is there, ns. */
  private record Life(HeldTensor tensor, long nanos) {}

  private void heatmap(long lastTick) throws IOException {
    int process = memory.rank() + HEATMAP;
    name(process, "process_name", "Tensor Lifetime Heap", false);
    name(process, "thread_name", "Longest Lifetime → Shortest Lifetime", true);
    List<Life> lives = new ArrayList<>();
    long largest = 0;
    for (HeldTensor tensor : tensors) {
      lives.add(new Life(tensor, (tensor.isRead() ? tensor.end() : lastTick) - tensor.begin()));
      largest = Long.compareUnsigned(tensor.size(), largest) > 0 ? tensor.size() : largest;
    }
    lives.sort(Comparator.comparing(Life::nanos, Long::compareUnsigned).reversed());
    for (Life life : lives) {
      heat(process, life, lives, largest);
    }
    json.writeStartObject();
    json.writeObjectFieldStart("args");
    json.writeStringField(
        "description", "Tensors arranged by lifetime duration (longest at bottom)");
    json.writeNumberField("displayed_tensors", lives.size());
    json.writeNumberField("total_tensors", lives.size());
    json.writeEndObject();
    json.writeStringField("cat", "tensorHeatmap");
    json.writeStringField("name", "Tensor Lifetime Heatmap");
    json.writeStringField("ph", "i");
    json.writeNumberField("pid", process);
    json.writeStringField("s", "p");
    json.writeNumberField("ts", 0);
    json.writeEndObject();
  }

  private void name(int process, String what, String name, boolean ofThread) throws IOException {
    json.writeStartObject();
    json.writeObjectFieldStart("args");
    json.writeStringField("name", name);
    json.writeEndObject();
    json.writeStringField("name", what);
    json.writeStringField("ph", "M");
    json.writeNumberField("pid", process);
    if (ofThread) {
      json.writeNumberField("tid", 0);
    }
    json.writeEndObject();
  }

  private void heat(int process, Life life, List<Life> lives, long largest) throws IOException {
    HeldTensor tensor = life.tensor();
    int position = position(life, lives);
    json.writeStartObject();
    json.writeObjectFieldStart("args");
    unsigned("lifetime_ns", life.nanos());
    json.writeNumberField("position", position);
    unsigned("size_bytes", tensor.size());
    json.writeNumberField("size_mb", megabytes(tensor.size()));
    json.writeStringField("tensor_name", tensor.name());
    json.writeEndObject();
    json.writeStringField("cat", "tensorHeatmap");
    json.writeStringField("cname", colour(tensor.size(), largest));
    json.writeNumberField("dur", micros(life.nanos()));
    json.writeStringField("name", label(tensor));
    json.writeStringField("ph", "X");
    json.writeNumberField("pid", process);
    json.writeNumberField("tid", position);
    json.writeNumberField("ts", micros(tensor.begin()));
    json.writeEndObject();
  }

  private static int position(Life life, List<Life> lives) {
    long longest = lives.get(0).nanos();
    long shortest = lives.get(lives.size() - 1).nanos();
    return longest == shortest
        ? 0
        : (int)
            (UnsignedCast.toDouble(life.nanos() - shortest)
                / UnsignedCast.toDouble(longest - shortest)
                * (lives.size() - 1));
  }

  private static String colour(long size, long largest) {
    double share = UnsignedCast.toDouble(size) / UnsignedCast.toDouble(largest);
    int intensity = Math.min(BRIGHTEST, (int) (share * BRIGHTEST));
    return String.format(Locale.ROOT, "#%02X64%02X", intensity, BRIGHTEST - intensity);
  }

  private static String label(HeldTensor tensor) {
    String name = tensor.name();
    String shown = name.length() > LONGEST_NAME ? name.substring(0, KEPT_OF_NAME) + "..." : name;
    String size = String.format(Locale.ROOT, "%.6f", megabytes(tensor.size()));
    return shown + " (" + size.substring(0, DIGITS_OF_SIZE) + " MB)";
  }

  private static double micros(long tick) {
    return 0.001 * UnsignedCast.toDouble(tick);
  }

  private static double megabytes(long bytes) {
    return UnsignedCast.toDouble(bytes) / MEGABYTE;
  }

  private void unsigned(String key, long value) throws IOException {
    if (value >= 0) {
      json.writeNumberField(key, value);
    } else {
      json.writeFieldName(key);
      json.writeNumber(new BigInteger(Long.toUnsignedString(value)));
    }
  }
}
