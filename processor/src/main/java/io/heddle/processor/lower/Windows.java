package io.heddle.processor.lower;

import io.heddle.processor.diagnose.Code;
import io.heddle.processor.model.Operation.Attend;
import io.heddle.processor.program.LocalNode.Shape;
import io.heddle.processor.program.Size;
import java.util.ArrayList;
import java.util.List;

/**
 * Attention in a window of w keys: a query sees the keys at a distance below w, in causal attention
 * only those before it and its own. Of s queries the i-th sees min(i + 1, w) before it and itself.
 */
final class Windows {
  private Windows() {}

  /**
   * Twice the pairs of query and key, for all queries of one batch element. With m the smaller of s
   * and w, the sum over causal queries is m (2 s - m + 1) / 2; without {@code causal} the keys
   * behind come to as many, and the query's own is counted once.
   */
  static Size twicePairs(Attend op, Shape.Attention shape) {
    Size keys = shape.keys();
    Size smaller = Size.smaller(keys, new Size.Value(op.window()), op.span());
    Size causal =
        Size.product(
            smaller,
            Size.sum(
                Size.product(Size.of(2), keys), Size.of(1), Size.product(Size.of(-1), smaller)));
    Size pairs =
        op.causal()
            ? causal
            : Size.product(Size.of(2), Size.sum(causal, Size.product(Size.of(-1), keys)));
    return Size.product(queriesOfOneKey(shape, op), pairs);
  }

  /** The queries that stand at one place of the sequence: those of the heads of a group. */
  private static Size queriesOfOneKey(Shape.Attention shape, Attend op) {
    List<Size> rest = new ArrayList<>();
    Size queries = shape.queries();
    List<Size> factors =
        queries instanceof Size.Product product ? product.factors() : List.of(queries);
    for (Size factor : factors) {
      if (!(factor instanceof Size.Extent extent && extent.dim().equals(op.over()))) {
        rest.add(factor);
      }
    }
    return Size.product(rest);
  }

  /** Refuses ranks that would share the queries: not all of them see as many keys. */
  static void rejectSplit(BlockContext context, Attend op, AttentionAssignment sides) {
    List<String> axes = new ArrayList<>(sides.queries().of(op.over()));
    axes.addAll(sides.ring());
    if (op.window() != null && !axes.isEmpty()) {
      context
          .diagnostics
          .report(Code.WINDOW_SPLIT, op.span(), op.over(), String.join(", ", axes))
          .help("say `context all_to_all`, so that each rank has whole sequences of some heads")
          .add();
    }
  }
}
