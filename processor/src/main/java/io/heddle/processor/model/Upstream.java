package io.heddle.processor.model;

import java.util.Collections;
import java.util.List;

/**
 * Which of the tensors that a block takes have a gradient: those that depend on a trained weight of
 * what stands before it.
 *
 * @param argument whether its own stream has one
 * @param sides likewise for each of the other streams that it takes
 */
public record Upstream(boolean argument, List<Side> sides) {
  /** Of a block before which nothing is trained. */
  public static final Upstream NONE = new Upstream(false, List.of());

  /** What a block makes of the gradient of a stream that it takes beside its own. */
  public enum Side {
    /** Nothing: the stream has none. */
    NONE,
    /** It begins it: no block behind it takes the stream. */
    FIRST,
    /** It adds to what blocks behind it have made. */
    ADDED
  }

  public Upstream {
    sides = List.copyOf(sides);
  }

  /** Of a block before which everything is trained. */
  static Upstream all(Block block) {
    int sides = block.sides().size();
    return new Upstream(block.argument() != null, Collections.nCopies(sides, Side.ADDED));
  }

  /** What becomes of the gradient of what the block takes of another stream, counted from 0. */
  public Side side(int number) {
    return number < sides.size() ? sides.get(number) : Side.NONE;
  }

  /** Whether anything that the block takes has a gradient. */
  public boolean any() {
    return argument || sides.stream().anyMatch(side -> side != Side.NONE);
  }

  /** The more the block does for what stands before it, the larger. */
  int extent() {
    return (argument ? 1 : 0) + sides.stream().mapToInt(Side::ordinal).sum();
  }
}
