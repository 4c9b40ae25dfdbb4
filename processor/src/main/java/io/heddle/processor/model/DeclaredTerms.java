package io.heddle.processor.model;

import io.heddle.processor.diagnose.Code;
import io.heddle.processor.syntax.Declaration;
import io.heddle.processor.syntax.Expression;
import io.heddle.processor.syntax.Name;
import io.heddle.processor.syntax.OperationClause;
import io.heddle.processor.syntax.OperationClause.Parameter;
import io.heddle.processor.syntax.Term;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Resolves calls of operations that a file declares. Where it declares them with dimensions, names
 * of these stand for those of what is given, in order; with nothing but costs they are point-wise.
 */
final class DeclaredTerms {
  private final TermResolver terms;
  private final Names<Operand> scope;
  private final ModelNames names;
  private final List<Operation> to;
  private final Declaration.Operation operation;
  private final Term.Call call;
  private final Map<String, Dim> bound = new LinkedHashMap<>();

  DeclaredTerms(
      TermResolver terms,
      Names<Operand> scope,
      ModelNames names,
      List<Operation> to,
      Declaration.Operation operation,
      Term.Call call) {
    this.terms = terms;
    this.scope = scope;
    this.names = names;
    this.to = to;
    this.operation = operation;
    this.call = call;
  }

  /** Whether the declaration says no more than what a point-wise kernel costs. */
  private boolean isPointWise() {
    return operation.clauses().isEmpty() && operation.parameters().get(0).dims() == null;
  }

  /**
   * The result of the call, whose operation is added to the list.
   *
   * @param hint the declared dimensions of the statement; null if it declares none
   * @param name of the result; null where the call is part of a larger term
   */
  Optional<Tensor> resolve(@Nullable List<Dim> hint, @Nullable String name) {
    return isPointWise()
        ? arguments(hint).flatMap(given -> pointWise(given, hint, name))
        : arguments(null).flatMap(given -> own(given, hint, name));
  }

  /** What the call gives; empty after a finding. */
  private Optional<List<Operand>> arguments(@Nullable List<Dim> hint) {
    String takes = "tensors as declared, %d".formatted(operation.parameters().size());
    Optional<CallArguments> given =
        CallArguments.of(call, CallArguments.Form.of(takes), scope, names);
    if (given.isEmpty()) {
      return Optional.empty();
    }
    List<Operand> arguments = new ArrayList<>();
    for (Term term : given.get().terms()) {
      Optional<Operand> operand = terms.operand(term, hint);
      if (operand.isEmpty()) {
        return Optional.empty();
      }
      arguments.add(operand.get());
    }
    if (arguments.size() != operation.parameters().size()
        || arguments.stream().noneMatch(Tensor.class::isInstance)) {
      names
          .diagnostics()
          .report(Code.ARGUMENTS, call.span(), call.function(), takes)
          .note(operation.name().span(), "`%s` is declared".formatted(operation.name()))
          .help("give each parameter one tensor or weight, at least one of them a tensor")
          .add();
      return Optional.empty();
    }
    return Optional.of(arguments);
  }

  /** A point-wise kernel of its own, for its cost says what it reads. */
  private Optional<Tensor> pointWise(
      List<Operand> arguments, @Nullable List<Dim> hint, @Nullable String name) {
    List<Dim> all = List.of();
    for (Operand argument : arguments) {
      Optional<List<Dim>> union = TermResolver.broadcast(all, argument.dims());
      if (union.isEmpty()) {
        names
            .diagnostics()
            .report(Code.UNEQUAL_DIMS, call.span(), Draft.list(all), Draft.list(argument.dims()))
            .add();
        return Optional.empty();
      }
      all = union.get();
    }
    Function function = DeclaredOperations.function(operation, arguments);
    Set<Operand> needs = function.isLinear() ? Set.of() : new LinkedHashSet<>(arguments);
    Map<Operand, Draft.Use> inputs = new LinkedHashMap<>();
    arguments.forEach(argument -> inputs.put(argument, Draft.Use.inside(needs)));
    Draft draft = new Draft(all, inputs, List.of(function), call.span());
    return Optional.of(terms.pointWise(draft, asDeclared(all, hint), made(name, arguments.get(0))));
  }

  /** A kernel with a way of its own to split it, or to go backward. */
  private Optional<Tensor> own(
      List<Operand> arguments, @Nullable List<Dim> hint, @Nullable String name) {
    for (int i = 0; i < arguments.size(); i++) {
      List<Name> dims = operation.parameters().get(i).dims();
      if (dims != null && !bind(operation.parameters().get(i), dims, arguments.get(i))) {
        return Optional.empty();
      }
    }
    if (arguments.stream().anyMatch(this::isWeightInHalo)) {
      return Optional.empty();
    }
    return result(arguments, hint, name)
        .map(
            dims -> {
              Tensor tensor = new Tensor(made(name, arguments.get(0)), dims, call.span());
              to.add(
                  new Operation.Declared(tensor, arguments, applied(arguments, dims), call.span()));
              return tensor;
            });
  }

  private String made(@Nullable String name, Operand first) {
    return name != null ? name : terms.fresh(operation.name() + "." + first.name());
  }

  /** The dimensions in the order of the statement, if it declares these. */
  private static List<Dim> asDeclared(List<Dim> dims, @Nullable List<Dim> hint) {
    return hint != null && new HashSet<>(hint).equals(new HashSet<>(dims)) ? hint : dims;
  }

  private boolean bind(Parameter parameter, List<Name> dims, Operand given) {
    if (dims.size() != given.dims().size()) {
      return conflict(parameter, given, "it is declared with %d dimensions".formatted(dims.size()));
    }
    for (int i = 0; i < dims.size(); i++) {
      Dim dim = given.dims().get(i);
      String text = dims.get(i).text();
      Dim first = bound.get(text);
      if (first != null && !first.equals(dim)) {
        return conflict(parameter, given, "`%s` is `%s` already".formatted(text, first));
      }
      if (first == null && bound.containsValue(dim)) {
        String other =
            bound.entrySet().stream()
                .filter(entry -> entry.getValue().equals(dim))
                .map(Map.Entry::getKey)
                .findFirst()
                .orElseThrow();
        return conflict(parameter, given, "`%s` stands for `%s` already".formatted(other, dim));
      }
      bound.put(text, dim);
    }
    return true;
  }

  /** Reports a weight of which a rank would need what lies before its part: weights never move. */
  private boolean isWeightInHalo(Operand given) {
    for (OperationClause clause : operation.clauses()) {
      if (given instanceof Weight
          && clause instanceof OperationClause.Halo halo
          && given.dims().contains(dim(halo.over()))) {
        names
            .diagnostics()
            .report(
                Code.OPERATION_GIVEN,
                call.span(),
                given.name(),
                operation.name(),
                given.name() + Draft.list(given.dims()),
                "a weight has no halo")
            .note(halo.span(), "the halo is declared here")
            .help("leave `%s` out of the weight".formatted(dim(halo.over())))
            .add();
        return true;
      }
    }
    return false;
  }

  private boolean conflict(Parameter parameter, Operand given, String why) {
    names
        .diagnostics()
        .report(
            Code.OPERATION_GIVEN,
            call.span(),
            parameter.name(),
            operation.name(),
            given.name() + Draft.list(given.dims()),
            why)
        .note(parameter.name().span(), "it is declared here")
        .help("dimensions are bound in order: give it a tensor with the same ones")
        .add();
    return false;
  }

  /** The dimensions of the result; empty after a finding. */
  private Optional<List<Dim>> result(
      List<Operand> arguments, @Nullable List<Dim> hint, @Nullable String name) {
    List<Name> formal =
        operation.result() != null ? operation.result() : operation.parameters().get(0).dims();
    if (formal == null) {
      return broadcast(arguments, hint);
    }
    List<Name> unbound = formal.stream().filter(dim -> !bound.containsKey(dim.text())).toList();
    List<Dim> fresh = hint == null ? new ArrayList<>() : new ArrayList<>(hint);
    fresh.removeAll(bound.values());
    if (!unbound.isEmpty() && (name == null || fresh.size() != unbound.size())) {
      names
          .diagnostics()
          .report(
              Code.OPERATION_GIVEN,
              call.span(),
              OperationCheck.RESULT,
              operation.name(),
              hint == null || name == null ? "part of a term" : Draft.list(hint),
              "no argument says what `%s` is".formatted(unbound.get(0)))
          .note(operation.name().span(), "`%s` is declared".formatted(operation.name()))
          .help("give the result a name and its dimensions in a statement of its own")
          .add();
      return Optional.empty();
    }
    for (int i = 0; i < unbound.size(); i++) {
      bound.put(unbound.get(i).text(), fresh.get(i));
    }
    List<Dim> dims = formal.stream().map(dim -> bound.get(dim.text())).toList();
    return Optional.of(asDeclared(dims, hint));
  }

  /** The dimensions of the argument that has those of all others. */
  private Optional<List<Dim>> broadcast(List<Operand> arguments, @Nullable List<Dim> hint) {
    Set<Dim> all = new LinkedHashSet<>();
    arguments.forEach(argument -> all.addAll(argument.dims()));
    Optional<List<Dim>> widest =
        arguments.stream().map(Operand::dims).filter(dims -> dims.containsAll(all)).findFirst();
    if (widest.isEmpty()) {
      List<List<Dim>> each = arguments.stream().map(Operand::dims).toList();
      List<Dim> most = Collections.max(each, Comparator.comparingInt(List::size));
      List<Dim> other =
          each.stream().filter(dims -> !most.containsAll(dims)).findFirst().orElseThrow();
      names
          .diagnostics()
          .report(Code.UNEQUAL_DIMS, call.span(), Draft.list(most), Draft.list(other))
          .add();
    }
    return widest.map(dims -> asDeclared(dims, hint));
  }

  private OwnOperation applied(List<Operand> arguments, List<Dim> result) {
    Map<String, List<Dim>> measured =
        new LinkedHashMap<>(DeclaredOperations.measured(operation, arguments));
    measured.putIfAbsent(OperationCheck.RESULT, result);
    Function.Cost forward = cost(operation.costs(), measured);
    Function.Cost backward = null;
    boolean linear = false;
    List<Dim> whole = new ArrayList<>();
    OwnOperation.Halo halo = null;
    OwnOperation.Scan scan = null;
    for (OperationClause clause : operation.clauses()) {
      if (clause instanceof OperationClause.Backward said) {
        backward = cost(said.costs(), measured);
      } else if (clause instanceof OperationClause.Whole said) {
        said.dims().forEach(dim -> whole.add(dim(dim)));
      } else if (clause instanceof OperationClause.Halo said) {
        Expression places = said.places();
        halo = new OwnOperation.Halo(DeclaredOperations.part(places), dim(said.over()));
      } else if (clause instanceof OperationClause.Scan said) {
        scan =
            new OwnOperation.Scan(
                dim(said.over()),
                said.carry().stream().map(each -> each.stream().map(this::dim).toList()).toList(),
                said.costs() == null ? forward : cost(said.costs(), measured));
      } else {
        linear = true;
      }
    }
    return new OwnOperation(operation.name().text(), forward, backward, linear, whole, halo, scan);
  }

  private Function.Cost cost(OperationClause.Costs costs, Map<String, List<Dim>> measured) {
    return DeclaredOperations.cost(costs, measured, Map.copyOf(bound));
  }

  /** What a name stands for that the declaration was found to know. */
  private Dim dim(Name name) {
    return Objects.requireNonNull(bound.get(name.text()), name.text());
  }
}
