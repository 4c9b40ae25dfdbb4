package io.heddle.processor.model;

import io.heddle.processor.diagnose.Code;
import io.heddle.processor.diagnose.Diagnostics;
import io.heddle.processor.diagnose.Span;
import io.heddle.processor.model.Definitions.Definition;
import io.heddle.processor.syntax.Expression;
import io.heddle.processor.syntax.Name;
import io.heddle.processor.syntax.PlanChange;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/** Evaluates the numbers of a plan, those that are replaced as what replaces them. */
final class NumberReader {
  /** The largest parameter, dimension or batch that is accepted. */
  static final long LARGEST = 1L << 40;

  private final Overrides overrides;
  private final Diagnostics diagnostics;
  private boolean complete = true;

  NumberReader(Overrides overrides, Diagnostics diagnostics) {
    this.overrides = overrides;
    this.diagnostics = diagnostics;
  }

  /** Whether every number so far has a value. */
  boolean isComplete() {
    return complete;
  }

  /**
   * One number; 1 after a finding.
   *
   * @param name by which it can be replaced
   */
  long value(String name, Expression expression, Map<String, Long> known, Span span) {
    PlanChange.Value replaced = overrides.get(name);
    if (replaced != null) {
      checkNames(replaced, known.keySet());
    }
    Expression instead = replaced == null ? expression : replaced.value();
    Span place = replaced == null ? span : replaced.span();
    return evaluated("`" + name + "`", instead, known, place, 1);
  }

  /**
   * One number that has no name and cannot be replaced; 1 after a finding.
   *
   * @param what it is, as findings say it
   */
  long unnamed(String what, Expression expression, Map<String, Long> known, Span span) {
    return evaluated(what, expression, known, span, 1);
  }

  /** As {@link #unnamed}, but the number may be 0. */
  long unnamedFromZero(String what, Expression expression, Map<String, Long> known, Span span) {
    return evaluated(what, expression, known, span, 0);
  }

  private long evaluated(
      String what, Expression expression, Map<String, Long> known, Span span, long least) {
    Optional<Long> value = new Arithmetic(known, diagnostics).evaluate(expression);
    if (value.isEmpty()) {
      complete = false;
      return 1;
    }
    return inRange(what, value.get(), span, least, LARGEST);
  }

  /**
   * Numbers that may follow from each other; 1 for one that has no value or is not in its range.
   */
  Map<String, Long> values(List<Definition> definitions, long least, long largest) {
    Map<String, Long> found = Definitions.evaluate(definitions, diagnostics);
    Map<String, Long> values = new LinkedHashMap<>();
    for (Definition definition : definitions) {
      Long value = found.get(definition.name());
      complete &= value != null;
      values.put(
          definition.name(),
          value == null
              ? 1
              : inRange("`" + definition.name() + "`", value, definition.span(), least, largest));
    }
    return values;
  }

  /**
   * The definition of a number, or what replaces it: there it is wrong, if it is.
   *
   * @param known names that what replaces it may use
   */
  Definition definition(String name, Expression value, Span span, Set<String> known) {
    PlanChange.Value replaced = overrides.get(name);
    if (replaced == null) {
      return new Definition(name, value, Map.of(), span);
    }
    checkNames(replaced, known);
    return new Definition(name, replaced.value(), Map.of(), replaced.span());
  }

  /** Names of what was written have been checked; those of what replaces it have not. */
  void checkNames(PlanChange.Value number, Set<String> known) {
    if (number.value() instanceof Expression.Literal) {
      return;
    }
    Names<Span> names = new Names<>("number", Function.identity(), diagnostics);
    known.forEach(name -> names.declare(new Name(name, number.span()), number.span()));
    ExpressionNames.check(number.value(), names, diagnostics);
    complete &= !diagnostics.hasErrors();
  }

  private long inRange(String what, long value, Span span, long least, long largest) {
    if (value < least || value > largest) {
      report(span, what, value, least, largest, diagnostics);
      complete = false;
      return 1;
    }
    return value;
  }

  /**
   * Reports a number that is not in its range.
   *
   * @param value a whole number
   */
  void outOfRange(Span span, String what, Number value, long largest) {
    report(span, what, value, 1, largest, diagnostics);
    complete = false;
  }

  /** Reports a number that is not from {@code least} to {@code largest}. */
  static void report(
      Span span, String what, Number value, long least, long largest, Diagnostics diagnostics) {
    diagnostics
        .report(Code.SIZE_OUT_OF_RANGE, span, what, value, least, largest)
        .help("write a whole number from " + least + " to " + largest)
        .add();
  }
}
