package io.heddle.runtime.astrasim;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.heddle.runtime.simulate.config.InputException;
import io.heddle.runtime.simulate.config.JsonFault;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads what makes traces of ranks from those of classes out of {@code classes.json}. */
final class ClassIndexReader {
  private static final long LONGEST_FILE = 1L << 28;
  private static final int DEEPEST = 50;

  /** Far more than any cluster has; a few bytes may claim to stand for as many as they like. */
  private static final int MOST_RANKS = 1 << 24;

  private static final ObjectReader READER =
      JsonMapper.builder(
              JsonFactory.builder()
                  .streamReadConstraints(
                      StreamReadConstraints.builder().maxNestingDepth(DEEPEST).build())
                  .build())
          .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
          .build()
          .readerFor(Content.class);

  /** The keys that are read, as they may be missing. */
  @JsonIgnoreProperties(ignoreUnknown = true)
  record Content(
      int format,
      @Nullable String model,
      @Nullable List<ClassContent> classes,
      @Nullable List<int[]> classOfRanks,
      @Nullable List<KindContent> groups) {}

  @JsonIgnoreProperties(ignoreUnknown = true)
  record ClassContent(int ranks) {}

  @JsonIgnoreProperties(ignoreUnknown = true)
  record KindContent(@Nullable List<int[]> rings, @Nullable List<int[]> groups) {}

  private final Path file;

  private ClassIndexReader(Path file) {
    this.file = file;
  }

  /**
   * Reads a file.
   *
   * @throws InputException if it is no such file
   */
  static ClassedTraces read(Path folder) throws IOException {
    Path file = folder.resolve(ClassIndex.FILE);
    return new ClassIndexReader(file).read(folder, content(file));
  }

  private static Content content(Path file) throws IOException {
    try {
      if (!Files.isRegularFile(file) && Files.exists(file)) {
        throw new InputException(file, "not a file");
      }
      long size = Files.size(file);
      if (size > LONGEST_FILE) {
        throw new InputException(file, size + " bytes are no index of classes");
      }
      Content content = READER.readValue(Files.readAllBytes(file));
      if (content == null) {
        throw new InputException(file, "must be a JSON object");
      }
      return content;
    } catch (NoSuchFileException e) {
      throw new InputException(
          file, "no such file; `heddle emit --classes` writes it when all others are there", e);
    } catch (JsonMappingException e) {
      throw new InputException(file, where(e) + "not what an index of classes has here", e);
    } catch (JsonProcessingException e) {
      throw new InputException(file, JsonFault.of(e), e);
    }
  }

  private static String where(JsonMappingException fault) {
    return fault.getLocation() == null || fault.getLocation().getLineNr() < 1
        ? ""
        : "line %d, column %d: "
            .formatted(fault.getLocation().getLineNr(), fault.getLocation().getColumnNr());
  }

  private ClassedTraces read(Path folder, Content content) throws InputException {
    if (content.format() != ClassIndex.FORMAT) {
      throw fault(
          "format " + content.format() + ": this version reads format " + ClassIndex.FORMAT);
    }
    String model = there(content.model(), "model");
    if (!EmitRequest.isPrefix(model)) {
      throw fault("model \"" + model + "\": no name that begins the names of traces");
    }
    List<ClassContent> classes = there(content.classes(), "classes");
    List<int[]> runs = there(content.classOfRanks(), "class_of_ranks");
    int[] begins = begins(runs, classes.size());
    int ranks = begins[begins.length - 1];
    List<RingsOfKind> kinds = new ArrayList<>();
    for (KindContent kind : there(content.groups(), "groups")) {
      kinds.add(kind(kind, kinds.size(), ranks));
    }
    return new ClassedTraces(folder, model, classes.size(), runs, begins, kinds);
  }

  /** The ranks at which runs begin, and behind them how many there are. */
  private int[] begins(List<int[]> runs, int classes) throws InputException {
    int[] begins = new int[runs.size() + 1];
    for (int i = 0; i < runs.size(); i++) {
      int[] run = runs.get(i);
      if (run == null
          || run.length != 2
          || run[0] < 0
          || run[0] >= classes
          || run[1] < 1
          || run[1] > MOST_RANKS - begins[i]) {
        throw fault(
            "class_of_ranks["
                + i
                + "]: must be a class and a number of ranks, with all before at most "
                + MOST_RANKS);
      }
      begins[i + 1] = begins[i] + run[1];
    }
    return begins;
  }

  private RingsOfKind kind(@Nullable KindContent kind, int number, int ranks)
      throws InputException {
    String name = "groups[" + number + "]";
    try {
      KindContent content = there(kind, name);
      return new RingsOfKind(
          there(content.rings(), name + ".rings"),
          there(content.groups(), name + ".groups"),
          ranks);
    } catch (IllegalArgumentException e) {
      throw new InputException(file, name + ": " + e.getMessage(), e);
    }
  }

  private <T> T there(@Nullable T value, String key) throws InputException {
    if (value == null) {
      throw fault(key + ": is missing");
    }
    return value;
  }

  private InputException fault(String problem) {
    return new InputException(file, problem);
  }
}
