package io.heddle.cli.convert;

import io.heddle.cli.failure.Failure;
import io.heddle.cli.measure.MeasurementFile;
import io.heddle.plan.expert.ExpertLoad;
import io.heddle.plan.expert.RecordedLoad;
import io.heddle.processor.SourceText;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** The tokens that a router gave each expert, from a table, as a load of a specification. */
public final class RoutedTokens {
  private static final String MICRO_BATCH = "micro_batch";

  private final Path file;
  private final String name;
  private final Map<Integer, Map<Integer, Map<Integer, Long>>> byLayer = new TreeMap<>();
  private int experts;
  private int rows;

  private RoutedTokens(Path file, String name) {
    this.file = file;
    this.name = name;
  }

  /**
   * Reads a table.
   *
   * @param name of the load
   * @param experts of a layer; 0 for as many as the table names
   * @throws Failure with file, line and column if it is no such table
   */
  public static RoutedTokens read(Path file, String name, int experts) {
    if (ExpertLoad.WORDS.contains(name)) {
      throw Failure.usage(
          "%s is a word that `load =` knows already: give another --name".formatted(name));
    }
    MeasurementFile table = MeasurementFile.read(file).require("layer", "expert", "tokens");
    RoutedTokens tokens = new RoutedTokens(file, name);
    table.rows().forEach(row -> tokens.add(row, experts));
    tokens.experts = Math.max(tokens.experts, experts);
    tokens.check();
    return tokens;
  }

  private void add(MeasurementFile.Row row, int most) {
    long layer = row.whole("layer", 0);
    long microBatch = row.has(MICRO_BATCH) ? row.whole(MICRO_BATCH, 0) : 0;
    long expert = row.whole("expert", 0);
    long tokens = row.whole("tokens", 0);
    if (layer >= Integer.MAX_VALUE) {
      throw row.wrong("layer", "%d is no layer".formatted(layer));
    }
    if (microBatch >= RecordedLoad.MOST_ROWS) {
      throw row.wrong(
          MICRO_BATCH, "%d is not below %,d".formatted(microBatch, RecordedLoad.MOST_ROWS));
    }
    int limit = most > 0 ? most : RecordedLoad.MOST_EXPERTS;
    if (expert >= limit) {
      throw row.wrong("expert", "%d is not below %,d".formatted(expert, limit));
    }
    experts = Math.max(experts, (int) expert + 1);
    Map<Integer, Map<Integer, Long>> ofLayer =
        byLayer.computeIfAbsent((int) layer, number -> new TreeMap<>());
    Map<Integer, Long> ofMicroBatch = ofLayer.get((int) microBatch);
    if (ofMicroBatch == null) {
      if (++rows > RecordedLoad.MOST_ROWS) {
        throw row.wrong(
            "layer", "more than %,d layers and micro-batches".formatted(RecordedLoad.MOST_ROWS));
      }
      ofMicroBatch = new TreeMap<>();
      ofLayer.put((int) microBatch, ofMicroBatch);
    }
    if (ofMicroBatch.merge((int) expert, tokens, Long::sum) > RecordedLoad.MOST_TOKENS) {
      throw row.wrong(
          "tokens", "more than %,d tokens of an expert".formatted(RecordedLoad.MOST_TOKENS));
    }
  }

  /** Each layer has each micro-batch, and each of them tokens. */
  private void check() {
    if (byLayer.isEmpty()) {
      throw Failure.wrongInput(file + ": has no row");
    }
    int microBatches = microBatches();
    byLayer.forEach(
        (layer, ofLayer) -> {
          for (int i = 0; i < microBatches; i++) {
            Map<Integer, Long> tokens = ofLayer.getOrDefault(i, Map.of());
            if (tokens.values().stream().allMatch(of -> of == 0)) {
              throw Failure.wrongInput(
                  "%s: no expert of layer %d has a token in micro-batch %d"
                      .formatted(file, layer, i));
            }
          }
        });
  }

  private int microBatches() {
    return byLayer.values().stream()
        .flatMap(ofLayer -> ofLayer.keySet().stream())
        .mapToInt(i -> i + 1)
        .max()
        .orElse(0);
  }

  /** What is in it, for a reader. */
  public String held() {
    return "load %s, %,d layers, %,d micro-batches, %,d experts"
        .formatted(name, byLayer.size(), microBatches(), experts);
  }

  /** The text of a specification. */
  public String text() {
    StringBuilder text = new StringBuilder();
    text.append("tfm 1\n\n/// Tokens that a router gave each expert.\nload ");
    text.append(name).append(" {\n");
    boolean isOne = microBatches() == 1;
    byLayer.forEach(
        (layer, ofLayer) ->
            ofLayer.forEach(
                (microBatch, tokens) ->
                    text.append("  layer ")
                        .append(layer)
                        .append(isOne ? "" : " micro_batch " + microBatch)
                        .append(" = ")
                        .append(
                            IntStream.range(0, experts)
                                .mapToObj(i -> String.valueOf(tokens.getOrDefault(i, 0L)))
                                .collect(Collectors.joining(", ")))
                        .append('\n')));
    text.append("}\n");
    if (text.length() > SourceText.LONGEST) {
      throw Failure.wrongInput(
          "%s: its load is of %,d characters, and a specification of at most %,d: take fewer"
                  .formatted(file, text.length(), SourceText.LONGEST)
              + " micro-batches");
    }
    return text.toString();
  }
}
