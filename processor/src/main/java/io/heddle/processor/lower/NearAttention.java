package io.heddle.processor.lower;

import io.heddle.processor.lower.Attention.Gradients;
import io.heddle.processor.lower.AttentionAssignment.Near;
import io.heddle.processor.lower.NodeList.Kernel;
import io.heddle.processor.model.Dim;
import io.heddle.processor.model.Operation.Attend;
import io.heddle.processor.model.ScoreChanges;
import io.heddle.processor.model.Tensor;
import io.heddle.processor.model.Weight;
import io.heddle.processor.program.KernelFunction;
import io.heddle.processor.program.LocalNode.Compute;
import io.heddle.processor.program.LocalNode.Reach;
import io.heddle.processor.program.LocalNode.Ring;
import io.heddle.processor.program.LocalNode.Shape;
import io.heddle.processor.program.Size;
import io.heddle.processor.program.Value;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Attention of which each rank needs, beside its own keys and values, those of its neighbours that
 * a window reaches. They come before one kernel, or beside one on the rank's own keys, behind which
 * a second one does the rest. Backward they come again, and their gradients go back.
 */
final class NearAttention {
  private final NodeList nodes;
  private final Attend op;
  private final AttentionAssignment sides;
  private final Near near;
  private final NearKeys keys;

  NearAttention(NodeList nodes, Attend op, AttentionAssignment sides, Near near) {
    this.nodes = nodes;
    this.op = op;
    this.sides = sides;
    this.near = near;
    this.keys = new NearKeys(op, sides, near);
  }

  /** The forward pass; {@code inputs} make q, k and v. */
  Value forward(List<Value> inputs) {
    Size result = bytesOf(op.result(), ownQueries());
    Compute first =
        first(op.name(), Size.sum(queries(1), result), 1, ScoreChanges.CAP_FORWARD, inputs);
    Compute rest =
        rest(
            op.name(),
            Size.sum(
                bytesOf(op.q(), keys.queries()),
                Size.product(Size.of(2), bytesOf(op.result(), keys.queries()))),
            1,
            ScoreChanges.CAP_FORWARD,
            first);
    nodes.add(ring(first, inputs.subList(1, 3), null, rest));
    return first.output();
  }

  /** The backward pass; {@code inputs} make the gradient of the result, and q, k and v. */
  Gradients backward(List<Value> inputs) {
    Size result = bytesOf(op.result(), ownQueries());
    Compute first =
        first(
            op.name() + ".dx",
            Size.sum(Size.product(Size.of(2), result), queries(2)),
            2,
            ScoreChanges.CAP_BACKWARD,
            inputs);
    Compute rest =
        rest(
            op.name() + ".dx",
            Size.sum(
                Size.product(Size.of(3), bytesOf(op.q(), keys.queries())),
                Size.product(Size.of(2), bytesOf(op.result(), keys.queries()))),
            2,
            ScoreChanges.CAP_BACKWARD,
            first);
    Compute sum = sum(first);
    nodes.add(ring(first, inputs.subList(2, 4), sum, rest));
    return new Gradients(first.output(), sum.output());
  }

  private Ring ring(Compute first, List<Value> own, @Nullable Compute sum, @Nullable Compute rest) {
    return new Ring(
        first,
        first.bytes(),
        nodes.inLayoutOrder(near.axes()),
        Attention.travellers(op),
        bytesOfKeys(keys.piece()),
        own,
        sum,
        new Reach(bytesOfKeys(keys.reach()), keys.side(), bytesOfKeys(keys.tokens()), rest));
  }

  /** Bytes of queries that are moved so often, with the sinks. */
  private Size queries(int times) {
    Size bytes = Size.product(Size.of(times), bytesOf(op.q(), ownQueries()));
    Weight sinks = op.scores().sinks();
    if (sinks == null) {
      return bytes;
    }
    Size scores = nodes.bytes(sinks, sides.queries());
    return times == 1
        ? Size.sum(bytes, scores)
        : Size.sum(bytes, scores, nodes.accumulated(sinks, sides.queries()));
  }

  /**
   * The first kernel: on the rank's own keys, or on all.
   *
   * @param bytes that it moves beside keys and values
   * @param direction 1 forward, 2 backward: how often it moves keys and values
   */
  private Compute first(String name, Size bytes, int direction, int cap, List<Value> inputs) {
    Size tokens = near.beside() ? ownKeys() : Size.sum(ownKeys(), keys.tokens());
    Size pairs = near.beside() ? keys.twiceOwn() : keys.all();
    Kernel kernel =
        kernel(name, shape(queriesOf(ownQueries()), tokens, direction), pairs, bytes, tokens, cap);
    String made = direction == 1 ? op.name() : "d" + op.name() + "Queries";
    return nodes.ofRing(nodes.part(kernel, made, inputs));
  }

  /** The kernel on keys of others; null where the first one waits for them. */
  private @Nullable Compute rest(String name, Size bytes, int direction, int cap, Compute first) {
    if (!near.beside()) {
      return null;
    }
    Size tokens = keys.tokens();
    Kernel kernel =
        kernel(
            name + ".near",
            shape(queriesOf(keys.queries()), tokens, direction),
            keys.twiceRest(),
            bytes,
            tokens,
            cap);
    return nodes.ofRing(nodes.part(kernel, name + "Near", List.of(first.output())));
  }

  private Kernel kernel(
      String name, Shape.Attention shape, Size twicePairs, Size bytes, Size tokens, int cap) {
    boolean backward = shape.backward();
    // Backward: scores again, dV, dP, dQ, dK; only the last four are the model's own work.
    Size operations =
        Kernels.attentionOperations(shape, twicePairs, backward ? 3 : 1, backward ? 2 : 1);
    return new Kernel(
        name,
        Attention.function(op),
        shape,
        Size.sum(operations, Kernels.scoreOperations(op, shape, twicePairs, cap)),
        Size.sum(bytes, Size.product(Size.of(backward ? 2 : 1), bytesOfKeys(tokens))),
        backward ? Kernels.attentionOperations(shape, twicePairs, 2, 2) : operations,
        sides.queries(),
        op.span());
  }

  private Compute sum(Compute first) {
    Size elements = Size.product(keys.tokens(), elementsOfKeys());
    Kernel kernel =
        new Kernel(
            op.name() + ".dx.sum",
            KernelFunction.ADD,
            new Shape.Elements(elements),
            elements,
            Size.product(Size.of(3), bytesOfKeys(keys.tokens())),
            Size.ZERO,
            sides.keys().restrictedTo(op.k().dims()),
            op.span());
    return nodes.ofRing(nodes.part(kernel, "d" + op.name() + "Keys", List.of(first.output())));
  }

  private Shape.Attention shape(Size queries, Size tokens, int direction) {
    Shape.Attention of = Kernels.attention(op, sides.queries(), sides.keys());
    return new Shape.Attention(of.batch(), queries, tokens, of.k(), of.n(), direction == 2);
  }

  /** The queries of so many tokens: those of all heads that read the same keys. */
  private Size queriesOf(Size tokens) {
    List<Dim> heads = new ArrayList<>(op.q().dims());
    heads.removeAll(op.k().dims());
    heads.removeAll(List.of(op.over(), op.scoreDim()));
    return Size.product(tokens, sides.queries().elements(heads));
  }

  private Size ownQueries() {
    return new Size.Extent(op.over(), sides.queries().of(op.over()));
  }

  private Size ownKeys() {
    return new Size.Extent(op.keys(), sides.keys().of(op.keys()));
  }

  /** Bytes of so many tokens of a tensor that lies as queries do. */
  private Size bytesOf(Tensor tensor, Size tokens) {
    return Size.product(
        tokens,
        sides.queries().elements(Attention.without(tensor.dims(), op.over())),
        nodes.elementBytes(tensor));
  }

  private Size bytesOfKeys(Size tokens) {
    Size ofKey = nodes.elementBytes(op.k());
    if (ofKey.equals(nodes.elementBytes(op.v()))) {
      return Size.product(tokens, elementsOfKeys(), ofKey);
    }
    return Size.sum(
        Size.product(tokens, elementsOf(op.k()), ofKey),
        Size.product(tokens, elementsOf(op.v()), nodes.elementBytes(op.v())));
  }

  /** Elements of the keys and values of a token. */
  private Size elementsOfKeys() {
    return Size.sum(elementsOf(op.k()), elementsOf(op.v()));
  }

  private Size elementsOf(Tensor keysOrValues) {
    return sides.keys().elements(Attention.without(keysOrValues.dims(), op.keys()));
  }
}
