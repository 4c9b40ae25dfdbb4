package io.heddle.processor.lower;

import io.heddle.processor.diagnose.Span;
import io.heddle.processor.local.Sharding;
import io.heddle.processor.local.Value;
import io.heddle.processor.lower.NodeList.Placed;
import io.heddle.processor.model.Operation;
import io.heddle.processor.model.Tensor;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

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
  private final Map<Tensor, Set<Operation>> readers = new HashMap<>();
  private final @Nullable Recomputation recomputation;
  private @Nullable Operation reader;

  /**
   * @param forward whose nodes brought tensors to where operations read them
   * @param backward whose nodes bring them there again
   * @param recomputation what is not kept; null where all is
   */
  SavedTensors(
      BlockContext context,
      NodeList forward,
      NodeList backward,
      @Nullable Recomputation recomputation) {
    this.context = context;
    this.forward = forward;
    this.backward = backward;
    this.recomputation = recomputation;
  }

  /** Begins the backward of an operation: it reads what is read from here on. */
  void begin(Operation operation) {
    reader = operation;
    if (recomputation != null) {
      recomputation.before(operation);
    }
  }

  /** The operations whose backward reads a tensor. */
  Map<Tensor, Set<Operation>> readers() {
    return readers;
  }

  /** A tensor as an operation of the backward pass reads it. */
  Value read(Tensor tensor, Sharding wanted, Span span) {
    Tensor origin = context.origin(tensor);
    if (reader != null) {
      readers.computeIfAbsent(origin, unused -> new HashSet<>()).add(reader);
    }
    if (recomputation != null && recomputation.drops(origin)) {
      return backward.at(recomputation.made(origin), wanted, span).value();
    }
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
