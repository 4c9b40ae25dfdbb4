package io.heddle.processor.program;

/**
 * What a rank of a stage holds when it holds most, in bytes: in the backward pass of the head where
 * there is one and it needs more than that of a layer, which finds the head's share freed.
 *
 * @param inFlight passes through a chunk of layers that wait for their backward pass
 * @param cache what inference keeps of the tokens of all batches on their way through the pipeline
 * @param activations what these keep, without the head
 * @param head what the head keeps of them: the logits, mostly
 * @param pending what those passes hold of which the gradients of weights are left
 * @param again what one layer has for the time of its backward pass, after recomputation
 * @param transients what lives within that pass only
 * @param reserve what the allocator keeps and no tensor has, and buffers
 * @param spared what recomputation spares of {@code activations}
 */
public record StageMemory(
    int stage,
    long inFlight,
    long weights,
    long gradients,
    long optimizer,
    long cache,
    long activations,
    long head,
    long pending,
    long again,
    long transients,
    long reserve,
    long spared) {
  /** The same with another reserve. */
  StageMemory with(long otherReserve) {
    return new StageMemory(
        stage,
        inFlight,
        weights,
        gradients,
        optimizer,
        cache,
        activations,
        head,
        pending,
        again,
        transients,
        otherReserve,
        spared);
  }

  /** The sum of what tensors have. */
  public long allocated() {
    return Math.addExact(kept(), transients);
  }

  /** The sum of all parts. */
  public long peak() {
    return Math.addExact(allocated(), reserve);
  }

  private long kept() {
    return Math.addExact(
        Math.addExact(
            Math.addExact(weights, gradients),
            Math.addExact(optimizer, Math.addExact(cache, activations))),
        Math.addExact(Math.addExact(head, pending), again));
  }
}
