package io.heddle.processor.model;

import io.heddle.processor.diagnose.Code;
import io.heddle.processor.diagnose.Diagnostics;
import io.heddle.processor.syntax.Term;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Resolves {@code concat(a, b)}. */
final class ConcatTerms {
  private final TermResolver terms;
  private final List<Operation> to;
  private final Diagnostics diagnostics;

  ConcatTerms(TermResolver terms, List<Operation> to, Diagnostics diagnostics) {
    this.terms = terms;
    this.to = to;
    this.diagnostics = diagnostics;
  }

  /**
   * The result of the call, whose operation is added to the list.
   *
   * @param hint the declared dimensions of the statement; null if it declares none
   * @param name of the result; null where the call is part of a larger term
   */
  Optional<Tensor> resolve(Term.Call call, @Nullable List<Dim> hint, @Nullable String name) {
    List<Tensor> parts = new ArrayList<>();
    for (Term.Argument argument : call.arguments()) {
      if (argument instanceof Term.Argument.Positional positional) {
        Optional<Tensor> tensor = terms.tensor(positional.term());
        if (tensor.isEmpty()) {
          return Optional.empty();
        }
        parts.add(tensor.get());
      }
    }
    if (parts.size() < 2 || parts.size() != call.arguments().size()) {
      diagnostics.report(Code.ARGUMENTS, call.span(), "concat", "two or more tensors").add();
      return Optional.empty();
    }
    if (hint == null || name == null) {
      diagnostics
          .report(Code.CONCAT_SHAPE, call.span(), "its result is not declared")
          .help("give it a name and its dimensions in a statement of its own")
          .add();
      return Optional.empty();
    }
    List<Dim> joined = new ArrayList<>(hint);
    parts.forEach(part -> joined.removeAll(part.dims()));
    List<Dim> own = new ArrayList<>();
    for (Tensor part : parts) {
      List<Dim> extra = new ArrayList<>(part.dims());
      extra.removeAll(hint);
      own.addAll(extra);
    }
    if (joined.size() != 1 || own.size() != parts.size()) {
      diagnostics
          .report(
              Code.CONCAT_SHAPE,
              call.span(),
              "exactly one dimension of the result must stand in no operand, and each operand "
                  + "must bring one of its own")
          .add();
      return Optional.empty();
    }
    Tensor tensor = new Tensor(name, hint, call.span());
    to.add(new Operation.Concat(tensor, parts, joined.get(0), own, call.span()));
    return Optional.of(tensor);
  }
}
