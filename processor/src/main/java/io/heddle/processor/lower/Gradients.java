package io.heddle.processor.lower;

import io.heddle.processor.diagnose.Span;
import io.heddle.processor.lower.NodeList.Kernel;
import io.heddle.processor.lower.NodeList.Placed;
import io.heddle.processor.model.Tensor;
import io.heddle.processor.program.KernelFunction;
import io.heddle.processor.program.LocalNode.Shape;
import io.heddle.processor.program.Sharding;
import io.heddle.processor.program.Size;
import io.heddle.processor.program.Size.Format;
import io.heddle.processor.program.Value;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The gradients of a block's tensors while its backward pass is derived. Each use of a tensor adds
 * a term; when all uses are behind, the terms are added and brought to where the tensor is stored.
 */
final class Gradients {
  private final BlockContext context;
  private final NodeList nodes;
  private final Map<Tensor, List<Placed>> terms = new HashMap<>();
  private final Map<Placed, Placed> casts = new HashMap<>();

  Gradients(BlockContext context, NodeList nodes) {
    this.context = context;
    this.nodes = nodes;
  }

  /** Adds a term that {@code value} makes. */
  void add(Tensor tensor, Sharding sharding, Value value) {
    if (!context.hasGradient(tensor)) {
      return;
    }
    add(tensor, placed(tensor, sharding, value));
  }

  private Placed placed(Tensor tensor, Sharding sharding, Value value) {
    return new Placed(
        name(tensor), tensor.dims(), sharding, value, context.formats.ofGradient(tensor));
  }

  /**
   * Adds the gradient of a sum as a term of one of its operands: it stays the same tensor, unless
   * the operand has another format, in which a kernel writes it.
   */
  void pass(Tensor tensor, Placed gradient, Span span) {
    if (!context.hasGradient(tensor)) {
      return;
    }
    // Products read rows of experts as they came.
    boolean isAlike =
        gradient.format() == context.formats.ofGradient(tensor) || gradient.format() == Format.ROW;
    add(tensor, isAlike ? gradient : cast(tensor, gradient, span));
  }

  /** Adds a term of a tensor that has a gradient. */
  void add(Tensor tensor, Placed gradient) {
    terms.computeIfAbsent(tensor, unused -> new ArrayList<>()).add(gradient);
  }

  /** The gradient in the format of the tensor: one kernel for all terms of the sum. */
  private Placed cast(Tensor tensor, Placed gradient, Span span) {
    Placed known = casts.get(gradient);
    if (known != null && known.format() == context.formats.ofGradient(tensor)) {
      return known;
    }
    String name = name(tensor);
    Sharding lies = gradient.sharding();
    Size elements = lies.restrictedTo(tensor.dims()).elements(tensor.dims());
    Size made = nodes.gradientBytes(tensor, lies);
    Value value =
        nodes.compute(
            new Kernel(
                    "cast." + name,
                    KernelFunction.copy("cast"),
                    new Shape.Elements(elements),
                    elements,
                    Size.sum(Kernels.bytes(gradient.dims(), lies, gradient.format()), made),
                    Size.ZERO,
                    lies.withoutPartial(),
                    span)
                .making(made),
            name,
            List.of(gradient.value()));
    Placed cast = placed(tensor, lies, value);
    casts.put(gradient, cast);
    return cast;
  }

  /** The terms of a tensor are those of another: the first is only a name of the second. */
  void move(Tensor name, Tensor tensor) {
    for (Placed term : terms.getOrDefault(name, List.of())) {
      add(tensor, term.sharding(), term.value());
    }
    terms.remove(name);
  }

  /**
   * Takes out the terms that a kernel can add to a term of its own: those that lie as its own will,
   * and are stored as it.
   */
  List<Value> takeFoldable(Tensor tensor, Sharding own) {
    List<Placed> all = terms.getOrDefault(tensor, List.of());
    if (!own.partial().isEmpty()) {
      return List.of();
    }
    List<Placed> foldable =
        all.stream()
            .filter(term -> term.sharding().equals(own))
            .filter(term -> term.format() == context.formats.ofGradient(tensor))
            .toList();
    if (!foldable.isEmpty()) {
      all.removeAll(foldable);
    }
    return foldable.stream().map(Placed::value).toList();
  }

  /** The gradient where the tensor is stored; null if nothing depends on the tensor. */
  @Nullable Placed of(Tensor tensor, Span span) {
    return of(tensor, Set.of(), span);
  }

  /**
   * The gradient where the tensor is stored.
   *
   * @param staysPartial axes over which it may stay a partial sum
   * @return null if nothing depends on the tensor
   */
  @Nullable Placed of(Tensor tensor, Set<String> staysPartial, Span span) {
    List<Placed> all = terms.get(tensor);
    if (all == null) {
      return null;
    }
    if (context.isOnlyTerm(tensor)) {
      return all.get(0);
    }
    Map<Sharding, List<Placed>> alike = new LinkedHashMap<>();
    for (Placed term : all) {
      alike.computeIfAbsent(term.sharding(), unused -> new ArrayList<>()).add(term);
    }
    Set<String> partial = new TreeSet<>();
    all.forEach(term -> partial.addAll(term.sharding().partial()));
    partial.retainAll(staysPartial);
    partial.removeAll(context.stored.get(tensor).splitAxes());
    if (alike.size() > 1) {
      partial.clear();
    }
    Sharding target = context.stored.get(tensor).withPartial(partial);
    Reason reason = context.storage.reason(tensor, span, null);
    List<Placed> ready = new ArrayList<>();
    alike.forEach(
        (sharding, group) ->
            ready.add(nodes.at(sum(tensor, sharding, group, span), target, reason)));
    return sum(tensor, target, ready, span);
  }

  private Placed sum(Tensor tensor, Sharding sharding, List<Placed> group, Span span) {
    if (group.size() == 1) {
      return group.get(0);
    }
    String name = name(tensor);
    Placed made = placed(tensor, sharding, Value.BEFORE);
    Value value = Kernels.addition(nodes, "add." + name, name, made, group, span);
    return placed(tensor, sharding, value);
  }

  static String name(Tensor tensor) {
    return "d" + tensor.name();
  }
}
