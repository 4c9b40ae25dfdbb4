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
public record Upstream(boolean argument, List<Boolean> sides) {
  /** Of a block before which nothing is trained. */
  public static final Upstream NONE = new Upstream(false, List.of());

  public Upstream {
    sides = List.copyOf(sides);
  }

  /** Of a block before which everything is trained. */
  static Upstream all(Block block) {
    return new Upstream(block.argument() != null, Collections.nCopies(block.sides().size(), true));
  }

  /** Whether what the block takes of another stream, counted from 0, has a gradient. */
  public boolean side(int number) {
    return number < sides.size() && sides.get(number);
  }

  /** Whether anything that the block takes has a gradient. */
  public boolean any() {
    return argument || sides.contains(true);
  }

  /** How many gradients the block makes for what stands before it. */
  int count() {
    return (argument ? 1 : 0) + Collections.frequency(sides, true);
  }
}
