package io.heddle.processor.lower;

import io.heddle.processor.lower.NodeList.Placed;
import io.heddle.processor.model.Operation;
import io.heddle.processor.model.Tensor;
import io.heddle.processor.program.Saved;
import io.heddle.processor.program.Sharding;
import io.heddle.processor.program.Size;
import io.heddle.processor.program.Value;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The tensors of a block's forward pass that its backward pass reads. Each is kept where it was
 * stored, and brought again to where an operation reads it. One that an all-to-all brought there,
 * which has as many bytes as before, stays as it came, and so does one that the plan keeps.
 */
final class SavedTensors {
  private final BlockContext context;
  private final NodeList forward;
  private final NodeList backward;
  private final Set<Tensor> spared = new HashSet<>();
  private final Map<Tensor, Set<Sharding>> forms = new LinkedHashMap<>();
  private final List<Saved> beside = new ArrayList<>();
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
  Value read(Tensor tensor, Sharding wanted, Reason reason) {
    Tensor origin = context.origin(tensor);
    if (reader != null) {
      readers.computeIfAbsent(origin, unused -> new HashSet<>()).add(reader);
    }
    if (recomputation != null && recomputation.drops(origin)) {
      return backward.at(recomputation.made(origin), wanted, reason).value();
    }
    Placed placed = source(tensor, wanted);
    keep(origin, placed.sharding());
    return backward.at(placed, wanted, reason).value();
  }

  /** A tensor as it lies before it is brought to where an operation reads it. */
  Placed source(Tensor tensor, Sharding wanted) {
    Tensor origin = context.origin(tensor);
    return recomputation != null && recomputation.drops(origin)
        ? recomputation.made(origin)
        : forward.placed(origin, kept(origin, wanted), Value.BEFORE);
  }

  /** Notes what the operation at hand keeps for itself beside the tensors that it reads. */
  void beside(Saved saved) {
    if (!standsAgain()) {
      beside.add(saved);
    }
  }

  /** Notes that the operation at hand needs its own result, which no node reads again. */
  void own(Tensor result) {
    if (!standsAgain()) {
      keep(result, context.stored.get(result));
    }
  }

  private boolean standsAgain() {
    return recomputation != null && reader != null && recomputation.selects(reader);
  }

  private void keep(Tensor tensor, Sharding lies) {
    forms.computeIfAbsent(tensor, unused -> new LinkedHashSet<>()).add(lies);
  }

  /** Everything that is kept, once the pass is complete. */
  List<Saved> all() {
    if (recomputation != null) {
      recomputation.inputs().forEach(tensor -> keep(tensor, context.stored.get(tensor)));
    }
    List<Saved> all = new ArrayList<>();
    forms.forEach(
        (tensor, shardings) -> {
          for (Sharding form : shardings) {
            // What is a slice of something that is kept needs no memory of its own.
            boolean isPart =
                shardings.stream()
                    .anyMatch(other -> !other.equals(form) && Reshard.isFree(other, form));
            if (!isPart) {
              Size bytes = forward.bytes(tensor, form);
              boolean isSide =
                  context.block.sides().contains(tensor) && form.equals(context.stored.get(tensor));
              Saved.Kind kind = isSide ? Saved.Kind.SIDE : Saved.Kind.TENSOR;
              all.add(new Saved(tensor.name(), kind, bytes));
            }
          }
        });
    all.addAll(beside);
    return all;
  }

  /** The tensors that are not brought again where they are read. */
  Set<Tensor> spared() {
    return spared;
  }

  private Sharding kept(Tensor tensor, Sharding wanted) {
    Sharding stored = context.stored.get(tensor);
    if (Reshard.isFree(stored, wanted)) {
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
    if (forms.get(0).splitAxes().containsAll(stored.splitAxes())) {
      // Exchanged, not gathered: it needs no more memory than what it was made of.
      return forms.get(0);
    }
    if (!context.plan.activations().keeps(tensor)) {
      return stored;
    }
    spared.add(tensor);
    return forms.get(0);
  }
}
