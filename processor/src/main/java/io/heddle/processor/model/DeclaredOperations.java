package io.heddle.processor.model;

import io.heddle.processor.diagnose.Code;
import io.heddle.processor.diagnose.Diagnostics;
import io.heddle.processor.syntax.Declaration;
import io.heddle.processor.syntax.Expression;
import io.heddle.processor.syntax.Name;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The operations that files declare: {@code op swish(a) flops 6 * size(a) bytes 2 * bytes(a)}. */
final class DeclaredOperations {
  private static final List<String> MEASURES = List.of("size", "bytes");

  private final Names<Declaration.Operation> operations;
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
    Set<String> parameters = new HashSet<>();
    for (Name parameter : operation.parameters()) {
      if (!parameters.add(parameter.text())) {
        diagnostics
            .report(Code.DUPLICATE_NAME, parameter.span(), "parameter", parameter)
            .help("give one of them another name")
            .add();
      }
    }
    check(operation.flops(), parameters);
    check(operation.bytes(), parameters);
    operations.declare(operation.name(), operation);
  }

  private void check(Expression cost, Set<String> parameters) {
    if (cost instanceof Expression.Binary binary) {
      check(binary.left(), parameters);
      check(binary.right(), parameters);
    } else if (cost instanceof Expression.Call call && !isMeasure(call)) {
      call.arguments().forEach(argument -> check(argument, parameters));
      ExpressionNames.checkFunction(call, diagnostics);
    } else if (cost instanceof Expression.Call call) {
      boolean ofParameter =
          call.arguments().size() == 1
              && call.arguments().get(0) instanceof Expression.Reference reference
              && parameters.contains(reference.name().text());
      if (!ofParameter) {
        diagnostics
            .report(Code.ARGUMENTS, call.span(), call.function(), "one parameter of the operation")
            .help("as in `size(a)` of `op name(a)`")
            .add();
      }
    } else if (cost instanceof Expression.Reference reference) {
      diagnostics
          .report(Code.UNKNOWN_NAME, reference.span(), "number", reference.name())
          .help("costs are over `size(a)` and `bytes(a)` of parameters")
          .add();
    }
  }

  private static boolean isMeasure(Expression.Call call) {
    return MEASURES.contains(call.function().text());
  }

  /** The declaration of this name. */
  Optional<Declaration.Operation> named(String name) {
    return Optional.ofNullable(operations.get(name));
  }

  /** All their names. */
  List<String> names() {
    return List.copyOf(operations.all().keySet());
  }

  /** The operation where it is applied. */
  static Function function(Declaration.Operation operation, List<Operand> arguments) {
    Map<String, List<Dim>> dims = new LinkedHashMap<>();
    for (int i = 0; i < arguments.size(); i++) {
      dims.put(operation.parameters().get(i).text(), arguments.get(i).dims());
    }
    Function.Cost cost =
        new Function.Cost(
            new Function.Part(measured(operation.flops())),
            new Function.Part(measured(operation.bytes())),
            dims);
    return new Function(operation.name().text(), 0, 0, false, 0, cost);
  }

  /** The expression with {@code size(a)} as a name of its own, {@code size a}. */
  private static Expression measured(Expression expression) {
    if (expression instanceof Expression.Binary binary) {
      return new Expression.Binary(
          binary.operator(), measured(binary.left()), measured(binary.right()), binary.span());
    }
    if (expression instanceof Expression.Call call) {
      if (isMeasure(call) && call.arguments().get(0) instanceof Expression.Reference of) {
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
