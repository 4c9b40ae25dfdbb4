package io.heddle.processor.model;

import io.heddle.processor.model.Operation.Dispatch;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The weights of a model whose products are quantised and that engines store in few bits: those of
 * products in its blocks, but for the ones that score experts. Biases, norms, the embedding and the
 * head are not among them.
 */
public final class LinearLayers {
  private final Model model;
  private final Set<Dim> experts = new HashSet<>();
  private final Set<Dim> scores = new HashSet<>();

  public LinearLayers(Model model) {
    this.model = model;
    for (Dispatch dispatch : model.expertRows().values()) {
      experts.add(dispatch.experts());
      List<Dim> ofToken = new ArrayList<>(dispatch.routing().dims());
      ofToken.removeAll(dispatch.tokenDims());
      scores.addAll(ofToken);
    }
  }

  /**
   * Whether the weight of a product in a block is the weight of such a layer: it is summed over,
   * not added, and no score of an expert comes of it.
   *
   * @param weight its dimensions
   * @param tensors dimensions of all that the product reads and makes beside weights
   */
  public boolean has(List<Dim> weight, Collection<List<Dim>> tensors) {
    boolean isAdded = tensors.stream().anyMatch(tensor -> tensor.containsAll(weight));
    return !isAdded && !isRouter(weight, tensors);
  }

  /** Whether a weight scores experts, as {@link #has} asks: some tensors have no scores. */
  public boolean isRouter(List<Dim> weight, Collection<List<Dim>> tensors) {
    return weight.stream()
        .filter(scores::contains)
        .anyMatch(dim -> tensors.stream().anyMatch(tensor -> !tensor.contains(dim)));
  }

  /** Whether the experts have such a weight each. */
  public boolean isOfExperts(List<Dim> weight) {
    return weight.stream().anyMatch(experts::contains);
  }

  /** All of them. */
  public Set<Weight> all() {
    Set<Weight> all = new HashSet<>();
    model.blocks().stream()
        .flatMap(block -> block.operations().stream())
        .forEach(operation -> add(operation, all));
    return all;
  }

  private void add(Operation operation, Set<Weight> all) {
    if (!(operation instanceof Operation.Einsum) && !(operation instanceof Operation.Fused)) {
      return;
    }
    List<List<Dim>> tensors = new ArrayList<>();
    operation.results().forEach(result -> tensors.add(result.dims()));
    operation.inputs().stream()
        .filter(Tensor.class::isInstance)
        .forEach(input -> tensors.add(input.dims()));
    for (Operand input : operation.inputs()) {
      if (input instanceof Weight weight && has(weight.dims(), tensors)) {
        all.add(weight);
      }
    }
  }
}
