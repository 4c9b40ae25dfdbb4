package io.heddle.processor.model;

import io.heddle.processor.diagnose.Code;
import io.heddle.processor.diagnose.Diagnostics;
import io.heddle.processor.syntax.Expression;
import io.heddle.processor.syntax.Term;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Resolves {@code sum(x, over = d)} and its like. */
final class ReductionTerms {
  private final TermResolver terms;
  private final Names<Dim> dims;
  private final List<Operation> to;
  private final Diagnostics diagnostics;

  ReductionTerms(TermResolver terms, Names<Dim> dims, List<Operation> to, Diagnostics diagnostics) {
    this.terms = terms;
    this.dims = dims;
    this.to = to;
    this.diagnostics = diagnostics;
  }

  /**
   * The result of the call, whose operation is added to the list.
   *
   * @param name of the result; null where the call is part of a larger term
   */
  Optional<Tensor> resolve(Term.Call call, Reduction kind, @Nullable String name) {
    if (call.arguments().size() != 2
        || !(call.arguments().get(0) instanceof Term.Argument.Positional value)
        || !(call.arguments().get(1) instanceof Term.Argument.Named named)
        || !named.name().text().equals("over")
        || named.keys() != null
        || !(named.value() instanceof Expression.Reference reference)) {
      String form = "one tensor and a dimension of it: `%s(x, over = d)`".formatted(kind.word());
      diagnostics.report(Code.ARGUMENTS, call.span(), kind.word(), form).add();
      return Optional.empty();
    }
    Optional<Tensor> input = terms.tensor(value.term());
    Optional<Dim> over = dims.find(reference.name());
    if (input.isEmpty() || over.isEmpty()) {
      return Optional.empty();
    }
    List<Dim> rest = new ArrayList<>(input.get().dims());
    if (!rest.remove(over.get())) {
      diagnostics
          .report(Code.NOT_A_DIM, reference.span(), over.get(), Draft.list(input.get().dims()))
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
