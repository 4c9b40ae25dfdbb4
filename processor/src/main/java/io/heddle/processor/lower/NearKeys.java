package io.heddle.processor.lower;

import io.heddle.plan.mesh.Neighbours.Sides;
import io.heddle.processor.model.Operation.Attend;
import io.heddle.processor.model.VisibleKeys;
import io.heddle.processor.program.LocalNode.Shape;
import io.heddle.processor.program.Sharding;
import io.heddle.processor.program.Size;
import java.util.ArrayList;
import java.util.List;

/**
 * How much of a sequence that ranks share a window, or a chunk, reaches beyond a rank's own pieces.
 * With L tokens in a piece:
 *
 * <ul>
 *   <li>a window of w reaches w - 1 tokens beyond a piece, and without {@code causal} as many
 *       behind it;
 *   <li>chunks of c reach c - gcd(L, c) tokens before the piece that lies worst in its chunk: none
 *       where chunks end where pieces do;
 *   <li>without {@code causal} a piece needs the rest of all chunks that it has a part of: c ⌈(L +
 *       c - gcd(L, c)) / c⌉ - L tokens, of which as many lie behind it as lie not before.
 * </ul>
 *
 * <p>All ranks count what a piece needs that lies worst, and no more than all others have. Pairs of
 * a rank's own keys are those within its pieces, all others those of keys that come; together they
 * are an equal part of those of the sequence.
 */
final class NearKeys {
  private final Attend op;
  private final AttentionAssignment sides;
  private final AttentionAssignment.Near near;

  NearKeys(Attend op, AttentionAssignment sides, AttentionAssignment.Near near) {
    this.op = op;
    this.sides = sides;
    this.near = near;
  }

  /** Where neighbours with keys lie. */
  Sides side() {
    if (op.visible().window() != null && !op.visible().causal()) {
      return Sides.BOTH;
    }
    return near.pieces() == 1 ? Sides.BEFORE : Sides.AROUND;
  }

  /** Tokens of a rank that one message has at most. */
  Size piece() {
    return side() == Sides.AROUND ? length() : Size.product(pieces(), length());
  }

  /** Tokens on one side that are needed of others, all pieces of that side together. */
  Size reach() {
    return side() == Sides.AROUND ? beyond() : Size.product(pieces(), beyond());
  }

  /** Tokens of others, all together. */
  Size tokens() {
    Size wanted = Size.product(Size.of(side() == Sides.BEFORE ? 1 : 2), reach());
    return smaller(wanted, Size.product(others(), pieces(), length()));
  }

  /** Queries of the rank, at most, that see keys of others: those at the end of a piece. */
  Size queries() {
    VisibleKeys visible = op.visible();
    if (visible.window() == null && !visible.causal()) {
      return Size.product(
          pieces(), smaller(length(), Size.product(Size.of(2), worstBefore(chunk()))));
    }
    Size ends = Size.of(side() == Sides.BOTH ? 2 : 1);
    return Size.product(pieces(), smaller(length(), Size.product(ends, beyond())));
  }

  /** Twice the pairs of one batch element with the rank's own keys; alone it has all. */
  Size twiceOwn() {
    return Size.sum(own(), Size.product(Size.sum(Size.of(1), negative(split())), others(all())));
  }

  /** Twice the pairs with keys of others. */
  Size twiceRest() {
    return Size.product(split(), others(all()));
  }

  /** Twice the pairs on the rank. */
  Size all() {
    Sharding whole = sides.keys().restrictedTo(Attention.without(op.k().dims(), op.keys()));
    return VisiblePairs.twice(op, Kernels.attention(op, sides.queries(), whole));
  }

  private Size own() {
    List<Size> factors =
        new ArrayList<>(List.of(pieces(), VisiblePairs.twiceOfSequence(op, length())));
    Shape.Attention shape = Kernels.attention(op, sides.queries(), sides.keys());
    List<Size> queries =
        shape.queries() instanceof Size.Product product
            ? product.factors()
            : List.of(shape.queries());
    queries.stream()
        .filter(each -> !(each instanceof Size.Extent extent && extent.dim().equals(op.over())))
        .forEach(factors::add);
    return Size.product(factors);
  }

  private Size others(Size all) {
    return Size.sum(all, negative(own()));
  }

  /** Tokens beyond one end of a piece. */
  private Size beyond() {
    VisibleKeys visible = op.visible();
    if (visible.window() != null) {
      return Size.sum(new Size.Value(visible.window()), Size.of(-1));
    }
    Size chunk = chunk();
    Size worst = worstBefore(chunk);
    if (visible.causal()) {
      return worst;
    }
    Size chunks = Size.quotient(Size.sum(length(), worst), chunk, op.span());
    return Size.sum(Size.product(chunk, chunks), negative(length()));
  }

  /** Tokens of a chunk; all where it has more than there are. */
  private Size chunk() {
    return smaller(new Size.Value(op.visible().chunk()), new Size.Extent(op.keys(), List.of()));
  }

  /** Tokens of its chunk before a piece that lies worst. */
  private Size worstBefore(Size chunk) {
    return Size.sum(chunk, negative(Size.divisor(length(), chunk, op.span())));
  }

  private Size length() {
    Size part = new Size.Extent(op.keys(), sides.keys().of(op.keys()));
    return near.pieces() == 1 ? part : Size.quotient(part, pieces(), op.span());
  }

  private Size pieces() {
    return Size.of(near.pieces());
  }

  private Size others() {
    return Size.sum(new Size.Ranks(near.axes()), Size.of(-1));
  }

  /** 1 where there are others, else 0. */
  private Size split() {
    return smaller(Size.of(1), others());
  }

  private Size smaller(Size one, Size other) {
    return Size.smaller(one, other, op.span());
  }

  private static Size negative(Size size) {
    return VisiblePairs.negative(size);
  }
}
