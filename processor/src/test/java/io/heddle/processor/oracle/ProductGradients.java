package io.heddle.processor.oracle;

import io.heddle.processor.model.Operand;
import io.heddle.processor.model.Operation.Attend;
import io.heddle.processor.model.Operation.Einsum;
import io.heddle.processor.model.Operation.Lookup;
import io.heddle.processor.model.Operation.Select;
import io.heddle.processor.model.Tensor;
import io.heddle.processor.model.Weight;
import io.heddle.processor.program.LocalNode.Compute;
import io.heddle.processor.program.LocalNode.Ring;
import io.heddle.processor.program.Sharding;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/** Gradients of products, look-ups and attention. */
final class ProductGradients {
  private final Tape tape;

  ProductGradients(Tape tape) {
    this.tape = tape;
  }

  boolean derive(Compute node, String name, Einsum op) {
    for (Operand of : op.inputs()) {
      Operand other = of == op.left() ? op.right() : op.left();
      String own =
          op.name()
              + (of instanceof Weight ? ".dw" : other instanceof Weight ? ".dx" : ".d" + of.name());
      if (name.equals(own)) {
        Spread gradient = tape.gradient(node, op.result());
        IntFunction<Array> part =
            rank -> Array.einsum(of.dims(), gradient.part(rank), tape.read(node, other, rank));
        if (of instanceof Tensor tensor) {
          tape.make(node, tensor, part);
        } else {
          tape.makeWeight(node, (Weight) of, part);
        }
        return true;
      }
    }
    return false;
  }

  void lookup(Compute node, Lookup op) {
    Spread gradient = tape.gradient(node, op.result());
    Array ids = WholeRun.ids(tape.run().problem(), op);
    tape.makeWeight(
        node,
        op.table(),
        rank ->
            Array.einsum(
                op.table().dims(),
                tape.grid().part(ids, node.assignment(), rank),
                gradient.part(rank)));
  }

  /** A rank that has part of the queries makes terms of the gradients of all keys. */
  void attend(Compute node, Attend op) {
    Spread gradient = tape.gradient(node, op.result());
    attend(node, op, gradient, List.of(0, 1, 2), op.inputs());
    sinks(node, op, gradient);
    if (op.selected() != null) {
      tape.make(
          node, op.selected().indices(), rank -> attention(node, op, op.inputs(), rank).target());
    }
  }

  /** Selected keys, as they were chosen: their queries and keys have the gradients of a loss. */
  void select(Compute node, Select op) {
    Spread target = tape.gradient(node, op.result());
    Spread indices = tape.saved(node, op.result());
    Sharding keys = RankRun.without(op.keys(), node.assignment());
    for (Tensor tensor : op.tensors()) {
      Sharding lies = Tape.lies(node.assignment(), tensor.dims());
      if (tensor.equals(op.k())) {
        Set<String> partial = new TreeSet<>(lies.partial());
        partial.addAll(node.assignment().of(op.over()));
        lies = keys.restrictedTo(tensor.dims()).withPartial(partial);
      }
      tape.make(
          node,
          tensor,
          lies,
          rank ->
              new Selection(
                      op,
                      tape.saved(node, op.q()).part(rank),
                      tape.saved(node, op.k(), keys).part(rank),
                      op.weights() == null ? null : tape.saved(node, op.weights()).part(rank),
                      tape.grid().begin(node.assignment(), op.over(), rank),
                      tape.grid().size(op.count()))
                  .gradients(indices.part(rank), target.part(rank))
                  .get(tensor));
    }
  }

  /**
   * Attention as it was.
   *
   * @param read the operands that the node needs
   */
  private Attention attention(Compute node, Attend op, List<? extends Operand> read, int rank) {
    Sharding keys = tape.run().keys(op, node.assignment());
    return new Attention(
            op,
            part(node, op.q(), node.assignment(), read, rank),
            part(node, op.k(), keys, read, rank),
            part(node, op.v(), keys, read, rank),
            sink(node, op, rank),
            tape.grid().begin(node.assignment(), op.over(), rank))
        .to(op.selected() == null ? null : tape.saved(node, op.selected().indices()).part(rank));
  }

  /**
   * Whether the node is one of those that make the gradients of attention that stores its scores.
   */
  boolean unfused(Compute node, String name, Attend op) {
    if (!name.startsWith(op.name() + ".")) {
      return false;
    }
    String scores = "d" + op.name() + ".scores";
    Contents contents = tape.contents();
    switch (name.substring(op.name().length() + 1)) {
      case "dv" -> attend(node, op, tape.gradient(node, op.result()), List.of(2), List.of());
      case "dscores" -> {
        tape.saved(node, op.v(), tape.run().keys(op, node.assignment()));
        contents.put(node.output(), scores, tape.gradient(node, op.result()));
      }
      case "softmax.dx" -> {
        Spread carried = carried(node, scores);
        sinks(node, op, carried);
        contents.put(node.output(), scores, carried);
      }
      case "dq" -> attend(node, op, carried(node, scores), List.of(0), List.of(op.k()));
      case "dk" -> attend(node, op, carried(node, scores), List.of(1), List.of(op.q()));
      default -> {
        return false;
      }
    }
    return true;
  }

  private Array part(
      Compute node, Tensor tensor, Sharding lies, List<? extends Operand> read, int rank) {
    return read.contains(tensor)
        ? tape.saved(node, tensor, lies).part(rank)
        : tape.grid().part(tape.whole(tensor), lies, rank);
  }

  private Spread carried(Compute node, String scores) {
    Spread found = tape.contents().find(node, scores);
    Contents.require(found != null, node, "does not wait for the gradient of the scores");
    return found;
  }

  /**
   * Makes some of the gradients.
   *
   * @param read the operands that the node needs; for the others stand the scores, which are kept
   */
  private void attend(
      Compute node, Attend op, Spread gradient, List<Integer> which, List<? extends Operand> read) {
    Sharding keys = tape.run().keys(op, node.assignment());
    List<Tensor> three = List.of(op.q(), op.k(), op.v());
    for (int i : which) {
      int of = i;
      Tensor tensor = three.get(i);
      Sharding lies = Tape.lies(node.assignment(), tensor.dims());
      if (i > 0) {
        Set<String> partial = new TreeSet<>(lies.partial());
        partial.addAll(node.assignment().of(op.over()));
        lies = keys.restrictedTo(tensor.dims()).withPartial(partial);
      }
      tape.make(
          node,
          tensor,
          lies,
          rank -> attention(node, op, read, rank).gradients(gradient.part(rank)).get(of));
    }
  }

  /**
   * The gradients of queries stay where they are made, those of keys and values come home: each
   * rank adds its terms to them as they pass.
   */
  void ring(Ring ring, Attend op) {
    Compute node = ring.kernel();
    Spread gradient = tape.gradient(node, op.result());
    Spread allKeys = round(ring, op, op.k());
    Spread allValues = round(ring, op, op.v());
    Spread k = reached(ring, op, allKeys, allKeys, allValues);
    Spread v = reached(ring, op, allValues, allKeys, allValues);
    IntFunction<List<Array>> gradients =
        rank ->
            new Attention(
                    op,
                    tape.saved(node, op.q()).part(rank),
                    k.part(rank),
                    v.part(rank),
                    sink(node, op, rank),
                    tape.grid().begin(node.assignment(), op.over(), rank))
                .gradients(gradient.part(rank));
    tape.make(node, op.q(), rank -> gradients.apply(rank).get(0));
    sinks(node, op, gradient);
    Compute sum = Objects.requireNonNull(ring.sum());
    List<Tensor> round = List.of(op.k(), op.v());
    for (int i = 0; i < round.size(); i++) {
      int of = i + 1;
      Tensor tensor = round.get(i);
      Sharding home = Tape.lies(node.assignment(), tensor.dims());
      Set<String> partial = new TreeSet<>(home.partial());
      partial.addAll(ring.axes());
      Sharding all = tape.run().keys(op, node.assignment()).restrictedTo(tensor.dims());
      Spread terms =
          Spread.of(
              tape.grid(),
              tensor.dims(),
              all.withPartial(partial),
              rank -> gradients.apply(rank).get(of));
      tape.make(sum, tensor, home, terms.to(home, ring.axes())::part);
    }
  }

  private Spread reached(Ring ring, Attend op, Spread whole, Spread k, Spread v) {
    return NearRun.reached(ring, op, tape.grid(), tape.run().problem().sizes(), whole, k, v);
  }

  private @Nullable Array sink(Compute node, Attend op, int rank) {
    Weight sinks = op.scores().sinks();
    return sinks == null ? null : tape.read(node, sinks, rank);
  }

  /** The gradient of sinks, from scores that stand for themselves. */
  private void sinks(Compute node, Attend op, Spread gradient) {
    Weight sinks = op.scores().sinks();
    if (sinks == null) {
      return;
    }
    tape.makeWeight(
        node,
        sinks,
        rank -> attention(node, op, List.of(), rank).sinkGradient(gradient.part(rank)));
  }

  private Spread round(Ring ring, Attend op, Tensor tensor) {
    Compute node = ring.kernel();
    Sharding all = tape.run().keys(op, node.assignment()).restrictedTo(tensor.dims());
    return tape.saved(node, tensor).to(all, ring.axes());
  }
}
