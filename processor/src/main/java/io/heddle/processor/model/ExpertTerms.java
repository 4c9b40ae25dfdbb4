package io.heddle.processor.model;

import io.heddle.processor.diagnose.Code;
import io.heddle.processor.model.Operation.Combine;
import io.heddle.processor.model.Operation.Dispatch;
import io.heddle.processor.syntax.Expression;
import io.heddle.processor.syntax.Term;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Resolves {@code dispatch(a, p, top = k)} and {@code combine(m, p)}. */
final class ExpertTerms {
  private static final CallArguments.Form DISPATCH =
      new CallArguments.Form(
          "`dispatch(tokens, routing, top = k)`", List.of(), List.of("top"), List.of());

  private static final CallArguments.Form COMBINE =
      CallArguments.Form.of("`combine(rows, routing)`");

  private final TermResolver terms;
  private final Names<Operand> scope;
  private final ModelNames names;
  private final List<Operation> operations;

  ExpertTerms(
      TermResolver terms, Names<Operand> scope, ModelNames names, List<Operation> operations) {
    this.terms = terms;
    this.scope = scope;
    this.names = names;
    this.operations = operations;
  }

  /**
   * The result of the call, whose operation is added to the list.
   *
   * @param hint the declared dimensions of the statement; null if it declares none
   * @param name of the result; null where the call is part of a larger term
   */
  Optional<Tensor> resolve(Term.Call call, @Nullable List<Dim> hint, @Nullable String name) {
    boolean dispatch = call.function().text().equals("dispatch");
    Optional<CallArguments> arguments =
        CallArguments.of(call, dispatch ? DISPATCH : COMBINE, scope, names);
    if (arguments.isEmpty()) {
      return Optional.empty();
    }
    Expression top = arguments.get().number("top");
    if (arguments.get().terms().size() != 2 || dispatch != (top != null)) {
      arguments.get().wrong();
      return Optional.empty();
    }
    List<Tensor> tensors = new ArrayList<>();
    arguments.get().terms().forEach(term -> terms.tensor(term).ifPresent(tensors::add));
    if (tensors.size() != 2) {
      return Optional.empty();
    }
    return top != null
        ? dispatch(call, tensors.get(0), tensors.get(1), top, hint, name)
        : combine(call, tensors.get(0), tensors.get(1), name);
  }

  private Optional<Tensor> dispatch(
      Term.Call call,
      Tensor tokens,
      Tensor routing,
      Expression top,
      @Nullable List<Dim> hint,
      @Nullable String name) {
    if (hint == null || name == null) {
      return shape(call, "the result of dispatch needs a name and dimensions");
    }
    List<Dim> added = new ArrayList<>(hint);
    added.removeAll(tokens.dims());
    List<Dim> open = added.stream().filter(Dim::isOpen).toList();
    List<Dim> experts = added.stream().filter(dim -> !dim.isOpen()).toList();
    if (open.size() != 1 || experts.size() != 1) {
      return shape(
          call,
          "the result has the experts, one dimension without a size for the rows of an expert, "
              + "and what a token consists of");
    }
    Tensor result = new Tensor(name, hint, call.span());
    Dispatch operation =
        new Dispatch(result, tokens, routing, top, experts.get(0), open.get(0), call.span());
    if (operation.tokenDims().isEmpty()
        || !routing.dims().containsAll(operation.tokenDims())
        || routing.dims().size() != operation.tokenDims().size() + 1) {
      return shape(call, "the routing has the dimensions of the tokens and one more");
    }
    operations.add(operation);
    return Optional.of(result);
  }

  private Optional<Tensor> combine(
      Term.Call call, Tensor rows, Tensor routing, @Nullable String name) {
    Optional<Dispatch> dispatch =
        operations.stream()
            .filter(Dispatch.class::isInstance)
            .map(Dispatch.class::cast)
            .filter(candidate -> rows.dims().contains(candidate.rows()))
            .findFirst();
    if (dispatch.isEmpty() || !rows.dims().contains(dispatch.get().experts())) {
      return shape(call, "its rows were not made by dispatch in this block");
    }
    List<Dim> dims = new ArrayList<>(dispatch.get().tokenDims());
    for (Dim dim : rows.dims()) {
      if (!dim.equals(dispatch.get().rows()) && !dim.equals(dispatch.get().experts())) {
        dims.add(dim);
      }
    }
    String made = name != null ? name : terms.fresh("combine." + rows.name());
    Tensor result = new Tensor(made, dims, call.span());
    operations.add(new Combine(result, rows, routing, dispatch.get(), call.span()));
    return Optional.of(result);
  }

  private Optional<Tensor> shape(Term.Call call, String wanted) {
    names.diagnostics().report(Code.EXPERT_SHAPE, call.span(), call.function()).help(wanted).add();
    return Optional.empty();
  }
}
