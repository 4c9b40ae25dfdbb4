package io.heddle.processor.lower;

import io.heddle.plan.KernelKind;
import io.heddle.processor.lower.NodeList.Kernel;
import io.heddle.processor.model.Dim;
import io.heddle.processor.model.NormKind;
import io.heddle.processor.model.Operation.Select;
import io.heddle.processor.model.Tensor;
import io.heddle.processor.program.KernelFunction;
import io.heddle.processor.program.LocalNode.Shape;
import io.heddle.processor.program.Size;
import io.heddle.processor.program.Size.Format;
import io.heddle.processor.program.Value;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The selection of keys. One kernel makes the scores of all visible keys, in fp32; a second reads
 * them once and writes the numbers of those with the highest. They run in blocks of queries, so
 * that no memory holds all scores at once.
 *
 * <p>Backward, the gradient of a selection is what attention gave to each of the selected keys, all
 * heads together: the target of the scores. With I their softmax over the selected keys and p the
 * target, whose sum is 1, the gradient of the loss KL(p || I) in the scores is I - p (DeepSeek-AI
 * 2025, "DeepSeek-V3.2", equation 4). The kernel computes the scores of selected keys again, and
 * the gradients of queries, keys and weights.
 */
final class Selections {
  /** ReLU, product with the weight, sum; without weights the sum alone. */
  private static final int WEIGHED_SCORE = 3;

  /** For a score of a head: through the sum, the weight and the ReLU, and for the weight itself. */
  private static final int WEIGHED_SCORE_BACKWARD = 4;

  /** For a selected key: softmax, and the difference to the target. */
  private static final int LOSS = NormKind.SOFTMAX.forward() + 1;

  private static final Size VALUE = new Size.ElementBytes(Format.STATISTIC);

  private final BlockContext context;
  private final NodeList nodes;
  private final Select op;
  private final SelectionAssignment sides;
  private final Size batch;
  private final Size heads;
  private final Size depth;

  Selections(BlockContext context, NodeList nodes, Select op, SelectionAssignment sides) {
    this.context = context;
    this.nodes = nodes;
    this.op = op;
    this.sides = sides;
    List<Dim> rest = new ArrayList<>(op.result().dims());
    rest.removeAll(List.of(op.over(), op.count()));
    this.batch = sides.queries().elements(rest);
    this.heads = sides.queries().elements(op.heads());
    this.depth = sides.queries().elements(List.of(op.scoreDim()));
  }

  /** What makes the selection, from what makes queries, keys and weights. */
  Value forward(List<Value> inputs) {
    List<QueryRows> all = rows(null);
    List<Value> made = new ArrayList<>();
    for (QueryRows rows : all) {
      Value scores =
          nodes.compute(
              scores(rows).making(Size.ZERO), op.name() + "Scores" + rows.suffix(), inputs);
      List<Value> before = new ArrayList<>(List.of(scores));
      before.addAll(made);
      boolean isLast = rows.equals(all.get(all.size() - 1));
      Size bytes = isLast ? nodes.bytes(op.result(), sides.queries()) : Size.ZERO;
      made.add(
          nodes.compute(
              chosen(rows).making(bytes), op.name() + rows.suffix(), List.copyOf(before)));
    }
    return made.get(made.size() - 1);
  }

  private List<QueryRows> rows(@Nullable Size most) {
    return QueryRows.of(
        new QueryRows.Sight(op.visible(), op.over(), op.keys(), sides.queries(), most, op.span()));
  }

  private Kernel scores(QueryRows rows) {
    Size pairs = Size.product(batch, rows.pairs());
    Size products = Size.product(Size.of(2), pairs, heads, depth);
    Size each = Size.of(op.weights() == null ? 1 : WEIGHED_SCORE);
    List<Size> bytes = new ArrayList<>();
    bytes.add(ofQueries(op.q(), rows));
    if (op.weights() != null) {
      bytes.add(ofQueries(op.weights(), rows));
    }
    bytes.add(ofKeys(rows));
    bytes.add(Size.product(pairs, VALUE));
    return new Kernel(
        op.name() + ".scores" + rows.suffix(),
        function(),
        new Shape.Gemm(
            Size.product(batch, rows.sequences()),
            Size.product(rows.ofSequence(), heads),
            depth,
            rows.keys()),
        Size.sum(products, Size.product(each, pairs, heads)),
        Size.sum(bytes),
        products,
        sides.queries(),
        op.span());
  }

  private KernelFunction function() {
    return op.visible().causal()
        ? new KernelFunction(KernelKind.GEMM, "gemm causal")
        : KernelFunction.GEMM;
  }

  /** One comparison for each score. */
  private Kernel chosen(QueryRows rows) {
    Size pairs = Size.product(batch, rows.pairs());
    Size result = Size.product(batch, rows.tokens(), count());
    return new Kernel(
        op.name() + rows.suffix(),
        KernelFunction.reduction("select"),
        new Shape.Elements(result),
        pairs,
        Size.product(Size.sum(pairs, result), VALUE),
        Size.ZERO,
        sides.queries(),
        op.span());
  }

  /**
   * The kernel that makes the gradients of queries, keys and weights.
   *
   * @param inputs what makes the target, the selection, queries, keys and weights
   */
  Value backward(List<Value> inputs) {
    QueryRows rows = rows(count()).get(0);
    Size pairs = Size.product(batch, rows.pairs());
    Size product = Size.product(Size.of(2), pairs, heads, depth);
    Size each = Size.of(op.weights() == null ? 2 : WEIGHED_SCORE + WEIGHED_SCORE_BACKWARD);
    List<Size> bytes = new ArrayList<>();
    bytes.add(Size.product(Size.of(2), nodes.bytes(op.result(), sides.queries())));
    List<Size> made = new ArrayList<>();
    for (Tensor tensor : op.tensors()) {
      if (!tensor.equals(op.k())) {
        bytes.add(Size.product(Size.of(2), nodes.bytes(tensor, sides.queries())));
      }
      made.add(nodes.gradientBytes(tensor, sides.of(op, tensor).sharding()));
    }
    bytes.add(Size.product(gathered(rows, depth), Size.sum(nodes.elementBytes(op.k()), VALUE)));
    Kernel kernel =
        new Kernel(
            op.name() + ".dx",
            KernelFunction.GEMM,
            new Shape.Gemm(Size.product(batch, rows.tokens()), heads, depth, rows.keys()),
            // Scores again, and the gradients of queries and keys.
            Size.sum(
                Size.product(Size.of(3), product),
                Size.product(each, pairs, heads),
                Size.product(Size.of(LOSS), pairs)),
            Size.sum(bytes),
            Size.product(Size.of(2), product),
            sides.queries(),
            op.span());
    return nodes.compute(kernel.making(Size.sum(made)), "d" + op.name() + "Inputs", inputs);
  }

  private Size count() {
    return new Size.Extent(op.count(), List.of());
  }

  /** Elements of keys that queries gather: each those that it has, of all heads that keys have. */
  private Size gathered(QueryRows rows, Size each) {
    List<Dim> own = new ArrayList<>(op.k().dims());
    own.removeAll(List.of(op.keys(), op.scoreDim()));
    // Those of the result are in the batch.
    own.removeAll(op.result().dims());
    return Size.product(batch, rows.pairs(), sides.keys().elements(own), each);
  }

  /** Bytes of what the tokens of a kernel have of a tensor that lies as queries do. */
  private Size ofQueries(Tensor tensor, QueryRows rows) {
    return Size.product(
        rows.tokens(),
        sides.queries().elements(Attention.without(tensor.dims(), op.over())),
        nodes.elementBytes(tensor));
  }

  /** Bytes of the keys that the queries of a kernel see. */
  private Size ofKeys(QueryRows rows) {
    Size element =
        Caches.isOf(context, op.k())
            ? Caches.elementBytes(context.plan.inference())
            : nodes.elementBytes(op.k());
    return Size.product(
        rows.sequences(),
        rows.keys(),
        sides.keys().elements(Attention.without(op.k().dims(), op.keys())),
        element);
  }
}
