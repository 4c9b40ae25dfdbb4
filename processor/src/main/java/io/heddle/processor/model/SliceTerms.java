package io.heddle.processor.model;

import io.heddle.processor.diagnose.Code;
import io.heddle.processor.syntax.Expression;
import io.heddle.processor.syntax.Term;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Resolves {@code slice(x, at = n)}. */
final class SliceTerms {
  /** As written. */
  static final String WORD = "slice";

  private static final CallArguments.Form FORM =
      new CallArguments.Form(
          "one tensor and perhaps where its part begins: `slice(x, at = n)`",
          List.of(),
          List.of("at"),
          List.of());

  private final TermResolver terms;
  private final Names<Operand> scope;
  private final ModelNames names;
  private final List<Operation> to;

  SliceTerms(TermResolver terms, Names<Operand> scope, ModelNames names, List<Operation> to) {
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
    if (arguments.get().terms().size() != 1) {
      arguments.get().wrong();
      return Optional.empty();
    }
    Optional<Tensor> input = terms.tensor(arguments.get().terms().get(0));
    if (input.isEmpty()) {
      return Optional.empty();
    }
    if (hint == null || name == null) {
      names
          .diagnostics()
          .report(Code.SLICE_SHAPE, call.span(), "its result is not declared")
          .help("give it a name and its dimensions in a statement of its own")
          .add();
      return Optional.empty();
    }
    List<Dim> own = new ArrayList<>(hint);
    own.removeAll(input.get().dims());
    List<Dim> whole = new ArrayList<>(input.get().dims());
    whole.removeAll(hint);
    if (own.size() != 1 || whole.size() != 1) {
      names
          .diagnostics()
          .report(
              Code.SLICE_SHAPE,
              call.span(),
              "exactly one dimension of the result must stand in place of one of the operand")
          .help("the operand has " + Draft.list(input.get().dims()))
          .add();
      return Optional.empty();
    }
    Expression at = arguments.get().number("at");
    if (at == null) {
      at = new Expression.Literal(0, call.span());
    }
    Tensor tensor = new Tensor(name, hint, call.span());
    to.add(new Operation.Slice(tensor, input.get(), whole.get(0), own.get(0), at, call.span()));
    return Optional.of(tensor);
  }
}
