package io.heddle.processor.model;

import io.heddle.processor.diagnose.Code;
import io.heddle.processor.diagnose.Diagnostics;
import io.heddle.processor.diagnose.Spelling;
import io.heddle.processor.syntax.Expression;
import java.util.LinkedHashSet;
import java.util.Set;

/** The names in an expression: whether they are known, and functions take what they are given. */
public final class ExpressionNames {
  private ExpressionNames() {}

  /** All names that the expression reads, in order. */
  public static Set<String> in(Expression expression) {
    Set<String> names = new LinkedHashSet<>();
    collect(expression, names);
    return names;
  }

  private static void collect(Expression expression, Set<String> names) {
    if (expression instanceof Expression.Reference reference) {
      names.add(reference.name().text());
    } else if (expression instanceof Expression.Binary binary) {
      collect(binary.left(), names);
      collect(binary.right(), names);
    } else if (expression instanceof Expression.Call call) {
      call.arguments().forEach(argument -> collect(argument, names));
    }
  }

  static void check(Expression expression, Names<?> known, Diagnostics diagnostics) {
    if (expression instanceof Expression.Reference reference) {
      if (!known.contains(reference.name().text())) {
        known.unknown(reference.name(), null, diagnostics);
      }
    } else if (expression instanceof Expression.Binary binary) {
      check(binary.left(), known, diagnostics);
      check(binary.right(), known, diagnostics);
    } else if (expression instanceof Expression.Call call) {
      call.arguments().forEach(argument -> check(argument, known, diagnostics));
      checkFunction(call, diagnostics);
    }
  }

  /** Checks that a function is known and takes so many arguments. */
  public static void checkFunction(Expression.Call call, Diagnostics diagnostics) {
    Integer arity = Arithmetic.FUNCTIONS.get(call.function().text());
    if (arity == null) {
      diagnostics
          .report(Code.UNKNOWN_NAME, call.function().span(), "function", call.function())
          .help(
              Spelling.help(
                  call.function().text(), Arithmetic.FUNCTIONS.keySet().stream().sorted().toList()))
          .add();
    } else if (arity == 0 ? call.arguments().size() < 2 : call.arguments().size() != arity) {
      String wanted = arity == 0 ? "two or more numbers" : arity + " numbers";
      diagnostics.report(Code.ARGUMENTS, call.span(), call.function(), wanted).add();
    }
  }
}
