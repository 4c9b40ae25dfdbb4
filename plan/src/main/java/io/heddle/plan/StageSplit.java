package io.heddle.plan;

import io.heddle.plan.marker.Api;
import java.util.List;

/**
 * How the layers are dealt out to the stages of a pipeline, in order; to their chunks, where stages
 * have several. The first may have the embedding alone, and the last the head alone; both only
 * where layers are listed.
 *
 * @param layers of each stage or chunk where they are listed, else empty
 */
@Api
public record StageSplit(Kind kind, List<Long> layers) {
  /** The same number for each stage. */
  public static final StageSplit EQUAL = new StageSplit(Kind.EQUAL, List.of());

  /** The first {@code layers mod stages} stages have one layer more than the others. */
  public static final StageSplit BALANCED = new StageSplit(Kind.BALANCED, List.of());

  /** Ways to deal out layers. */
  public enum Kind {
    EQUAL,
    BALANCED,
    LISTED
  }

  public StageSplit {
    layers = List.copyOf(layers);
  }

  /** As listed. */
  public static StageSplit listed(List<Long> layers) {
    return new StageSplit(Kind.LISTED, layers);
  }

  /**
   * The first layer of each chunk, in the order in which a micro-batch passes them, and behind them
   * the number of all layers.
   *
   * @param chunks of each stage
   * @throws IllegalArgumentException if the layers cannot be dealt out so; the message says why
   */
  public int[] boundaries(long total, int stages, int chunks) {
    long places = (long) stages * chunks;
    String parts = chunks == 1 ? "stages" : "chunks";
    if (kind != Kind.LISTED && total < places) {
      throw new IllegalArgumentException(total + " layers are fewer than " + places + " " + parts);
    }
    if (kind == Kind.LISTED && layers.size() != places) {
      throw new IllegalArgumentException(
          "layers are listed for " + layers.size() + " " + parts + ", there are " + places);
    }
    if (kind == Kind.EQUAL && total % places != 0) {
      throw new IllegalArgumentException(
          total + " layers do not divide over " + places + " " + parts);
    }
    if (kind == Kind.LISTED) {
      int empty = emptyPlace();
      if (empty >= 0) {
        throw new IllegalArgumentException(nothingAt(empty, parts));
      }
    }
    int[] boundaries = new int[Math.toIntExact(places) + 1];
    for (int place = 0; place < places; place++) {
      long here =
          kind == Kind.LISTED
              ? layers.get(place)
              : total / places + (place < total % places ? 1 : 0);
      boundaries[place + 1] = Math.toIntExact(boundaries[place] + here);
    }
    int sum = boundaries[boundaries.length - 1];
    if (sum != total) {
      throw new IllegalArgumentException(
          "the " + parts + " have " + sum + " layers together, the model has " + total);
    }
    return boundaries;
  }

  /**
   * The first of the places listed that would have neither layers nor embedding nor head; -1 if
   * there is none.
   */
  public int emptyPlace() {
    for (int place = 0; place < layers.size(); place++) {
      boolean end = layers.size() > 1 && (place == 0 || place == layers.size() - 1);
      if (layers.get(place) == 0 && !end) {
        return place;
      }
    }
    return -1;
  }

  /**
   * What is wrong with a place without layers.
   *
   * @param parts what places are called: stages or chunks
   */
  public static String nothingAt(int place, String parts) {
    return "number %d of the %s has no layers, and neither embedding nor head"
        .formatted(place, parts);
  }
}
