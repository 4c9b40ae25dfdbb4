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
  private static final CallArguments.Form FORM = CallArguments.Form.of("two or more tensors");

  private final TermResolver terms;
  private final Names<Operand> scope;
  private final ModelNames names;
  private final List<Operation> to;

  ConcatTerms(TermResolver terms, Names<Operand> scope, ModelNames names, List<Operation> to) {
    this.terms = terms;
    this.scope = scope;
    this.names = names;
    this.to = to;
  }

  /**
   * The result of the call, whose operation is added to the list.
   *
   * @param hint the declared dimensions of the statement; null if it declares none
   * @param name of the result; null where the call is part of a larger term
   */
  Optional<Tensor> resolve(Term.Call call, @Nullable List<Dim> hint, @Nullable String name) {
    Optional<CallArguments> arguments = CallArguments.of(call, FORM, scope, names);
    if (arguments.isEmpty()) {
      return Optional.empty();
    }
    if (arguments.get().terms().size() < 2) {
      arguments.get().wrong();
      return Optional.empty();
    }
    Diagnostics diagnostics = names.diagnostics();
    List<Tensor> parts = new ArrayList<>();
    for (Term term : arguments.get().terms()) {
      Optional<Tensor> tensor = terms.tensor(term);
      if (tensor.isEmpty()) {
        return Optional.empty();
      }
      parts.add(tensor.get());
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
