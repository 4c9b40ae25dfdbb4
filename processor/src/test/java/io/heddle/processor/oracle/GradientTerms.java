package io.heddle.processor.oracle;

import io.heddle.processor.model.Block;
import io.heddle.processor.model.Operand;
import io.heddle.processor.model.Operation;
import io.heddle.processor.model.Operation.Alias;
import io.heddle.processor.model.Operation.PointWise;
import io.heddle.processor.model.Tensor;
import io.heddle.processor.program.LocalNode.Compute;
import io.heddle.processor.program.LocalNode.Shape;
import io.heddle.processor.program.Section;
import io.heddle.processor.program.Sharding;
import io.heddle.processor.program.Value;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What the backward pass of a block has made of the gradient of each tensor: a term for each use.
 */
final class GradientTerms {
  private final Grid grid;
  private final ForwardRun forward;
  private final Block block;
  private final Contents contents;
  private final Map<Tensor, Set<Value>> terms = new HashMap<>();

  /** The sums of gradients that have several terms. */
  private final Map<Tensor, Value> added = new HashMap<>();

  /** Operations before this one in the block have not been derived yet. */
  private int done;

  GradientTerms(Grid grid, ForwardRun forward, Contents contents) {
    this.grid = grid;
    this.forward = forward;
    this.block = forward.program().block();
    this.contents = contents;
    this.done = block.operations().size();
  }

  static String name(Operand operand) {
    return "d" + operand.name();
  }

  /** The gradient of the block's result. */
  void begin(Spread gradient) {
    arrive(block.result(), Section.RESULT_GRADIENT, gradient);
  }

  /** A term that a node makes and adds no others to. */
  void arrive(Tensor tensor, Value value, Spread gradient) {
    contents.put(value, name(tensor), gradient);
    terms.computeIfAbsent(tensor, unused -> new LinkedHashSet<>()).add(value);
  }

  /** Whether anything depends on the tensor. */
  boolean used(Tensor tensor) {
    return terms.containsKey(tensor);
  }

  private int producer(Tensor tensor) {
    List<Operation> operations = block.operations();
    for (int i = 0; i < operations.size(); i++) {
      if (operations.get(i).results().contains(tensor)) {
        return i;
      }
    }
    return -1;
  }

  /** All uses of the tensor are behind: what follows its operation has been derived. */
  void reachAfter(Tensor tensor) {
    passSums(producer(tensor) + 1);
  }

  /** As {@link #reachAfter}; if a sum made the tensor, its terms have their gradients as well. */
  void reach(Tensor tensor) {
    passSums(producer(tensor));
  }

  /** The block's argument is reached. */
  void reachArgument() {
    passSums(0);
  }

  /** Sums make no node: from {@code index} on, their gradients become those of their terms. */
  private void passSums(int index) {
    for (; done > Math.max(0, index); done--) {
      if (block.operations().get(done - 1) instanceof PointWise sum && sum.isSum()) {
        pass(sum);
      } else if (block.operations().get(done - 1) instanceof Alias alias && !alias.isDetached()) {
        pass(alias);
      }
    }
  }

  /** A name makes no node either: what the gradient was brought to becomes that of its tensor. */
  private void pass(Alias alias) {
    Tensor result = alias.result();
    Set<Value> all = Set.copyOf(terms.getOrDefault(result, Set.of()));
    boolean moves = !alias.renamed().isEmpty() || forward.isPinned(result);
    if (moves && !all.isEmpty()) {
      Value made = added.getOrDefault(result, terms.get(result).iterator().next());
      Value value = contents.last(made, name(result));
      Spread last = contents.get(value, name(result));
      Sharding stored = forward.saved(result).sharding().withPartial(last.sharding().partial());
      pass(alias, value, last.to(stored, List.of()));
    } else {
      all.forEach(value -> pass(alias, value, contents.get(value, name(result))));
    }
  }

  private void pass(Alias alias, Value value, Spread gradient) {
    Spread renamed = gradient.renamed(Names.back(alias));
    String name = name(alias.input());
    boolean too = contents.has(value, name);
    contents.put(value, name, too ? plus(contents.get(value, name), renamed) : renamed);
    terms.computeIfAbsent(alias.input(), unused -> new LinkedHashSet<>()).add(value);
  }

  private void pass(PointWise sum) {
    if (!used(sum.result())) {
      return;
    }
    String name = name(sum.result());
    Sharding stored = forward.saved(sum.result()).sharding();
    Value made = added.getOrDefault(sum.result(), terms.get(sum.result()).iterator().next());
    Value value = contents.brought(made, name, stored);
    if (value == null) {
      throw new AssertionError(name + " is not brought to " + stored);
    }
    for (Operand operand : sum.inputs()) {
      if (operand instanceof Tensor term && term.dims().size() == sum.result().dims().size()) {
        Spread gradient = contents.get(value, name).to(stored, List.of());
        if (contents.has(value, name(term))) {
          // The kernel that made the sum's gradient made one of the term too.
          contents.put(value, name(term), plus(contents.get(value, name(term)), gradient));
        } else {
          contents.alias(value, name, name(term));
          if (!contents.get(value, name).sharding().equals(stored)) {
            contents.put(value, name(term), gradient);
          }
        }
        terms.computeIfAbsent(term, unused -> new LinkedHashSet<>()).add(value);
      }
    }
  }

  private Spread plus(Spread one, Spread other) {
    return Spread.of(
        grid, one.dims(), one.sharding(), rank -> one.part(rank).plus(other.part(rank)));
  }

  /** A kernel that adds the terms of a gradient. */
  void add(Compute node, Tensor tensor) {
    reachAfter(tensor);
    List<Spread> all = new ArrayList<>();
    for (Value input : node.inputs()) {
      all.add(contents.get(input, name(tensor)));
    }
    Sharding alike = node.assignment().withPartial(all.get(0).sharding().partial());
    Spread sum =
        Spread.of(
            grid,
            tensor.dims(),
            alike,
            rank ->
                all.stream()
                    .map(term -> Contents.sliced(term, alike, node).part(rank))
                    .reduce(Array::plus)
                    .orElseThrow());
    contents.put(node.output(), name(tensor), sum);
    added.put(tensor, node.output());
  }

  /** A gradient as the node reads it; {@code partial} if the node can do with terms of it. */
  Spread read(Compute node, Tensor of, boolean partial) {
    // Where there are several terms, only their sum will do.
    Sharding wanted = node.assignment().restrictedTo(of.dims());
    Spread found = contents.findGradient(node, name(of), added.get(of), wanted);
    Contents.require(found != null, node, "does not wait for " + name(of));
    return Contents.sliced(
        found, partial ? wanted.withPartial(found.sharding().partial()) : wanted, node);
  }

  /** A gradient that a kernel makes, with terms that lie alike and that it adds at once. */
  void make(Compute node, Tensor of, Spread own) {
    Spread sum = own;
    Set<Value> waiting = terms.getOrDefault(of, Set.of());
    if (own.sharding().partial().isEmpty() && addsTerms(node)) {
      for (Value term : List.copyOf(waiting)) {
        if (node.inputs().contains(term)
            && contents.get(term, name(of)).sharding().equals(own.sharding())) {
          sum = plus(sum, contents.get(term, name(of)));
          waiting.remove(term);
        }
      }
    }
    arrive(of, node.output(), sum);
  }

  /** Kernels that read a gradient anyway add others to it; products and attention do not. */
  private static boolean addsTerms(Compute node) {
    return node.shape() instanceof Shape.Elements;
  }
}
