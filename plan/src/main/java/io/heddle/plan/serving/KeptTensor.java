package io.heddle.plan.serving;

import io.heddle.plan.mesh.AxisSplit;
import java.util.List;

/**
 * A tensor that the cache of a layer keeps of each token, and how it lies on the mesh. All tokens
 * of a sequence are on each rank that has the sequence.
 *
 * @param name as the model has it
 * @param tokens of a sequence in the cache when the step ends
 * @param newTokens of them, which the step adds
 * @param elementBytes of one element
 * @param sequences of all replicas
 * @param dims all others, in the order of the tensor
 */
public record KeptTensor(
    String name,
    long tokens,
    long newTokens,
    long elementBytes,
    AxisSplit sequences,
    List<AxisSplit> dims) {
  public KeptTensor {
    dims = List.copyOf(dims);
  }
}
