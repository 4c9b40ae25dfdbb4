package io.heddle.processor.oracle;

import io.heddle.processor.local.LocalNode.Compute;
import io.heddle.processor.local.Sharding;
import io.heddle.processor.model.Operand;
import io.heddle.processor.model.Operation.Attend;
import io.heddle.processor.model.Operation.Einsum;
import io.heddle.processor.model.Operation.Lookup;
import io.heddle.processor.model.Tensor;
import io.heddle.processor.model.Weight;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.IntFunction;

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
    Sharding keys = tape.run().keys(op, node.assignment());
    List<Tensor> three = List.of(op.q(), op.k(), op.v());
    for (int i = 0; i < three.size(); i++) {
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
          rank ->
              new Attention(
                      op,
                      tape.read(node, op.q(), rank),
                      tape.saved(node, op.k(), keys).part(rank),
                      tape.saved(node, op.v(), keys).part(rank),
                      tape.grid().begin(node.assignment(), op.over(), rank))
                  .gradients(gradient.part(rank))
                  .get(of));
    }
  }
}
