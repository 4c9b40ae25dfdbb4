package io.heddle.cli.sweep;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.heddle.cli.failure.Explained;
import io.heddle.cli.failure.Failure;
import io.heddle.cli.sweep.PointResult.Figures;
import io.heddle.cli.sweep.PointResult.Memory;
import io.heddle.runtime.mode.Mode;
import io.heddle.runtime.straggler.Stragglers;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.RandomAccessFile;
import java.nio.channels.Channels;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The results of a sweep in a file: a line of JSON that says which sweep it is, then one for each
 * point, written as soon as it is finished. A run that is killed leaves all lines that it had
 * finished; going on with the file runs the other points.
 */
public final class Journal implements AutoCloseable {
  /** No line that is written here is as long. */
  private static final int LONGEST_LINE = 1 << 16;

  private static final ObjectMapper JSON = new ObjectMapper();

  private final Path path;
  private final RandomAccessFile file;
  private final List<PointResult> finished = new ArrayList<>();

  private Journal(Path path, RandomAccessFile file) {
    this.path = path;
    this.file = file;
  }

  /** Which results can be those of this sweep. */
  public record Key(
      String sweep,
      long points,
      String specification,
      List<String> settings,
      Stragglers stragglers,
      Mode mode,
      String version) {
    private String line() {
      ObjectNode json = JSON.createObjectNode();
      json.put("sweep", sweep);
      json.put("points", points);
      json.put("specification", specification);
      if (!settings.isEmpty()) {
        settings.forEach(json.putArray("settings")::add);
      }
      if (!stragglers.isNone()) {
        json.put("stragglers", stragglers.toString());
      }
      json.put("mode", mode.toString());
      json.put("heddle", version);
      return json.toString();
    }
  }

  /**
   * A new journal.
   *
   * @throws Failure if there is such a file, or it cannot be written
   */
  public static Journal create(Path path, Key key) {
    if (Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
      throw Failure.environment(
          path + ": is there already; give --resume to go on with it, or another --output");
    }
    return open(path, key, false);
  }

  /**
   * Goes on with a journal, or begins it if there is none.
   *
   * @throws Failure if it is the journal of another sweep, or it cannot be read or written
   */
  public static Journal resume(Path path, Key key) {
    return open(path, key, Files.exists(path, LinkOption.NOFOLLOW_LINKS));
  }

  private static Journal open(Path path, Key key, boolean exists) {
    try {
      if (exists && !Files.isRegularFile(path)) {
        throw Failure.environment(path + ": is no regular file");
      }
      Journal journal = new Journal(path, new RandomAccessFile(path.toFile(), "rw"));
      try {
        journal.lock();
        if (exists || journal.file.length() > 0) {
          journal.read(key);
        } else {
          journal.append(key.line());
        }
        return journal;
      } catch (IOException | RuntimeException e) {
        journal.file.close();
        throw e;
      }
    } catch (IOException e) {
      throw Failure.environment(path + ": " + Explained.cause(e));
    }
  }

  /** Keeps the file to one sweep, where the system knows locks. */
  private void lock() {
    try {
      if (file.getChannel().tryLock() != null) {
        return;
      }
    } catch (OverlappingFileLockException e) {
      // Another thread of this process has it.
    } catch (IOException e) {
      return;
    }
    throw Failure.environment(
        path + ": another sweep is writing to it; wait for it, or give another --output");
  }

  /** Reads the whole lines; what follows them was being written when a run was killed. */
  private void read(Key key) throws IOException {
    long end = 0;
    // Not another stream of the file: to close it would free the lock.
    BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(
                Channels.newInputStream(file.getChannel()), StandardCharsets.UTF_8));
    boolean first = true;
    for (Optional<String> line = line(lines); line.isPresent(); line = line(lines)) {
      if (first && !line.get().equals(key.line())) {
        throw Failure.wrongInput(
            path
                + ": holds results of another sweep, specification or version of Heddle, or with"
                + " other settings, with other stragglers, or in another mode; give another"
                + " --output");
      }
      if (!first) {
        Optional<PointResult> result = parse(line.get());
        if (result.isEmpty()) {
          break;
        }
        if (result.get().number() >= 0 && result.get().number() < key.points()) {
          finished.add(result.get());
        }
      }
      first = false;
      end += line.get().getBytes(StandardCharsets.UTF_8).length + 1;
    }
    file.setLength(end);
    file.seek(end);
    if (end == 0) {
      append(key.line());
    }
  }

  /** The next line that ends with a line break and is not too long. */
  private static Optional<String> line(BufferedReader lines) throws IOException {
    StringBuilder line = new StringBuilder();
    for (int c = lines.read(); c >= 0 && line.length() < LONGEST_LINE; c = lines.read()) {
      if (c == '\n') {
        return Optional.of(line.toString());
      }
      line.append((char) c);
    }
    return Optional.empty();
  }

  /** The results that were there already. */
  public List<PointResult> finished() {
    return List.copyOf(finished);
  }

  /** Adds a result. */
  public void add(PointResult result) {
    try {
      append(json(result).toString());
    } catch (IOException e) {
      throw Failure.environment(path + ": " + Explained.cause(e));
    }
  }

  private void append(String line) throws IOException {
    file.write((line + "\n").getBytes(StandardCharsets.UTF_8));
  }

  /** A result as an object. */
  static ObjectNode json(PointResult result) {
    ObjectNode json = JSON.createObjectNode();
    json.put("point", result.number());
    ObjectNode values = json.putObject("values");
    result.values().forEach(values::put);
    result
        .figures()
        .ifPresentOrElse(
            figures -> {
              json.put("status", "ok");
              json.put("iteration_time_ns", figures.iterationNanos());
              json.put("tokens_per_second", figures.tokensPerSecond());
              json.put("tokens_per_second_per_device", figures.tokensPerSecondPerDevice());
              json.put("model_flops_per_second_per_device", figures.modelFlopsPerDevice());
              json.put("mfu", figures.mfu());
              json.put("hfu", figures.hfu());
              json.put("bubble", figures.bubble());
              json.put("compute_ns", figures.compute());
              json.put("exposed_communication_ns", figures.exposedCommunication());
              figures.memory().peak().ifPresent(peak -> json.put("memory_peak_bytes", peak));
              json.put("memory_bytes", figures.memory().capacity());
              json.put("fits", figures.memory().fits());
            },
            () -> json.put("status", "dropped").put("reason", result.reason()));
    return json;
  }

  private static Optional<PointResult> parse(String line) {
    try {
      JsonNode json = JSON.readTree(line);
      if (json == null || !json.path("point").isIntegralNumber()) {
        return Optional.empty();
      }
      Map<String, String> values = new LinkedHashMap<>();
      json.path("values").properties().forEach(v -> values.put(v.getKey(), text(v.getValue())));
      boolean ok = json.path("status").asText().equals("ok");
      Optional<Figures> figures =
          ok
              ? Optional.of(
                  new Figures(
                      json.path("iteration_time_ns").asLong(),
                      json.path("tokens_per_second").asDouble(),
                      json.path("tokens_per_second_per_device").asDouble(),
                      json.path("model_flops_per_second_per_device").asDouble(),
                      json.path("mfu").asDouble(),
                      json.path("hfu").asDouble(),
                      json.path("bubble").asDouble(),
                      json.path("compute_ns").asDouble(),
                      json.path("exposed_communication_ns").asDouble(),
                      memory(json)))
              : Optional.empty();
      return Optional.of(
          new PointResult(json.path("point").asLong(), values, figures, text(json.path("reason"))));
    } catch (JsonProcessingException e) {
      return Optional.empty();
    }
  }

  private static Memory memory(JsonNode json) {
    JsonNode peak = json.path("memory_peak_bytes");
    return new Memory(
        peak.isIntegralNumber() ? OptionalLong.of(peak.asLong()) : OptionalLong.empty(),
        json.path("memory_bytes").asLong());
  }

  /** A text without characters that would move a cursor: the file may come from anywhere. */
  private static String text(JsonNode json) {
    return json.asText("").replaceAll("\\p{Cntrl}", "?");
  }

  @Override
  public void close() {
    try {
      file.close();
    } catch (IOException e) {
      throw Failure.environment(path + ": " + Explained.cause(e));
    }
  }
}
