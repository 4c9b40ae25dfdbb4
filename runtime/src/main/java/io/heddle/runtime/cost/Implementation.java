package io.heddle.runtime.cost;

import io.heddle.plan.mesh.Collective;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * How one dimension of a collective is run.
 *
 * @param algorithm which one
 * @param window messages under way at once in {@link Algorithm#DIRECT}; 0 means no limit
 * @param overAllRanks whether one logical dimension spans all ranks, whatever the network's
 *     dimensions are: AstraSim's names that begin with {@code one}
 */
public record Implementation(Algorithm algorithm, int window, boolean overAllRanks) {
  /** The native algorithms of AstraSim. */
  public enum Algorithm {
    RING("ring"),
    DIRECT("direct"),
    HALVING_DOUBLING("halvingDoubling"),
    DOUBLE_BINARY_TREE("doubleBinaryTree");

    private final String astraSimName;

    Algorithm(String astraSimName) {
      this.astraSimName = astraSimName;
    }
  }

  private static final int LONGEST_WINDOW = 5;

  /** A ring over the ranks of one dimension. */
  public static final Implementation RING = new Implementation(Algorithm.RING, 0, false);

  /** Every rank of one dimension with every other, all at once. */
  public static final Implementation DIRECT = new Implementation(Algorithm.DIRECT, 0, false);

  /**
   * The same algorithms for every collective but exchanges, which are {@code direct}: as a ring
   * they take n(n-1)/2 steps.
   *
   * @param perDimension algorithm of each dimension of the network
   */
  public static Map<Collective, List<Implementation>> ofAll(List<Implementation> perDimension) {
    Map<Collective, List<Implementation>> all = new EnumMap<>(Collective.class);
    for (Collective collective : Collective.values()) {
      all.put(
          collective,
          collective.isExchange()
              ? Collections.nCopies(perDimension.size(), DIRECT)
              : perDimension);
    }
    return all;
  }

  /** The key under which AstraSim's system file has the implementations of a collective. */
  public static String key(Collective collective) {
    return collective.astraSimName() + "-implementation";
  }

  /** Reads a name such as {@code ring}, {@code direct4} or {@code oneHalvingDoubling}. */
  public static Optional<Implementation> named(String name) {
    if (name.startsWith("one") && name.length() > 3) {
      String rest = name.substring(3, 4).toLowerCase(Locale.ROOT) + name.substring(4);
      return Character.isUpperCase(name.charAt(3)) && !rest.equals("doubleBinaryTree")
          ? named(rest).map(one -> new Implementation(one.algorithm, one.window, true))
          : Optional.empty();
    }
    for (Algorithm algorithm : Algorithm.values()) {
      if (name.equals(algorithm.astraSimName)) {
        return Optional.of(new Implementation(algorithm, 0, false));
      }
    }
    String direct = Algorithm.DIRECT.astraSimName;
    if (name.startsWith(direct)) {
      String window = name.substring(direct.length());
      if (window.length() <= LONGEST_WINDOW && window.chars().allMatch(c -> c >= '0' && c <= '9')) {
        int value = Integer.parseInt(window);
        return value == 0
            ? Optional.empty()
            : Optional.of(new Implementation(Algorithm.DIRECT, value, false));
      }
    }
    return Optional.empty();
  }

  /** The name that AstraSim's system file uses. */
  public String astraSimName() {
    String name = algorithm.astraSimName + (window == 0 ? "" : String.valueOf(window));
    return overAllRanks
        ? "one" + name.substring(0, 1).toUpperCase(Locale.ROOT) + name.substring(1)
        : name;
  }
}
