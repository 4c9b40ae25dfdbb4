package io.heddle.processor.lower;

import io.heddle.plan.KernelKind;
import io.heddle.processor.lower.NodeList.Kernel;
import io.heddle.processor.model.Dim;
import io.heddle.processor.model.Operation.Attend;
import io.heddle.processor.model.Ragged;
import io.heddle.processor.model.ScoreChanges;
import io.heddle.processor.model.Tensor;
import io.heddle.processor.model.VisibleKeys;
import io.heddle.processor.model.Weight;
import io.heddle.processor.program.KernelFunction;
import io.heddle.processor.program.LocalNode.Compute;
import io.heddle.processor.program.LocalNode.Ring;
import io.heddle.processor.program.LocalNode.Shape;
import io.heddle.processor.program.Sharding;
import io.heddle.processor.program.Size;
import io.heddle.processor.program.Value;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * Attention as one kernel that keeps no scores: it reads q, k and v and writes the result; backward
 * it computes the scores again (Dao et al. 2022, arXiv:2205.14135).
 *
 * <p>Where keys and values go round a ring of n ranks, it is n such kernels, each on the keys and
 * values of one rank. Causal work is balanced: the i-th rank has the i-th piece of the sequence
 * from the front and the i-th from the back (Grattafiori et al. 2024, arXiv:2407.21783, section
 * 3.3.2), so that each rank computes half of the pairs of each step.
 */
final class Attention {
  private Attention() {}

  /**
   * The nodes that make the gradients.
   *
   * @param queries of q
   * @param keys of k and v
   */
  record Gradients(Value queries, Value keys) {}

  /**
   * How a kernel reads keys and values.
   *
   * @param keyBytes bytes of an element of the keys
   * @param valueBytes bytes of an element of the values
   * @param valuesInKeys whether values are a part of the keys, and read with them
   */
  record Read(Size keyBytes, Size valueBytes, boolean valuesInKeys) {
    static Read of(BlockContext context, NodeList nodes, Attend op) {
      boolean cached = Caches.holdsKeys(context, op);
      Size ofCache = Caches.elementBytes(context.plan.inference());
      return new Read(
          cached ? ofCache : nodes.elementBytes(op.k()),
          cached ? ofCache : nodes.elementBytes(op.v()),
          Caches.hasValuesInKeys(context, op));
    }
  }

  /**
   * The forward pass.
   *
   * @param read how it reads k and v
   * @param inputs what makes q, k and v, as {@code sides} wants them
   */
  static Value forward(
      NodeList nodes, Attend op, AttentionAssignment sides, Read read, List<Value> inputs) {
    Ragged row = op.visible().ragged();
    if (row != null) {
      return RaggedAttention.forward(nodes, op, sides, read, row, inputs);
    }
    if (sides.near() != null) {
      return new NearAttention(nodes, op, sides, sides.near()).forward(inputs);
    }
    Sharding assignment = sides.queries();
    Size result = nodes.bytes(op.result(), assignment);
    Size bytes =
        bytes(
            nodes,
            op,
            sides,
            read,
            tensor -> assignment.elements(tensor.dims()),
            tensor -> sides.keys().elements(tensor.dims()));
    Shape.Attention shape = Kernels.attention(op, assignment, sides.keys());
    Size pairs = twicePairs(op, sides, shape);
    Size operations = Kernels.attentionOperations(shape, pairs, 1, 1);
    Kernel kernel =
        new Kernel(
            op.name(),
            function(op),
            shape,
            Size.sum(
                operations, Kernels.scoreOperations(op, shape, pairs, ScoreChanges.CAP_FORWARD)),
            bytes,
            operations,
            assignment,
            op.span());
    if (sides.ring().isEmpty()) {
      return nodes.compute(kernel, op.name(), inputs);
    }
    Compute first = nodes.ofRing(nodes.part(kernel, op.name(), inputs));
    nodes.add(
        new Ring(
            first,
            Size.sum(first.bytes(), result),
            nodes.inLayoutOrder(sides.ring()),
            travellers(op),
            keyBytes(nodes, op, sides),
            inputs.subList(1, 3),
            null,
            null));
    return first.output();
  }

  /**
   * Bytes that a forward kernel moves.
   *
   * @param queries elements of q, and of the result
   * @param keys elements of k, and of v
   */
  static Size bytes(
      NodeList nodes,
      Attend op,
      AttentionAssignment sides,
      Read read,
      Function<Tensor, Size> queries,
      Function<Tensor, Size> keys) {
    List<Size> bytes = new ArrayList<>();
    bytes.add(Size.product(queries.apply(op.q()), nodes.elementBytes(op.q())));
    bytes.add(Size.product(keys.apply(op.k()), read.keyBytes()));
    if (!read.valuesInKeys()) {
      bytes.add(Size.product(keys.apply(op.v()), read.valueBytes()));
    }
    Weight sinks = op.scores().sinks();
    if (sinks != null) {
      bytes.add(nodes.bytes(sinks, sides.queries()));
    }
    bytes.add(Size.product(queries.apply(op.result()), nodes.elementBytes(op.result())));
    return Size.sum(bytes);
  }

  /**
   * The backward pass.
   *
   * @param inputs what makes the gradient of the result, and q, k and v
   */
  static Gradients backward(
      NodeList nodes, Attend op, AttentionAssignment sides, List<Value> inputs) {
    if (sides.near() != null) {
      return new NearAttention(nodes, op, sides, sides.near()).backward(inputs);
    }
    Sharding assignment = sides.queries();
    List<Size> bytes = new ArrayList<>();
    bytes.add(Size.product(Size.of(2), nodes.bytes(op.result(), assignment)));
    for (Tensor tensor : List.of(op.q(), op.k(), op.v())) {
      bytes.add(Size.product(Size.of(2), nodes.bytes(tensor, sides.of(op, tensor).sharding())));
    }
    Weight sinks = op.scores().sinks();
    if (sinks != null) {
      bytes.add(nodes.bytes(sinks, assignment));
      bytes.add(nodes.accumulated(sinks, assignment));
    }
    Shape.Attention shape = Kernels.attention(op, assignment, sides.keys());
    Size pairs = twicePairs(op, sides, shape);
    Kernel kernel =
        new Kernel(
            op.name() + ".dx",
            function(op),
            shape.gradients(),
            // Scores again, dV, dP, dQ, dK: only the last four are the model's own work.
            Size.sum(
                Kernels.attentionOperations(shape, pairs, 3, 2),
                Kernels.scoreOperations(op, shape, pairs, ScoreChanges.CAP_BACKWARD)),
            Size.sum(bytes),
            Kernels.attentionOperations(shape, pairs, 2, 2),
            assignment,
            op.span());
    if (sides.ring().isEmpty()) {
      Value all = nodes.compute(kernel, "d" + op.name() + "Inputs", inputs);
      return new Gradients(all, all);
    }
    Compute first = nodes.ofRing(nodes.part(kernel, "d" + op.name() + "Queries", inputs));
    Compute sum = sum(nodes, op, sides, first);
    nodes.add(
        new Ring(
            first,
            Size.sum(first.bytes(), nodes.bytes(op.q(), assignment)),
            nodes.inLayoutOrder(sides.ring()),
            travellers(op),
            keyBytes(nodes, op, sides),
            inputs.subList(2, 4),
            sum,
            null));
    return new Gradients(first.output(), sum.output());
  }

  /** Twice the pairs of a kernel; of a step of a ring an equal part of those of all steps. */
  private static Size twicePairs(Attend op, AttentionAssignment sides, Shape.Attention shape) {
    if (sides.ring().isEmpty() || op.visible().prefix() == null) {
      return Kernels.twicePairs(op, shape);
    }
    Sharding whole = sides.keys().restrictedTo(without(op.k().dims(), op.keys()));
    Shape.Attention all = Kernels.attention(op, sides.queries(), whole);
    return Size.share(VisiblePairs.twice(op, all), sides.ring());
  }

  /** The dimensions but one. */
  static List<Dim> without(List<Dim> dims, Dim one) {
    return dims.stream().filter(dim -> !dim.equals(one)).toList();
  }

  /** The kernel that adds the gradients of keys and values that have come to those of a step. */
  private static Compute sum(NodeList nodes, Attend op, AttentionAssignment sides, Compute step) {
    Size elements = keyElements(op, sides);
    Kernel kernel =
        new Kernel(
            op.name() + ".dx.sum",
            KernelFunction.ADD,
            new Shape.Elements(elements),
            elements,
            Size.product(Size.of(3), keyBytes(nodes, op, sides)),
            Size.ZERO,
            sides.keys().restrictedTo(op.k().dims()),
            op.span());
    return nodes.ofRing(nodes.part(kernel, "d" + op.name() + "Keys", List.of(step.output())));
  }

  /** Bytes of a rank's keys and values. */
  private static Size keyBytes(NodeList nodes, Attend op, AttentionAssignment sides) {
    Size ofKey = nodes.elementBytes(op.k());
    return ofKey.equals(nodes.elementBytes(op.v()))
        ? Size.product(keyElements(op, sides), ofKey)
        : Size.sum(nodes.bytes(op.k(), sides.keys()), nodes.bytes(op.v(), sides.keys()));
  }

  private static Size keyElements(Attend op, AttentionAssignment sides) {
    return Size.sum(sides.keys().elements(op.k().dims()), sides.keys().elements(op.v().dims()));
  }

  static List<String> travellers(Attend op) {
    return List.of(op.k().name(), op.v().name());
  }

  static KernelFunction function(Attend op) {
    StringBuilder title = new StringBuilder("attention");
    VisibleKeys visible = op.visible();
    title.append(visible.causal() ? " causal" : "");
    title.append(visible.window() != null ? " window" : "");
    title.append(visible.chunk() != null ? " chunks" : "");
    title.append(visible.prefix() != null ? " prefix" : "");
    title.append(op.selected() != null ? " selected" : "");
    title.append(visible.hasCache() ? " cache" : "");
    title.append(op.scores().softcap() != null ? " softcap" : "");
    return new KernelFunction(KernelKind.ATTENTION, title.toString());
  }
}
