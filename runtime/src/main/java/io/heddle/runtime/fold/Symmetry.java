package io.heddle.runtime.fold;

import java.util.List;

/**
 * How many ranks of a plan differ.
 *
 * @param ranks of the plan
 * @param colours classes of ranks that are alike
 * @param splitBy what tells ranks apart, in words
 */
public record Symmetry(int ranks, int colours, List<String> splitBy) {
  public Symmetry {
    splitBy = List.copyOf(splitBy);
  }
}
