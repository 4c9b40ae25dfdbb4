package io.heddle.processor.local;

import io.heddle.processor.model.Block;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a rank does for one block.
 *
 * @param forward in program order
 * @param forwardResult the node that makes the block's result; {@link Value#BEFORE} for the head
 * @param backward in program order
 * @param backwardResult the node that makes the gradient of the argument; {@link Value#BEFORE} for
 *     the embedding
 * @param saved what is kept of the forward pass for the backward pass
 * @param recomputing the backward pass in layers where the plan computes something of the block
 *     again; null where it never does
 * @param weights in order of first use
 */
public record BlockProgram(
    Block block,
    List<LocalNode> forward,
    Value forwardResult,
    List<LocalNode> backward,
    Value backwardResult,
    List<Saved> saved,
    @Nullable Recomputing recomputing,
    List<LocalWeight> weights) {
  /** The value that stands for the block's argument in {@link #forward}. */
  public static final Value ARGUMENT = new Value("x");

  /** The value that stands for the gradient of the block's result in {@link #backward}. */
  public static final Value RESULT_GRADIENT = new Value("dout");

  /**
   * A backward pass with recomputation.
   *
   * @param whole whether the whole forward pass stands before it; the rest is then as without
   * @param saved what is then kept
   * @param again the values among {@code backward} that the forward pass made before
   */
  public record Recomputing(
      boolean whole,
      List<LocalNode> backward,
      Value backwardResult,
      List<Saved> saved,
      Set<Value> again) {
    public Recomputing {
      saved = List.copyOf(saved);
      backward = List.copyOf(backward);
      again = Set.copyOf(again);
    }
  }

  public BlockProgram {
    forward = List.copyOf(forward);
    backward = List.copyOf(backward);
    saved = List.copyOf(saved);
    weights = List.copyOf(weights);
  }

  /** Every node that a rank may run for the block; some stand in several of its passes. */
  public List<LocalNode> nodes() {
    List<LocalNode> nodes = new ArrayList<>(forward);
    nodes.addAll(backward);
    if (recomputing != null) {
      nodes.addAll(recomputing.backward());
    }
    return nodes;
  }
}
