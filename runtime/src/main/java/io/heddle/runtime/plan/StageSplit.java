package io.heddle.runtime.plan;

import java.util.List;

/**
 * How the layers are dealt out to the stages of a pipeline, in order.
 *
 * @param layers of each stage where they are listed, else empty
 */
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
   * The first layer of each stage, and behind them the number of all layers.
   *
   * @throws IllegalArgumentException if the layers cannot be dealt out so; the message says why
   */
  public int[] boundaries(long total, int stages) {
    int[] boundaries = new int[stages + 1];
    for (int stage = 0; stage < stages; stage++) {
      boundaries[stage + 1] = Math.toIntExact(boundaries[stage] + layersOf(stage, total, stages));
    }
    if (boundaries[stages] != total) {
      throw new IllegalArgumentException(
          "the stages have " + boundaries[stages] + " layers together, the model has " + total);
    }
    return boundaries;
  }

  private long layersOf(int stage, long total, int stages) {
    if (total < stages) {
      throw new IllegalArgumentException(total + " layers are fewer than " + stages + " stages");
    }
    if (kind == Kind.LISTED) {
      if (layers.size() != stages) {
        throw new IllegalArgumentException(
            "layers are listed for " + layers.size() + " stages, there are " + stages);
      }
      return layers.get(stage);
    }
    if (kind == Kind.EQUAL && total % stages != 0) {
      throw new IllegalArgumentException(
          total + " layers do not divide over " + stages + " stages");
    }
    return total / stages + (stage < total % stages ? 1 : 0);
  }
}
