package io.heddle.processor.lower;

import io.heddle.processor.diagnose.Code;
import io.heddle.processor.model.Operation.Attend;
import io.heddle.processor.model.Ragged;
import io.heddle.processor.model.VisibleKeys;
import io.heddle.processor.program.LocalNode.Shape;
import io.heddle.processor.program.Size;
import io.heddle.processor.syntax.Expression;
import java.util.ArrayList;
import java.util.List;

/**
 * How many pairs of query and key attention computes where a query does not see all keys. Counts
 * are sums over all queries of a sequence; ranks that share the queries have equal parts of them.
 *
 * <p>With s keys, in causal attention:
 *
 * <ul>
 *   <li>under a window of w the i-th query, from 0, sees min(i + 1, w) keys: m (2 s - m + 1) / 2
 *       pairs with m the smaller of s and w;
 *   <li>in chunks of c a query sees the keys of its chunk only: c (c + 1) / 2 pairs for each whole
 *       chunk, and r (r + 1) / 2 for a last one of r;
 *   <li>the queries of a prefix of p see all of its keys: s (s + 1) / 2 + p (p - 1) / 2.
 * </ul>
 *
 * <p>Behind c keys of a cache, a query sees what it would see if the c queries before it were there
 * too: the pairs of all keys less those of the first c.
 *
 * <p>Without {@code causal} a query also sees what is as far behind it.
 */
final class VisiblePairs {
  private VisiblePairs() {}

  /** Twice the pairs of one batch element, on one rank. */
  static Size twice(Attend op, Shape.Attention shape) {
    Expression before = op.visible().before();
    Size all = twiceOfSequence(op, shape.keys());
    if (before != null) {
      all = Size.sum(all, negative(twiceOfSequence(op, new Size.Value(before))));
    }
    List<Size> rest = new ArrayList<>();
    List<String> axes = List.of();
    Size queries = shape.queries();
    List<Size> factors =
        queries instanceof Size.Product product ? product.factors() : List.of(queries);
    for (Size factor : factors) {
      if (factor instanceof Size.Extent extent && extent.dim().equals(op.over())) {
        axes = extent.axes();
      } else {
        // Heads of a group, each of which has a query at every place of the sequence.
        rest.add(factor);
      }
    }
    rest.add(Size.share(all, axes));
    return Size.product(rest);
  }

  /** Twice the pairs of one sequence of a segment, all on one rank. */
  static Size twice(Attend op, Ragged.Segment segment) {
    Size before = new Size.Value(segment.before());
    Size tokens = new Size.Value(segment.tokens());
    Size keys = Size.sum(before, tokens);
    return op.visible().causal()
        ? Size.sum(twiceOfSequence(op, keys), negative(twiceOfSequence(op, before)))
        : Size.product(Size.of(2), tokens, keys);
  }

  /** Twice the pairs of one sequence of so many tokens. */
  static Size twiceOfSequence(Attend op, Size keys) {
    VisibleKeys visible = op.visible();
    if (visible.window() != null) {
      return window(op, keys, new Size.Value(visible.window()));
    }
    if (visible.chunk() != null) {
      return chunks(op, keys, new Size.Value(visible.chunk()));
    }
    if (visible.prefix() == null) {
      return triangle(keys, 1);
    }
    Size prefix = Size.smaller(keys, new Size.Value(visible.prefix()), op.span());
    return Size.sum(triangle(keys, 1), triangle(prefix, -1));
  }

  private static Size window(Attend op, Size keys, Size window) {
    Size smaller = Size.smaller(keys, window, op.span());
    Size causal =
        Size.product(
            smaller, Size.sum(Size.product(Size.of(2), keys), Size.of(1), negative(smaller)));
    return op.visible().causal()
        ? causal
        : Size.product(Size.of(2), Size.sum(causal, negative(keys)));
  }

  private static Size chunks(Attend op, Size keys, Size chunk) {
    Size last = Size.remainder(keys, chunk, op.span());
    Size inWhole = Size.sum(keys, negative(last));
    if (op.visible().causal()) {
      return Size.sum(Size.product(inWhole, Size.sum(chunk, Size.of(1))), triangle(last, 1));
    }
    return Size.product(
        Size.of(2), Size.sum(Size.product(inWhole, chunk), Size.product(last, last)));
  }

  /** n (n + more). */
  private static Size triangle(Size n, int more) {
    return Size.product(n, Size.sum(n, Size.of(more)));
  }

  /** The size with the other sign. */
  static Size negative(Size size) {
    return Size.product(Size.of(-1), size);
  }

  /**
   * Refuses a ring of keys that queries do not see by their own place: it would carry them past
   * ranks that see none of them.
   */
  static void rejectRing(BlockContext context, Attend op, AttentionAssignment sides) {
    boolean isPart = op.visible().window() != null || op.visible().chunk() != null;
    if (isPart && !sides.ring().isEmpty()) {
      context
          .diagnostics
          .report(Code.WINDOW_SPLIT, op.span(), op.over(), String.join(", ", sides.ring()))
          .help("say `context all_gather`, or `context all_to_all` for whole sequences")
          .add();
    }
  }
}
