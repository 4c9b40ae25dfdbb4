package io.heddle.processor.program;

/**
 * What a rank of a stage holds when it holds most, in bytes.
 *
 * @param inFlight passes through a chunk of layers that wait for their backward pass
 * @param activations what these keep, without the head
 * @param head what the head keeps of them: the logits, mostly
 * @param pending what those passes hold of which the gradients of weights are left
 * @param again what one layer has for the time of its backward pass, after recomputation
 * @param spared what recomputation spares of {@code activations}
 */
public record StageMemory(
    int stage,
    long inFlight,
    long weights,
    long gradients,
    long optimizer,
    long activations,
    long head,
    long pending,
    long again,
    long spared) {
  /** The sum of the parts. */
  public long peak() {
    return Math.addExact(
        Math.addExact(Math.addExact(weights, gradients), Math.addExact(optimizer, activations)),
        Math.addExact(Math.addExact(head, pending), again));
  }
}
