package io.heddle.processor.model;

import io.heddle.processor.diagnose.Code;
import io.heddle.processor.diagnose.Diagnostics;
import io.heddle.processor.diagnose.Span;
import io.heddle.processor.syntax.Expression;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Numbers that follow from each other, in whatever order they are given. */
final class Definitions {
  private Definitions() {}

  /**
   * A number.
   *
   * @param value over {@code known} and the other definitions; the known ones go first
   */
  record Definition(String name, Expression value, Map<String, Long> known, Span span) {}

  /**
   * The values in the order of the definitions, without those that have none, which is then among
   * the findings: here, or where a name is unknown.
   */
  static Map<String, Long> evaluate(List<Definition> definitions, Diagnostics diagnostics) {
    Map<String, Long> results = new HashMap<>();
    List<Definition> waiting = new ArrayList<>(definitions);
    boolean isStuck = false;
    boolean hasFailed = false;
    while (!waiting.isEmpty() && !isStuck) {
      List<Definition> later = new ArrayList<>();
      for (Definition definition : waiting) {
        if (!isReady(definition, results)) {
          later.add(definition);
          continue;
        }
        Optional<Long> value = evaluate(definition, results, diagnostics);
        value.ifPresent(result -> results.put(definition.name(), result));
        hasFailed |= value.isEmpty();
      }
      isStuck = later.size() == waiting.size();
      waiting = later;
    }
    Set<String> names =
        new java.util.HashSet<>(definitions.stream().map(Definition::name).toList());
    for (Definition definition : hasFailed ? List.<Definition>of() : waiting) {
      if (ExpressionNames.in(definition.value()).stream()
          .allMatch(name -> names.contains(name) || definition.known().containsKey(name))) {
        diagnostics
            .report(Code.CIRCULAR_NUMBER, definition.value().span(), definition.name())
            .add();
      }
    }
    Map<String, Long> ordered = new LinkedHashMap<>();
    for (Definition definition : definitions) {
      Long value = results.get(definition.name());
      if (value != null) {
        ordered.put(definition.name(), value);
      }
    }
    return ordered;
  }

  private static boolean isReady(Definition definition, Map<String, Long> results) {
    return definition.value() instanceof Expression.Literal
        || ExpressionNames.in(definition.value()).stream()
            .allMatch(name -> definition.known().containsKey(name) || results.containsKey(name));
  }

  private static Optional<Long> evaluate(
      Definition definition, Map<String, Long> results, Diagnostics diagnostics) {
    if (definition.value() instanceof Expression.Literal literal) {
      return Optional.of(literal.value());
    }
    Map<String, Long> known = new HashMap<>(results);
    known.putAll(definition.known());
    return new Arithmetic(known, diagnostics).evaluate(definition.value());
  }
}
