package io.heddle.cli.sweep;

import io.heddle.cli.failure.Failure;
import io.heddle.cli.sweep.PointResult.Figures;
import io.heddle.processor.diagnose.Diagnostics;
import io.heddle.processor.diagnose.Rendering;
import io.heddle.processor.diagnose.Source;
import io.heddle.processor.diagnose.Span;
import io.heddle.processor.model.Arithmetic;
import io.heddle.processor.model.ExpressionNames;
import io.heddle.processor.syntax.ChangeReader;
import io.heddle.processor.syntax.Expression;
import io.heddle.processor.syntax.Expression.Operator;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A condition on points, in the words of {@code keep when}: numbers that were chosen or follow, and
 * of those that were simulated {@code fits}, {@code memory} in bytes, {@code ranks} and {@code
 * time} in ns; and texts, which are equal to a word or to what stands in quotes, as in {@code
 * schedule = zero_bubble} and {@code layout = 'pp > dp > tp'}. A point that lacks one of the names
 * does not meet it.
 */
public final class PointFilter {
  private static final String OPTION = "--where";
  private static final int LONGEST_NUMBER = 18;

  /** A text in quotes, or an equals sign that stands alone. */
  private static final Pattern WRITTEN =
      Pattern.compile("'([^']*)'|\"([^\"]*)\"|(?<![<>=!])=(?!=)");

  /** Stands for a text in quotes, of which expressions know nothing. */
  private static final String QUOTED = "text_in_quotes_";

  private final Expression condition;
  private final List<String> quoted;
  private final Set<String> wanted = new TreeSet<>();
  private final Set<String> met = new TreeSet<>();

  private PointFilter(Expression condition, List<String> quoted) {
    this.condition = condition;
    this.quoted = quoted;
  }

  /**
   * Reads a condition such as {@code fits and tp <= 8}.
   *
   * @throws Failure if it is none
   */
  public static PointFilter read(String text) {
    List<String> quoted = new ArrayList<>();
    StringBuilder plain = new StringBuilder();
    Matcher written = WRITTEN.matcher(text);
    while (written.find()) {
      String inQuotes = written.group(1) == null ? written.group(2) : written.group(1);
      if (inQuotes == null) {
        written.appendReplacement(plain, "==");
      } else {
        written.appendReplacement(plain, QUOTED + quoted.size());
        quoted.add(normal(inQuotes));
      }
    }
    written.appendTail(plain);
    Diagnostics diagnostics = new Diagnostics();
    Optional<Expression> condition =
        ChangeReader.expression(new Source(OPTION, plain.toString()), diagnostics);
    if (condition.isEmpty() || diagnostics.hasErrors()) {
      throw Failure.usage(Rendering.of(diagnostics.all()).strip());
    }
    return new PointFilter(condition.get(), quoted);
  }

  /** Whether a point meets the condition. */
  public boolean test(PointResult point) {
    Map<String, Long> numbers = numbers(point);
    Expression ofNumbers = withoutTexts(condition, point, numbers);
    Set<String> names = ExpressionNames.in(ofNumbers);
    for (String name : names) {
      (numbers.containsKey(name) ? met : wanted).add(name);
    }
    return numbers.keySet().containsAll(names)
        && new Arithmetic(numbers, new Diagnostics())
            .evaluate(ofNumbers)
            .filter(value -> value != 0)
            .isPresent();
  }

  /** Names of the condition that no point had so far. */
  public Set<String> unknown() {
    Set<String> unknown = new TreeSet<>(wanted);
    unknown.removeAll(met);
    return unknown;
  }

  /** The condition with what it says of texts as truth values. */
  private Expression withoutTexts(
      Expression expression, PointResult point, Map<String, Long> numbers) {
    if (!(expression instanceof Expression.Binary binary)) {
      return expression;
    }
    boolean isEqual = binary.operator() == Operator.EQUAL;
    if ((isEqual || binary.operator() == Operator.NOT_EQUAL)
        && binary.left() instanceof Expression.Reference left
        && binary.right() instanceof Expression.Reference right
        && !(numbers.containsKey(left.name().text()) && numbers.containsKey(right.name().text()))) {
      String text = point.values().get(left.name().text());
      if (text == null) {
        // A name that this point lacks.
        return left;
      }
      met.add(left.name().text());
      boolean is = normal(text).equals(text(right.name().text(), point));
      return literal(is == isEqual, binary.span());
    }
    return new Expression.Binary(
        binary.operator(),
        withoutTexts(binary.left(), point, numbers),
        withoutTexts(binary.right(), point, numbers),
        binary.span());
  }

  private static Expression literal(boolean isTrue, Span span) {
    return new Expression.Literal(isTrue ? 1 : 0, span);
  }

  /** What a word on the right stands for: a text in quotes, the text of a name, or itself. */
  private String text(String word, PointResult point) {
    if (word.startsWith(QUOTED)) {
      int number = Integer.parseInt(word.substring(QUOTED.length()));
      return quoted.get(number);
    }
    return normal(point.values().getOrDefault(word, word));
  }

  /** Spaces do not matter within lines of a plan. */
  private static String normal(String text) {
    return text.strip().replaceAll("\\s+", "");
  }

  private static Map<String, Long> numbers(PointResult point) {
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
