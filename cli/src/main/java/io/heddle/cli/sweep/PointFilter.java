package io.heddle.cli.sweep;

import io.heddle.cli.failure.Failure;
import io.heddle.cli.sweep.PointResult.Figures;
import io.heddle.processor.diagnose.Diagnostics;
import io.heddle.processor.diagnose.Rendering;
import io.heddle.processor.diagnose.Source;
import io.heddle.processor.model.Arithmetic;
import io.heddle.processor.model.ExpressionNames;
import io.heddle.processor.syntax.ChangeReader;
import io.heddle.processor.syntax.Expression;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * A condition on points, in the words of {@code keep when}: numbers that were chosen or follow, and
 * of those that were simulated {@code fits}, {@code memory} in bytes, {@code ranks} and {@code
 * time} in ns. A point that lacks one of the names does not meet it.
 */
public final class PointFilter {
  private static final String OPTION = "--where";
  private static final int LONGEST_NUMBER = 18;

  private final Expression condition;
  private final Set<String> names;
  private final Set<String> met = new TreeSet<>();

  private PointFilter(Expression condition) {
    this.condition = condition;
    this.names = ExpressionNames.in(condition);
  }

  /**
   * Reads a condition such as {@code fits and tp <= 8}.
   *
   * @throws Failure if it is none
   */
  public static PointFilter read(String text) {
    Diagnostics diagnostics = new Diagnostics();
    Optional<Expression> condition = ChangeReader.expression(new Source(OPTION, text), diagnostics);
    if (condition.isEmpty() || diagnostics.hasErrors()) {
      throw Failure.usage(Rendering.of(diagnostics.all()).strip());
    }
    return new PointFilter(condition.get());
  }

  /** Whether a point meets the condition. */
  public boolean test(PointResult point) {
    Map<String, Long> values = values(point);
    for (String name : names) {
      if (values.containsKey(name)) {
        met.add(name);
      }
    }
    return values.keySet().containsAll(names)
        && new Arithmetic(values, new Diagnostics())
            .evaluate(condition)
            .filter(value -> value != 0)
            .isPresent();
  }

  /** Names of the condition that no point had so far. */
  public Set<String> unknown() {
    Set<String> unknown = new TreeSet<>(names);
    unknown.removeAll(met);
    return unknown;
  }

  private static Map<String, Long> values(PointResult point) {
    Map<String, Long> values = new HashMap<>();
    if (point.figures().isPresent()) {
      Figures figures = point.figures().get();
      values.put("fits", figures.memory().fits() ? 1L : 0L);
      values.put("ranks", figures.ranks());
      values.put("time", figures.iterationNanos());
      figures.memory().peak().ifPresent(peak -> values.put("memory", peak));
    }
    point
        .values()
        .forEach(
            (name, text) -> {
              if (text.matches("-?\\d+") && text.length() <= LONGEST_NUMBER) {
                values.put(name, Long.parseLong(text));
              }
            });
    return values;
  }
}
