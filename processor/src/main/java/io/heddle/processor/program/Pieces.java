package io.heddle.processor.program;

import java.util.List;
import java.util.Map;

/**
 * How a kernel or collective is cut into pieces, so that those of neighbours run beside each other:
 * a piece waits for the same piece of what comes before it and not for the whole.
 *
 * @param cut what all neighbours have in common
 * @param again bytes that each piece of a kernel but the first reads again
 * @param neighbours the inputs that come in the same pieces, each with the axes over which it does:
 *     where these are one rank, it is whole
 * @param with operations of the neighbours
 */
public record Pieces(Cut cut, Size again, Map<Value, List<String>> neighbours, List<String> with) {
  public Pieces {
    neighbours = Map.copyOf(neighbours);
    with = List.copyOf(with);
  }

  /** {@code in 4 pieces with qkv}; empty where it is whole. */
  public String describe(Sizes sizes) {
    long count = sizes.pieces(cut);
    return count == 1 ? "" : "in " + count + " pieces with " + String.join(", ", with);
  }

  /**
   * How many pieces there are: as many as the plan says, but no more than any of {@code places};
   * one where the axes are one rank.
   *
   * @param axes of all collectives that are cut
   * @param places of each collective along the dimensions that are cut, on one rank
   */
  public record Cut(List<String> axes, List<Size> places) {
    public Cut {
      axes = List.copyOf(axes);
      places = List.copyOf(places);
    }
  }
}
