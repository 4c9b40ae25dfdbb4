package io.heddle.processor.lower;

import io.heddle.processor.lower.NodeList.Kernel;
import io.heddle.processor.model.Dim;
import io.heddle.processor.model.Operation;
import io.heddle.processor.model.Operation.Attend;
import io.heddle.processor.model.Operation.Concat;
import io.heddle.processor.model.ScoreChanges;
import io.heddle.processor.model.SelectedKeys;
import io.heddle.processor.model.Tensor;
import io.heddle.processor.model.Weight;
import io.heddle.processor.program.LocalNode.Shape;
import io.heddle.processor.program.Size;
import io.heddle.processor.program.Size.Format;
import io.heddle.processor.program.Value;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * Attention to keys that are selected for each query: one kernel that keeps no scores, as {@link
 * Attention}. A token gathers its own keys, for all heads of queries that share them; nothing is
 * counted as shared by tokens, which may select the same. Backward it gathers them again, and adds
 * the gradient of each to that of the key, in fp32. Where the selection is trained, it also writes
 * what attention gives to each selected key, all its heads together.
 */
final class SelectedAttention {
  private static final Size VALUE = new Size.ElementBytes(Format.STATISTIC);

  private final BlockContext context;
  private final NodeList nodes;
  private final Attend op;
  private final AttentionAssignment sides;
  private final Attention.Read read;
  private final SelectedKeys selected;
  private final Shape.Attention whole;
  private final Size heads;

  SelectedAttention(
      BlockContext context,
      NodeList nodes,
      Attend op,
      AttentionAssignment sides,
      Attention.Read read) {
    this.context = context;
    this.nodes = nodes;
    this.op = op;
    this.sides = sides;
    this.read = read;
    this.selected = Objects.requireNonNull(op.selected());
    this.whole = Kernels.attention(op, sides.queries(), sides.keys());
    List<Dim> own = new ArrayList<>(op.q().dims());
    own.removeAll(op.k().dims());
    own.removeAll(List.of(op.over(), op.scoreDim()));
    this.heads = sides.queries().elements(own);
  }

  /** The result, from what makes q, k and v, and the selection. */
  Value forward(List<Value> inputs) {
    List<Value> before = new ArrayList<>(inputs);
    Value made = Value.BEFORE;
    List<QueryRows> all = rows();
    for (QueryRows rows : all) {
      boolean isLast = rows.equals(all.get(all.size() - 1));
      Size bytes = isLast ? nodes.bytes(op.result(), sides.queries()) : Size.ZERO;
      made =
          nodes.compute(
              forward(rows).making(bytes), op.name() + rows.suffix(), List.copyOf(before));
      before.add(made);
    }
    return made;
  }

  private List<QueryRows> rows() {
    return QueryRows.of(
        new QueryRows.Sight(
            op.visible(), op.over(), op.keys(), sides.queries(), count(), op.span()));
  }

  private Size count() {
    return new Size.Extent(selected.count(), List.of());
  }

  private Kernel forward(QueryRows rows) {
    Size operations = operations(rows, 1, 1);
    List<Size> bytes = new ArrayList<>();
    bytes.add(ofTokens(op.q(), rows));
    bytes.add(ofTokens(selected.indices(), rows));
    bytes.add(gathered(rows, true));
    Weight sinks = op.scores().sinks();
    if (sinks != null) {
      bytes.add(nodes.bytes(sinks, sides.queries()));
    }
    bytes.add(ofTokens(op.result(), rows));
    return new Kernel(
        op.name() + rows.suffix(),
        Attention.function(op),
        shape(rows, false),
        Size.sum(operations, capped(rows, ScoreChanges.CAP_FORWARD)),
        Size.sum(bytes),
        operations,
        sides.queries(),
        op.span());
  }

  /**
   * The gradients, all of one kernel.
   *
   * @param inputs what makes the gradient of the result, q, k, v and the selection
   */
  Value backward(List<Value> inputs) {
    QueryRows rows = rows().get(0);
    Size ofSelection = nodes.bytes(selected.indices(), sides.queries());
    List<Size> bytes = new ArrayList<>();
    bytes.add(Size.product(Size.of(2), nodes.bytes(op.result(), sides.queries())));
    bytes.add(Size.product(Size.of(2), nodes.bytes(op.q(), sides.queries())));
    bytes.add(ofSelection);
    bytes.add(gathered(rows, true));
    bytes.add(gathered(rows, false));
    Weight sinks = op.scores().sinks();
    if (sinks != null) {
      bytes.add(nodes.bytes(sinks, sides.queries()));
      bytes.add(nodes.accumulated(sinks, sides.queries()));
    }
    List<Size> made = new ArrayList<>();
    for (Tensor tensor : List.of(op.q(), op.k(), op.v())) {
      made.add(nodes.gradientBytes(tensor, sides.of(op, tensor).sharding()));
    }
    // Scores again, dV, dP, dQ, dK: only the last four are the model's own work.
    List<Size> operations = new ArrayList<>();
    operations.add(operations(rows, 3, 2));
    operations.add(capped(rows, ScoreChanges.CAP_BACKWARD));
    if (context.hasGradient(selected.indices())) {
      bytes.add(ofSelection);
      made.add(ofSelection);
      operations.add(scores(rows));
    }
    Kernel kernel =
        new Kernel(
            op.name() + ".dx",
            Attention.function(op),
            shape(rows, true),
            Size.sum(operations),
            Size.sum(bytes),
            operations(rows, 2, 2),
            sides.queries(),
            op.span());
    return nodes.compute(kernel.making(Size.sum(made)), "d" + op.name() + "Inputs", inputs);
  }

  /** Queries of one token, which share its keys, {@code batch} times. */
  private Shape.Attention shape(QueryRows rows, boolean backward) {
    return new Shape.Attention(
        Size.product(whole.batch(), rows.tokens()),
        heads,
        rows.keys(),
        whole.k(),
        whole.n(),
        backward);
  }

  /** Scores of all heads of queries. */
  private Size scores(QueryRows rows) {
    return Size.product(whole.batch(), rows.pairs(), heads);
  }

  private Size operations(QueryRows rows, int scores, int values) {
    Size each =
        Size.sum(
            Size.product(Size.of(scores), whole.k()), Size.product(Size.of(values), whole.n()));
    return Size.product(Size.of(2), scores(rows), each);
  }

  private Size capped(QueryRows rows, int operations) {
    return op.scores().softcap() == null
        ? Size.ZERO
        : Size.product(Size.of(operations), scores(rows));
  }

  /** Bytes of the keys and values that all tokens gather, or of the gradients they add to them. */
  private Size gathered(QueryRows rows, boolean asStored) {
    Size key = asStored ? read.keyBytes() : VALUE;
    Size value = asStored ? read.valueBytes() : VALUE;
    Size ofKey = Size.product(whole.k(), key);
    Size each = hasValuesInKeys() ? ofKey : Size.sum(ofKey, Size.product(whole.n(), value));
    return Size.product(whole.batch(), rows.pairs(), each);
  }

  /** Whether values are a part of the keys, and gathered with them. */
  private boolean hasValuesInKeys() {
    return read.valuesInKeys()
        || context.block.operations().stream().anyMatch(this::joinsValuesToKeys);
  }

  private boolean joinsValuesToKeys(Operation operation) {
    return operation instanceof Concat concat
        && concat.result().equals(op.k())
        && concat.joined().equals(op.scoreDim())
        && concat.parts().contains(op.v());
  }

  /** Bytes of what the tokens of a kernel have of a tensor that lies as queries do. */
  private Size ofTokens(Tensor tensor, QueryRows rows) {
    return Size.product(
        rows.tokens(),
        sides.queries().elements(Attention.without(tensor.dims(), op.over())),
        nodes.elementBytes(tensor));
  }
}
