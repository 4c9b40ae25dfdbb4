package io.heddle.processor.program;

/**
 * Something that a block keeps of its forward pass for its backward pass, or for the steps that
 * follow, of one micro-batch, on one rank.
 *
 * @param name of the tensor, or of the operation with what it keeps for itself
 */
public record Saved(String name, Kind kind, Size bytes) {
  /** What it is. */
  public enum Kind {
    /** In the plan's format of tensors. */
    TENSOR,
    /** A tensor of another stream, as it lies: kept once for all layers that take it. */
    SIDE,
    /** What dropout left: one byte for each element. */
    MASK,
    /** Sums of a normalisation, fp32: some values for each token. */
    STATISTICS,
    /** What a step of inference reads of earlier tokens, and adds those of its own to. */
    CACHE
  }
}
