package io.heddle.processor.local;

import io.heddle.processor.model.Block;
import java.util.List;

/**
 * What a rank does for one block.
 *
 * @param forward in program order
 * @param forwardResult the node that makes the block's result; {@link Value#BEFORE} for the head
 * @param backward in program order
 * @param backwardResult the node that makes the gradient of the argument; {@link Value#BEFORE} for
 *     the embedding
 * @param weights in order of first use
 */
public record BlockProgram(
    Block block,
    List<LocalNode> forward,
    Value forwardResult,
    List<LocalNode> backward,
    Value backwardResult,
    List<LocalWeight> weights) {
  /** The value that stands for the block's argument in {@link #forward}. */
  public static final Value ARGUMENT = new Value("x");

  /** The value that stands for the gradient of the block's result in {@link #backward}. */
  public static final Value RESULT_GRADIENT = new Value("dout");

  public BlockProgram {
    forward = List.copyOf(forward);
    backward = List.copyOf(backward);
    weights = List.copyOf(weights);
  }
}
