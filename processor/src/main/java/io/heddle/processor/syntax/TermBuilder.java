package io.heddle.processor.syntax;

import io.heddle.grammar.TfmParser;
import io.heddle.processor.diagnose.Span;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/** Builds tensor arithmetic, never deeper than {@link Lexing#DEEPEST}. */
final class TermBuilder {
  private final Leaves leaves;

  TermBuilder(Leaves leaves) {
    this.leaves = leaves;
  }

  Term build(TfmParser.TermContext term) {
    return build(term, 0);
  }

  /** A chain such as {@code a + b + c} leans to the left: it is built from its inner end. */
  private Term build(TfmParser.TermContext term, int depth) {
    Deque<TfmParser.TermContext> chain = new ArrayDeque<>();
    TfmParser.TermContext innermost = term;
    while (true) {
      TfmParser.TermContext left = leftOperand(innermost);
      if (left == null) {
        break;
      }
      chain.push(innermost);
      innermost = left;
      if (depth + chain.size() > Lexing.DEEPEST) {
        throw leaves.tooDeep(term);
      }
    }
    Term left = primary(innermost, depth + chain.size() + 1);
    while (!chain.isEmpty()) {
      left = binary(chain.pop(), left, depth + chain.size() + 1);
    }
    return left;
  }

  private static TfmParser.TermContext leftOperand(TfmParser.TermContext term) {
    if (term instanceof TfmParser.ProductContext product) {
      return product.term(0);
    }
    return term instanceof TfmParser.SumContext sum ? sum.term(0) : null;
  }

  private Term binary(TfmParser.TermContext term, Term left, int depth) {
    Span span = leaves.span(term);
    if (term instanceof TfmParser.SumContext sum) {
      boolean minus = sum.op.getType() == TfmParser.MINUS;
      return new Term.Sum(left, minus, build(sum.term(1), depth), span);
    }
    TfmParser.ProductContext product = (TfmParser.ProductContext) term;
    return new Term.Product(left, build(product.term(1), depth), span);
  }

  private Term primary(TfmParser.TermContext term, int depth) {
    if (term instanceof TfmParser.GroupContext group) {
      return build(group.term(), depth);
    }
    if (term instanceof TfmParser.OperationContext operation) {
      List<Term.Argument> arguments =
          operation.argument().stream().map(argument -> argument(argument, depth)).toList();
      return new Term.Call(leaves.name(operation.name()), arguments, leaves.span(operation));
    }
    if (term instanceof TfmParser.ScalarContext scalar) {
      return new Term.Scalar(leaves.number(scalar.number()).doubleValue(), leaves.span(scalar));
    }
    if (term instanceof TfmParser.RenameContext rename) {
      List<Name> names = leaves.names(rename.name());
      return new Term.Rename(names.get(0), names.get(1), names.get(2), leaves.span(rename));
    }
    return new Term.Reference(leaves.name(((TfmParser.TensorReferenceContext) term).name()));
  }

  private Term.Argument argument(TfmParser.ArgumentContext argument, int depth) {
    if (argument.term() != null) {
      return new Term.Argument.Positional(build(argument.term(), depth));
    }
    List<Name> names = leaves.names(argument.name());
    return new Term.Argument.Named(
        names.get(0),
        leaves.expression(argument.expression()),
        names.size() > 1 ? names.get(1) : null);
  }
}
