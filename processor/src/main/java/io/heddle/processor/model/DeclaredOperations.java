package io.heddle.processor.model;

import io.heddle.processor.diagnose.Code;
import io.heddle.processor.diagnose.Diagnostics;
import io.heddle.processor.syntax.Declaration;
import io.heddle.processor.syntax.Expression;
import io.heddle.processor.syntax.Name;
import io.heddle.processor.syntax.OperationClause;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The operations that files declare: {@code op swish(a) flops 6 * size(a) bytes 2 * bytes(a)}. */
final class DeclaredOperations {
  private final Names<Declaration.Operation> operations;
  private final Set<String> wrong = new HashSet<>();
  private final Diagnostics diagnostics;

  DeclaredOperations(Diagnostics diagnostics) {
    this.operations = new Names<>("operation", op -> op.name().span(), diagnostics);
    this.diagnostics = diagnostics;
  }

  /** Declares an operation, whose costs are over its parameters only. */
  void declare(Declaration.Operation operation) {
    if (TermResolver.OPERATIONS.contains(operation.name().text())) {
      diagnostics
          .report(Code.OPERATION_TAKEN, operation.name().span(), operation.name())
          .help("give yours another name")
          .add();
      return;
    }
    Diagnostics findings = new Diagnostics();
    new OperationCheck(operation, findings).run();
    if (findings.hasErrors()) {
      wrong.add(operation.name().text());
    }
    diagnostics.addAll(findings.all());
    operations.declare(operation.name(), operation);
  }

  /** Whether something is wrong with a declaration, which has been reported. */
  boolean isWrong(Declaration.Operation operation) {
    return wrong.contains(operation.name().text());
  }

  /** The declaration of this name. */
  Optional<Declaration.Operation> named(String name) {
    return Optional.ofNullable(operations.get(name));
  }

  /** All their names. */
  List<String> names() {
    return List.copyOf(operations.all().keySet());
  }

  /** The operation where it is applied to any dimensions. */
  static Function function(Declaration.Operation operation, List<Operand> arguments) {
    Function.Cost cost = cost(operation.costs(), measured(operation, arguments), Map.of());
    return new Function(operation.name().text(), 0, 0, false, 0, cost);
  }

  /** The dimensions of what each parameter stands for. */
  static Map<String, List<Dim>> measured(Declaration.Operation operation, List<Operand> arguments) {
    Map<String, List<Dim>> dims = new LinkedHashMap<>();
    for (int i = 0; i < arguments.size(); i++) {
      dims.put(operation.parameters().get(i).name().text(), arguments.get(i).dims());
    }
    return dims;
  }

  /**
   * Costs where the operation is applied.
   *
   * @param arguments the dimensions of what each parameter stands for
   * @param dims what each name of a dimension stands for
   */
  static Function.Cost cost(
      OperationClause.Costs costs, Map<String, List<Dim>> arguments, Map<String, Dim> dims) {
    return new Function.Cost(part(costs.flops()), part(costs.bytes()), arguments, dims);
  }

  /** A cost with {@code size(a)} as a name of its own. */
  static Function.Part part(Expression cost) {
    return new Function.Part(measured(cost));
  }

  /** The expression with {@code size(a)} as a name of its own, {@code size a}. */
  private static Expression measured(Expression expression) {
    if (expression instanceof Expression.Binary binary) {
      return new Expression.Binary(
          binary.operator(), measured(binary.left()), measured(binary.right()), binary.span());
    }
    if (expression instanceof Expression.Call call) {
      if (OperationCheck.MEASURES.contains(call.function().text())
          && call.arguments().get(0) instanceof Expression.Reference of) {
        return new Expression.Reference(
            new Name(call.function().text() + " " + of.name().text(), call.span()));
      }
      List<Expression> arguments = new ArrayList<>();
      call.arguments().forEach(argument -> arguments.add(measured(argument)));
      return new Expression.Call(call.function(), arguments, call.span());
    }
    return expression;
  }
}
