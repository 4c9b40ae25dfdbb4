package io.heddle.processor.lower;

import io.heddle.processor.diagnose.Span;
import io.heddle.processor.local.Sharding;
import io.heddle.processor.local.Value;
import io.heddle.processor.lower.NodeList.Placed;
import io.heddle.processor.model.Tensor;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The tensors of a block's forward pass that its backward pass reads. Each is kept where it was
 * stored, and brought again to where an operation reads it; one that the plan keeps stays as the
 * forward pass brought it there.
 */
final class SavedTensors {
  private final BlockContext context;
  private final NodeList forward;
  private final NodeList backward;
  private final Set<Tensor> spared = new HashSet<>();

  /**
   * @param forward whose nodes brought tensors to where operations read them
   * @param backward whose nodes bring them there again
   */
  SavedTensors(BlockContext context, NodeList forward, NodeList backward) {
    this.context = context;
    this.forward = forward;
    this.backward = backward;
  }

  /** A tensor as an operation of the backward pass reads it. */
  Value read(Tensor tensor, Sharding wanted, Span span) {
    Tensor origin = context.origin(tensor);
    Sharding lies = kept(origin, wanted);
    Placed placed = new Placed(origin.name(), origin.dims(), lies, Value.BEFORE);
    return backward.at(placed, wanted, span).value();
  }

  /** The tensors that are not brought again where they are read. */
  Set<Tensor> spared() {
    return spared;
  }

  private Sharding kept(Tensor tensor, Sharding wanted) {
    Sharding stored = context.stored.get(tensor);
    if (!context.plan.activations().keeps(tensor) || Reshard.isFree(stored, wanted)) {
      return stored;
    }
    List<Sharding> forms =
        forward.forms(tensor.name()).stream()
            .filter(form -> form.partial().isEmpty() && Reshard.isFree(form, wanted))
            .sorted(Comparator.comparing(form -> -form.splitAxes().size()))
            .toList();
    if (forms.isEmpty()) {
      return stored;
    }
    spared.add(tensor);
    return forms.get(0);
  }
}
