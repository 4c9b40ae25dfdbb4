package io.heddle.processor.model;

import io.heddle.processor.diagnose.Code;
import io.heddle.processor.syntax.Name;
import io.heddle.processor.syntax.Term;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Resolves {@code sum(x, over = d)} and its like. */
final class ReductionTerms {
  private final TermResolver terms;
  private final Names<Operand> scope;
  private final ModelNames names;
  private final List<Operation> to;

  ReductionTerms(TermResolver terms, Names<Operand> scope, ModelNames names, List<Operation> to) {
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
  Optional<Tensor> resolve(Term.Call call, Reduction kind, @Nullable String name) {
    String text = "one tensor and a dimension of it: `%s(x, over = d)`".formatted(kind.word());
    CallArguments.Form form = new CallArguments.Form(text, List.of("over"), List.of(), List.of());
    Optional<CallArguments> arguments = CallArguments.of(call, form, scope, names);
    if (arguments.isEmpty()) {
      return Optional.empty();
    }
    Name dim = arguments.get().dim("over");
    if (arguments.get().terms().size() != 1
        || dim == null
        || arguments.get().keys("over") != null) {
      arguments.get().wrong();
      return Optional.empty();
    }
    Optional<Tensor> input = terms.tensor(arguments.get().terms().get(0));
    Optional<Dim> over = names.dims().find(dim);
    if (input.isEmpty() || over.isEmpty()) {
      return Optional.empty();
    }
    List<Dim> rest = new ArrayList<>(input.get().dims());
    if (!rest.remove(over.get())) {
      names
          .diagnostics()
          .report(Code.NOT_A_DIM, dim.span(), over.get(), Draft.list(input.get().dims()))
          .help("name the dimension of the tensor that is to be reduced")
          .add();
      return Optional.empty();
    }
    String made = name != null ? name : terms.fresh(kind.word() + "." + input.get().name());
    Tensor tensor = new Tensor(made, rest, call.span());
    to.add(new Operation.Reduce(tensor, input.get(), over.get(), kind, call.span()));
    return Optional.of(tensor);
  }
}
