package io.heddle.processor.lower;

import io.heddle.processor.lower.NodeList.Kernel;
import io.heddle.processor.model.Dim;
import io.heddle.processor.model.Operation.Attend;
import io.heddle.processor.model.Ragged;
import io.heddle.processor.model.Ragged.Segment;
import io.heddle.processor.model.ScoreChanges;
import io.heddle.processor.model.Tensor;
import io.heddle.processor.program.LocalNode.Shape;
import io.heddle.processor.program.Sharding;
import io.heddle.processor.program.Size;
import io.heddle.processor.program.Value;
import java.util.ArrayList;
import java.util.List;

/**
 * Attention of a ragged row as two kernels, as engines run it: one for the pieces of prompts, one
 * for the sequences that decode. Where axes split the row, ranks have equal shares of the tokens of
 * each prompt, and of the sequences that decode.
 */
final class RaggedAttention {
  static final String PROMPTS = ".prompts";

  private final NodeList nodes;
  private final Attend op;
  private final AttentionAssignment sides;
  private final Attention.Read read;
  private final List<String> axes;

  private RaggedAttention(
      NodeList nodes, Attend op, AttentionAssignment sides, Attention.Read read) {
    this.nodes = nodes;
    this.op = op;
    this.sides = sides;
    this.read = read;
    this.axes = sides.queries().of(op.over());
  }

  static Value forward(
      NodeList nodes,
      Attend op,
      AttentionAssignment sides,
      Attention.Read read,
      Ragged row,
      List<Value> inputs) {
    RaggedAttention attention = new RaggedAttention(nodes, op, sides, read);
    Segment prompts = row.prompts();
    Size tokens = Size.share(new Size.Value(prompts.tokens()), attention.axes);
    Kernel first =
        attention.kernel(
            op.name() + PROMPTS, prompts, new Size.Value(prompts.sequences()), tokens, false);
    Value made = nodes.compute(first.making(Size.ZERO), op.name() + PROMPTS, inputs);
    Size sequences = Size.share(new Size.Value(row.decodes().sequences()), attention.axes);
    Kernel second =
        attention.kernel(
            op.name(), row.decodes(), sequences, Size.of(row.decodes().tokens()), true);
    List<Value> behind = new ArrayList<>(inputs);
    behind.add(made);
    return nodes.compute(second, op.name(), behind);
  }

  /**
   * A kernel for the sequences of a segment.
   *
   * @param sequences that the rank has
   * @param tokens of each that the rank has
   * @param whole whether the rank has whole sequences
   */
  private Kernel kernel(String name, Segment segment, Size sequences, Size tokens, boolean whole) {
    Sharding lies = sides.queries();
    Shape.Attention row = Kernels.attention(op, lies, sides.keys());
    Size keys = Size.sum(new Size.Value(segment.before()), new Size.Value(segment.tokens()));
    Size heads = lies.elements(ownOfQueries());
    Shape.Attention shape =
        new Shape.Attention(
            Size.product(row.batch(), sequences),
            Size.product(tokens, heads),
            keys,
            row.k(),
            row.n(),
            false);
    Size twicePairs = VisiblePairs.twice(op, segment);
    Size pairs =
        Size.product(
            row.batch(), sequences, heads, whole ? twicePairs : Size.share(twicePairs, axes));
    Size operations = Size.product(pairs, Size.sum(row.k(), row.n()));
    Size capped =
        op.scores().softcap() == null
            ? Size.ZERO
            : Size.product(Size.of(ScoreChanges.CAP_FORWARD / 2), pairs);
    return new Kernel(
        name,
        Attention.function(op),
        shape,
        Size.sum(operations, capped),
        Attention.bytes(
            nodes,
            op,
            sides,
            read,
            tensor -> elements(tensor, op.over(), Size.product(sequences, tokens), lies),
            tensor -> elements(tensor, op.keys(), Size.product(sequences, keys), sides.keys())),
        operations,
        lies,
        op.span());
  }

  /** What only queries have, beside their tokens: heads that share keys. */
  private List<Dim> ownOfQueries() {
    List<Dim> own = new ArrayList<>(op.q().dims());
    own.removeAll(op.k().dims());
    own.removeAll(List.of(op.over(), op.scoreDim()));
    return own;
  }

  /** Elements of a tensor that has so many in place of a dimension. */
  private static Size elements(Tensor tensor, Dim dim, Size count, Sharding lies) {
    List<Dim> rest = tensor.dims().stream().filter(other -> !other.equals(dim)).toList();
    return Size.product(lies.elements(rest), count);
  }
}
