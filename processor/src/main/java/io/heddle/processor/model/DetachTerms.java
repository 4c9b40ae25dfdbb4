package io.heddle.processor.model;

import io.heddle.processor.syntax.Term;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Resolves {@code detach(x)}: x, which gets no gradient from what reads it by this name. */
final class DetachTerms {
  /** The word of the language. */
  static final String WORD = "detach";

  private static final CallArguments.Form FORM = CallArguments.Form.of("one tensor: `detach(x)`");

  private final TermResolver terms;
  private final Names<Operand> scope;
  private final ModelNames names;
  private final List<Operation> to;

  DetachTerms(TermResolver terms, Names<Operand> scope, ModelNames names, List<Operation> to) {
    this.terms = terms;
    this.scope = scope;
    this.names = names;
    this.to = to;
  }

  /**
   * The result of the call, whose operation is added to the list.
   *
   * @param name of the result; null where the call is part of a larger term
   */
  Optional<Tensor> resolve(Term.Call call, @Nullable String name) {
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
    String made = name != null ? name : terms.fresh(WORD + "." + input.get().name());
    Tensor tensor = new Tensor(made, input.get().dims(), call.span());
    to.add(new Operation.Alias(tensor, input.get(), Map.of(), true, call.span()));
    return Optional.of(tensor);
  }
}
