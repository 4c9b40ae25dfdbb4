package io.heddle.processor.model;

import io.heddle.processor.diagnose.Code;
import io.heddle.processor.diagnose.Diagnostics;
import io.heddle.processor.diagnose.Span;
import io.heddle.processor.diagnose.Spelling;
import io.heddle.processor.syntax.Declaration;
import io.heddle.processor.syntax.Expression;
import io.heddle.processor.syntax.Name;
import io.heddle.processor.syntax.OperationClause;
import io.heddle.processor.syntax.OperationClause.Costs;
import io.heddle.processor.syntax.OperationClause.Parameter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Whether the declaration of an operation makes sense, wherever it is applied. */
final class OperationCheck {
  /** What a cost takes of a parameter. */
  static final List<String> MEASURES = List.of("size", "bytes");

  /** What costs call that which the operation makes, where no parameter is called so. */
  static final String RESULT = "result";

  private final Declaration.Operation operation;
  private final Diagnostics diagnostics;
  private final Set<String> parameters = new LinkedHashSet<>();
  private final Set<String> taken = new LinkedHashSet<>();
  private final Set<String> made = new LinkedHashSet<>();

  OperationCheck(Declaration.Operation operation, Diagnostics diagnostics) {
    this.operation = operation;
    this.diagnostics = diagnostics;
  }

  /** Reports what is wrong. */
  void run() {
    parameters();
    result();
    costs(operation.costs());
    Map<Class<?>, Span> seen = new HashMap<>();
    for (OperationClause clause : operation.clauses()) {
      Span first = seen.putIfAbsent(clause.getClass(), clause.span());
      if (first != null) {
        wrong(clause.span(), "a second `%s`".formatted(word(clause)))
            .note(first, "the first is here")
            .help("remove one of them")
            .add();
      }
      clause(clause);
    }
    overlapping();
  }

  private void parameters() {
    for (Parameter parameter : operation.parameters()) {
      if (!parameters.add(parameter.name().text())) {
        diagnostics
            .report(Code.DUPLICATE_NAME, parameter.name().span(), "parameter", parameter.name())
            .help("give one of them another name")
            .add();
      }
      if ((parameter.dims() == null) != (operation.parameters().get(0).dims() == null)) {
        wrong(parameter.name().span(), "some of its parameters have dimensions, others have not")
            .help("name the dimensions of all parameters, or of none")
            .add();
      }
      if (parameter.dims() != null) {
        once(parameter.dims());
        parameter.dims().forEach(dim -> taken.add(dim.text()));
      }
    }
  }

  private void result() {
    List<Name> result = operation.result();
    if (result == null) {
      List<Name> first = operation.parameters().get(0).dims();
      if (first != null) {
        first.forEach(dim -> made.add(dim.text()));
      }
      return;
    }
    if (taken.isEmpty()) {
      wrong(operation.name().span(), "its result has dimensions, its parameters have none")
          .help("name the dimensions of its parameters: `op name(x[b s d]) -> [b d] …`")
          .add();
    }
    once(result);
    result.forEach(dim -> made.add(dim.text()));
  }

  private void once(List<Name> dims) {
    Set<String> seen = new LinkedHashSet<>();
    for (Name dim : dims) {
      if (!seen.add(dim.text())) {
        diagnostics.report(Code.DIM_TWICE, dim.span(), dim).add();
      }
    }
  }

  private void clause(OperationClause clause) {
    if (clause instanceof OperationClause.Backward backward) {
      costs(backward.costs());
    } else if (clause instanceof OperationClause.Whole whole) {
      whole.dims().forEach(this::known);
    } else if (clause instanceof OperationClause.Halo halo) {
      cost(halo.places(), List.of());
      along(halo.over(), "halo");
    } else if (clause instanceof OperationClause.Scan scan) {
      along(scan.over(), "scan");
      for (List<Name> state : scan.carry()) {
        once(state);
        state.forEach(this::known);
        state.stream()
            .filter(dim -> dim.text().equals(scan.over().text()))
            .forEach(
                dim ->
                    wrong(dim.span(), "its state has the dimension along which it passes on")
                        .help("leave `%s` out of what it carries".formatted(dim))
                        .add());
      }
      if (scan.costs() != null) {
        costs(scan.costs());
      }
    }
  }

  /** A dimension along which something comes from the part before: in and out. */
  private void along(Name dim, String clause) {
    if (known(dim) && !(taken.contains(dim.text()) && made.contains(dim.text()))) {
      wrong(
              dim.span(),
              "`%s` must be along a dimension of both a parameter and the result".formatted(clause))
          .help("name a dimension that both have")
          .add();
    }
  }

  private boolean known(Name dim) {
    boolean known = taken.contains(dim.text()) || made.contains(dim.text());
    if (!known) {
      Set<String> all = new LinkedHashSet<>(taken);
      all.addAll(made);
      String help =
          all.isEmpty()
              ? "name the dimensions of its parameters: `op name(x[b s d]) …`"
              : Spelling.help(dim.text(), all);
      diagnostics.report(Code.UNKNOWN_NAME, dim.span(), "dimension", dim).help(help).add();
    }
    return known;
  }

  /** Of one dimension one thing is said. */
  private void overlapping() {
    Map<String, Name> said = new HashMap<>();
    for (OperationClause clause : operation.clauses()) {
      List<Name> dims = new ArrayList<>();
      if (clause instanceof OperationClause.Whole whole) {
        dims.addAll(whole.dims());
      } else if (clause instanceof OperationClause.Halo halo) {
        dims.add(halo.over());
      } else if (clause instanceof OperationClause.Scan scan) {
        dims.add(scan.over());
      }
      for (Name dim : dims) {
        Name first = said.putIfAbsent(dim.text(), dim);
        if (first != null) {
          wrong(dim.span(), "two things are said of `%s`".formatted(dim))
              .note(first.span(), "the first is here")
              .help("a dimension is whole, has a halo, or is scanned: remove one of them")
              .add();
        }
      }
    }
  }

  private Diagnostics.Report wrong(Span place, String what) {
    return diagnostics.report(Code.OPERATION_CLAUSES, place, operation.name(), what);
  }

  private static String word(OperationClause clause) {
    return clause.getClass().getSimpleName().toLowerCase(java.util.Locale.ROOT);
  }

  private void costs(Costs costs) {
    cost(costs.flops(), MEASURES);
    cost(costs.bytes(), MEASURES);
  }

  /**
   * @param measures functions of parameters that it may use beside those of numbers
   */
  private void cost(Expression cost, List<String> measures) {
    if (cost instanceof Expression.Binary binary) {
      cost(binary.left(), measures);
      cost(binary.right(), measures);
    } else if (cost instanceof Expression.Call call && !measures.contains(call.function().text())) {
      call.arguments().forEach(argument -> cost(argument, measures));
      ExpressionNames.checkFunction(call, diagnostics);
    } else if (cost instanceof Expression.Call call) {
      if (!isMeasured(call)) {
        diagnostics
            .report(Code.ARGUMENTS, call.span(), call.function(), "one parameter of the operation")
            .help("as in `size(a)` of `op name(a)`")
            .add();
      }
    } else if (cost instanceof Expression.Reference reference
        && !taken.contains(reference.name().text())
        && !made.contains(reference.name().text())) {
      diagnostics
          .report(Code.UNKNOWN_NAME, reference.span(), "number", reference.name())
          .help("costs are over `size(a)` and `bytes(a)` of parameters, and their dimensions")
          .add();
    }
  }

  private boolean isMeasured(Expression.Call call) {
    @Nullable String of =
        call.arguments().size() == 1
                && call.arguments().get(0) instanceof Expression.Reference reference
            ? reference.name().text()
            : null;
    return of != null && (parameters.contains(of) || (of.equals(RESULT) && !made.isEmpty()));
  }
}
