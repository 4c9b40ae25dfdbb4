package io.heddle.processor.lower;

import io.heddle.plan.KernelKind;
import io.heddle.processor.lower.NodeList.Kernel;
import io.heddle.processor.model.Function;
import io.heddle.processor.model.NormKind;
import io.heddle.processor.model.Operation.Attend;
import io.heddle.processor.model.ScoreChanges;
import io.heddle.processor.model.Weight;
import io.heddle.processor.program.KernelFunction;
import io.heddle.processor.program.LocalNode.Shape;
import io.heddle.processor.program.Saved;
import io.heddle.processor.program.Size;
import io.heddle.processor.program.Size.Format;
import io.heddle.processor.program.Value;
import java.util.ArrayList;
import java.util.List;

/**
 * Attention as separate kernels, with the scores in memory: a product of queries and keys, a
 * softmax, perhaps dropout, a product with the values; backward four products, and no score is
 * computed again. A causal product skips the masked half of its pairs; what is stored is the whole
 * square.
 */
final class UnfusedAttention {
  private final NodeList nodes;
  private final Attend op;
  private final AttentionAssignment sides;
  private static final KernelFunction SOFTMAX =
      new KernelFunction(KernelKind.NORM, NormKind.SOFTMAX.word());
  private static final KernelFunction DROPOUT = KernelFunction.pointWise("dropout");

  private final Shape.Attention shape;
  private final Size scores;

  UnfusedAttention(NodeList nodes, Attend op, AttentionAssignment sides) {
    this.nodes = nodes;
    this.op = op;
    this.sides = sides;
    this.shape = Kernels.attention(op, sides.queries(), sides.keys());
    this.scores = Size.product(shape.batch(), shape.queries(), shape.keys());
  }

  /** The kernels that make the gradients of q, k and v. */
  record Gradients(Value q, Value k, Value v) {}

  /** The result, from what makes q, k and v. */
  Value forward(List<Value> inputs) {
    Value product = byDepth("scores", "Scores", ofQ(), ofK(), inputs.subList(0, 2));
    Value shares =
        pointWise(
            "softmax",
            "Shares",
            SOFTMAX,
            NormKind.SOFTMAX.forward() + cap(ScoreChanges.CAP_FORWARD),
            Size.sum(Size.product(Size.of(2), bytes()), ofSinks(false)),
            product);
    if (op.scores().dropout()) {
      Size moved = Size.sum(Size.product(Size.of(2), bytes()), scores);
      shares = pointWise("dropout", "Dropped", DROPOUT, Function.DROPOUT.forward(), moved, shares);
    }
    return gemm(
        op.name(),
        op.name(),
        new Shape.Gemm(shape.batch(), shape.queries(), shape.keys(), shape.n()),
        0,
        1,
        List.of(bytes(), ofV(), ofResult()),
        List.of(shares, inputs.get(2)));
  }

  /** The gradients, from what makes that of the result, and q, k and v. */
  Gradients backward(Value gradient, Value q, Value k, Value v) {
    Value dv =
        gemm(
            op.name() + ".dv",
            "d" + op.name() + "Values",
            new Shape.Gemm(shape.batch(), shape.keys(), shape.queries(), shape.n()),
            0,
            1,
            List.of(bytes(), ofResult(), ofV()),
            List.of(gradient));
    Value dShares =
        gemm(
            op.name() + ".dscores",
            "d" + op.name() + "Shares",
            new Shape.Gemm(shape.batch(), shape.queries(), shape.n(), shape.keys()),
            0,
            1,
            List.of(bytes(), ofResult(), ofV()),
            List.of(gradient, v));
    if (op.scores().dropout()) {
      Size moved = Size.sum(Size.product(Size.of(2), bytes()), scores);
      dShares =
          pointWise(
              "dropout.dx", "Undropped", DROPOUT, Function.DROPOUT.backward(), moved, dShares);
    }
    Value dScores =
        pointWise(
            "softmax.dx",
            "DScores",
            SOFTMAX,
            NormKind.SOFTMAX.backward() + cap(ScoreChanges.CAP_BACKWARD),
            Size.sum(Size.product(Size.of(3), bytes()), ofSinks(true)),
            dShares);
    return new Gradients(
        byKeys("dq", shape.queries(), shape.keys(), List.of(dScores, k)),
        byKeys("dk", shape.keys(), shape.queries(), List.of(dScores, q)),
        dv);
  }

  /** What the backward pass reads beside q, k and v. */
  List<Saved> saved() {
    List<Saved> saved = new ArrayList<>();
    saved.add(new Saved(op.name() + ".shares", Saved.Kind.TENSOR, bytes()));
    if (op.scores().dropout()) {
      saved.add(new Saved(op.name() + ".mask", Saved.Kind.MASK, scores));
      saved.add(new Saved(op.name() + ".dropped", Saved.Kind.TENSOR, bytes()));
    }
    return saved;
  }

  private Value byDepth(String operation, String name, Size left, Size right, List<Value> inputs) {
    return gemm(
        op.name() + "." + operation,
        op.name() + name,
        new Shape.Gemm(shape.batch(), shape.queries(), shape.k(), shape.keys()),
        1,
        0,
        List.of(left, right, bytes()),
        inputs);
  }

  private Value byKeys(String operation, Size rows, Size contracted, List<Value> inputs) {
    return gemm(
        op.name() + "." + operation,
        "d" + op.name() + operation.substring(1).toUpperCase(java.util.Locale.ROOT),
        new Shape.Gemm(shape.batch(), rows, contracted, shape.k()),
        1,
        0,
        List.of(bytes(), ofQ(), ofK()),
        inputs);
  }

  private Value gemm(
      String operation,
      String name,
      Shape.Gemm gemm,
      int overScores,
      int overValues,
      List<Size> moved,
      List<Value> inputs) {
    Size operations = Kernels.attentionOperations(op, shape, overScores, overValues);
    return nodes.compute(
        new Kernel(
            operation,
            op.visible().causal()
                ? new KernelFunction(KernelKind.GEMM, "gemm causal")
                : KernelFunction.GEMM,
            gemm,
            operations,
            Size.sum(moved),
            operations,
            sides.queries(),
            op.span()),
        name,
        inputs);
  }

  private Value pointWise(
      String operation, String name, KernelFunction function, int cost, Size moved, Value input) {
    return nodes.compute(
        new Kernel(
            op.name() + "." + operation,
            function,
            new Shape.Elements(scores),
            Size.product(Size.of(cost), scores),
            moved,
            Size.ZERO,
            sides.queries(),
            op.span()),
        op.name() + name,
        List.of(input));
  }

  /** Bytes of a tensor with one value for each pair of query and key. */
  private Size bytes() {
    return Size.product(scores, new Size.ElementBytes(Format.TENSOR));
  }

  /** The cap of scores is part of the softmax's kernel. */
  private int cap(int operations) {
    return op.scores().softcap() == null ? 0 : operations;
  }

  private Size ofSinks(boolean backward) {
    Weight sinks = op.scores().sinks();
    if (sinks == null) {
      return Size.ZERO;
    }
    Size read = nodes.bytes(sinks, sides.queries());
    return backward ? Size.sum(read, nodes.accumulated(sinks, sides.queries())) : read;
  }

  private Size ofQ() {
    return nodes.bytes(op.q(), sides.queries());
  }

  private Size ofK() {
    return nodes.bytes(op.k(), sides.keys());
  }

  private Size ofV() {
    return nodes.bytes(op.v(), sides.keys());
  }

  private Size ofResult() {
    return nodes.bytes(op.result(), sides.queries());
  }
}
