package io.heddle.plan.expert;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.LongStream;

/**
 * What a router was seen to do: the tokens of each expert, for each layer and for as many
 * micro-batches as were recorded. Later micro-batches repeat them from the first. As of every load,
 * only the ratios count.
 */
public final class RecordedLoad implements ExpertLoad {
  /** More experts are refused: the numbers of a layer and micro-batch are one text of a class. */
  public static final int MOST_EXPERTS = 1 << 12;

  /** More tokens of an expert are refused. */
  public static final long MOST_TOKENS = 1_000_000_000_000L;

  /** More layers times micro-batches are refused. */
  public static final int MOST_ROWS = 1 << 12;

  private final String name;
  private final int microBatches;
  private final int[] layers;
  private final long[][] tokens;

  private RecordedLoad(String name, int microBatches, int[] layers, long[][] tokens) {
    this.name = name;
    this.microBatches = microBatches;
    this.layers = layers;
    this.tokens = tokens;
  }

  /**
   * A load.
   *
   * @param name as plans name it
   * @param microBatches of each layer, at least 1
   * @param rows one text for each micro-batch of each layer, layers in ascending order: the number
   *     of the layer, from 0, a colon, and the tokens of each expert with spaces between them; all
   *     of equally many experts, none of 0 tokens only
   * @throws IllegalArgumentException if they are not so
   */
  public static RecordedLoad of(String name, int microBatches, List<String> rows) {
    if (microBatches < 1 || rows.isEmpty() || rows.size() % microBatches != 0) {
      throw new IllegalArgumentException(
          "%d rows for %d micro-batches".formatted(rows.size(), microBatches));
    }
    int[] layers = new int[rows.size() / microBatches];
    long[][] tokens = new long[rows.size()][];
    for (int i = 0; i < tokens.length; i++) {
      String[] row = rows.get(i).split(": ", 2);
      int layer = Integer.parseInt(row[0]);
      int place = i / microBatches;
      boolean follows =
          i % microBatches == 0 ? i == 0 || layer > layers[place - 1] : layer == layers[place];
      tokens[i] = Arrays.stream(row[1].split(" ")).mapToLong(Long::parseLong).toArray();
      if (!follows
          || tokens[i].length != tokens[0].length
          || LongStream.of(tokens[i]).allMatch(of -> of == 0)) {
        throw new IllegalArgumentException("row %d of load %s".formatted(i, name));
      }
      layers[place] = layer;
    }
    return new RecordedLoad(name, microBatches, layers, tokens);
  }

  /** The texts of which {@link #of} makes it. */
  public List<String> rows() {
    List<String> rows = new ArrayList<>();
    for (int i = 0; i < tokens.length; i++) {
      String numbers =
          LongStream.of(tokens[i]).mapToObj(String::valueOf).collect(Collectors.joining(" "));
      rows.add(layers[i / microBatches] + ": " + numbers);
    }
    return rows;
  }

  /** Micro-batches that are told apart. */
  public int microBatches() {
    return microBatches;
  }

  /** Experts of which it has tokens. */
  public int experts() {
    return tokens[0].length;
  }

  /** The layers of which it has tokens, in ascending order. */
  public int[] layers() {
    return layers.clone();
  }

  /** Whether it has tokens of a layer, whose number counts from 0. */
  public boolean has(int layer) {
    return Arrays.binarySearch(layers, layer) >= 0;
  }

  @Override
  public double[] weights(int experts, int ranks, int draw) {
    return LongStream.of(tokens[draw]).asDoubleStream().toArray();
  }

  @Override
  public int draws() {
    return tokens.length;
  }

  @Override
  public int draw(int microBatch, int layer) {
    int place = Arrays.binarySearch(layers, layer);
    if (place < 0) {
      throw new IllegalArgumentException("load %s has no layer %d".formatted(name, layer));
    }
    return place * microBatches + microBatch % microBatches;
  }

  @Override
  public String text() {
    return name;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof RecordedLoad load
        && name.equals(load.name)
        && microBatches == load.microBatches
        && Arrays.equals(layers, load.layers)
        && Arrays.deepEquals(tokens, load.tokens);
  }

  @Override
  public int hashCode() {
    return 31 * name.hashCode() + Arrays.hashCode(tokens[0]);
  }
}
