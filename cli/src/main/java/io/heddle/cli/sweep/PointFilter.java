package io.heddle.cli.sweep;

import io.heddle.cli.failure.Failure;
import io.heddle.cli.sweep.PointResult.Figures;
import io.heddle.processor.diagnose.Diagnostics;
import io.heddle.processor.diagnose.Rendering;
import io.heddle.processor.diagnose.Source;
import io.heddle.processor.diagnose.Spelling;
import io.heddle.processor.model.Arithmetic;
import io.heddle.processor.model.ExpressionNames;
import io.heddle.processor.syntax.ChangeReader;
import io.heddle.processor.syntax.Expression;
import io.heddle.processor.syntax.Expression.Operator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A condition on points, in the words of {@code keep when}: numbers that were chosen or follow, and
 * of those that were simulated {@code fits}, {@code memory} in bytes, {@code ranks} and {@code
 * time} in ns; and texts, which are equal to a word or to what stands in quotes, as in {@code
 * schedule = zero_bubble} and {@code layout = 'pp > dp > tp'}; {@code fits} is also the word {@code
 * true} or {@code false}. A point that lacks one of the names does not meet it.
 */
public final class PointFilter {
  private static final String OPTION = "--where";
  private static final int LONGEST_NUMBER = 18;

  /** A text in quotes, or an equals sign that stands alone. */
  private static final Pattern WRITTEN =
      Pattern.compile("'([^']*)'|\"([^\"]*)\"|(?<![<>=!])=(?!=)");

  private static final String FITS = "fits";

  /** Figures of points that ran. */
  private static final Set<String> FIGURES = Set.of(FITS, "ranks", "memory", "time");

  private final Expression condition;

  /** Texts in quotes by the names that stand for them, for expressions know nothing of texts. */
  private final Map<String, String> quoted;

  private final Set<String> wanted = new TreeSet<>();
  private final Set<String> met = new TreeSet<>();

  /** All names of points. */
  private final Set<String> known = new TreeSet<>();

  private PointFilter(Expression condition, Map<String, String> quoted) {
    this.condition = condition;
    this.quoted = quoted;
  }

  /**
   * Reads a condition such as {@code fits and tp <= 8}.
   *
   * @throws Failure if it is none
   */
  public static PointFilter read(String text) {
    String standIn = "q";
    while (text.contains(standIn)) {
      standIn += "_";
    }
    Map<String, String> quoted = new LinkedHashMap<>();
    StringBuilder plain = new StringBuilder();
    Matcher written = WRITTEN.matcher(text);
    while (written.find()) {
      String inQuotes = written.group(1) == null ? written.group(2) : written.group(1);
      if (inQuotes == null) {
        written.appendReplacement(plain, "==");
      } else {
        String name = standIn + (quoted.size() + 1) + standIn;
        written.appendReplacement(plain, name);
        quoted.put(name, inQuotes);
      }
    }
    written.appendTail(plain);
    Diagnostics diagnostics = new Diagnostics();
    Optional<Expression> condition =
        ChangeReader.expression(new Source(OPTION, plain.toString()), diagnostics);
    condition.ifPresent(known -> checkFunctions(known, diagnostics));
    if (condition.isEmpty() || diagnostics.hasErrors()) {
      String wrong = Rendering.of(diagnostics.all()).strip();
      for (Map.Entry<String, String> one : quoted.entrySet()) {
        wrong = wrong.replace(one.getKey(), "'" + one.getValue() + "'");
      }
      throw Failure.usage(wrong);
    }
    checkTexts(condition.get(), quoted);
    return new PointFilter(condition.get(), quoted);
  }

  private static void checkFunctions(Expression expression, Diagnostics diagnostics) {
    if (expression instanceof Expression.Call call) {
      ExpressionNames.checkFunction(call, diagnostics);
      call.arguments().forEach(argument -> checkFunctions(argument, diagnostics));
    } else if (expression instanceof Expression.Binary binary) {
      checkFunctions(binary.left(), diagnostics);
      checkFunctions(binary.right(), diagnostics);
    }
  }

  /** Texts stand beside a name and an equals sign, and nowhere else. */
  private static void checkTexts(Expression expression, Map<String, String> quoted) {
    if (expression instanceof Expression.Reference reference) {
      String text = quoted.get(reference.name().text());
      if (text != null) {
        throw Failure.usage(
            "%s: '%s' is a text, which is compared with a name by = or !=".formatted(OPTION, text));
      }
    } else if (expression instanceof Expression.Call call) {
      call.arguments().forEach(argument -> checkTexts(argument, quoted));
    } else if (expression instanceof Expression.Binary binary) {
      boolean compares = isEquality(binary);
      boolean isTextLeft = compares && isText(binary.left(), quoted);
      boolean isTextRight = compares && isText(binary.right(), quoted);
      if (!(isTextRight && binary.left() instanceof Expression.Reference && !isTextLeft)) {
        checkTexts(binary.right(), quoted);
      }
      if (!(isTextLeft && binary.right() instanceof Expression.Reference && !isTextRight)) {
        checkTexts(binary.left(), quoted);
      }
    }
  }

  private static boolean isEquality(Expression.Binary binary) {
    return binary.operator() == Operator.EQUAL || binary.operator() == Operator.NOT_EQUAL;
  }

  private static boolean isText(Expression expression, Map<String, String> quoted) {
    return expression instanceof Expression.Reference reference
        && quoted.containsKey(reference.name().text());
  }

  /** Whether a point meets the condition. */
  public boolean test(PointResult point) {
    Map<String, Long> numbers = numbers(point);
    Expression ofNumbers = withoutTexts(condition, point, numbers);
    Set<String> names = ExpressionNames.in(ofNumbers);
    for (String name : names) {
      (numbers.containsKey(name) ? met : wanted).add(name);
    }
    if (!met.containsAll(wanted)) {
      known.addAll(FIGURES);
      known.addAll(numbers.keySet());
      known.addAll(point.values().keySet());
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

  /** The same for people, each with the nearest name that points have. */
  public String unknownWithHints() {
    return unknown().stream()
        .map(name -> name + Spelling.question(name, known).map(q -> " (" + q + ")").orElse(""))
        .collect(Collectors.joining(", "));
  }

  /** The condition with what it says of texts as truth values. */
  private Expression withoutTexts(
      Expression expression, PointResult point, Map<String, Long> numbers) {
    if (!(expression instanceof Expression.Binary binary)) {
      return expression;
    }
    if (isEquality(binary)
        && binary.left() instanceof Expression.Reference left
        && binary.right() instanceof Expression.Reference right
        && !(numbers.containsKey(left.name().text()) && numbers.containsKey(right.name().text()))) {
      return quoted.containsKey(left.name().text())
          ? compared(right, left, binary, point, numbers)
          : compared(left, right, binary, point, numbers);
    }
    return new Expression.Binary(
        binary.operator(),
        withoutTexts(binary.left(), point, numbers),
        withoutTexts(binary.right(), point, numbers),
        binary.span());
  }

  /** Whether the text of a name is that of another, or a word, or what stood in quotes. */
  private Expression compared(
      Expression.Reference one,
      Expression.Reference other,
      Expression.Binary binary,
      PointResult point,
      Map<String, Long> numbers) {
    String name = one.name().text();
    String word = other.name().text();
    String text = text(name, point, numbers);
    if (text == null) {
      return one;
    }
    met.add(name);
    String with = quoted.get(word);
    if (with == null) {
      with = text(word, point, numbers);
    }
    if (with == null && FIGURES.contains(word)) {
      return other;
    }
    if (with == null) {
      boolean isTruth = name.equals(FITS) && (word.equals("true") || word.equals("false"));
      // No number is a word, so that the word is a name which the point lacks.
      (numbers.containsKey(name) && !isTruth ? wanted : met).add(word);
      with = word;
    }
    boolean is = normal(text).equals(normal(with));
    boolean isTrue = is == (binary.operator() == Operator.EQUAL);
    return new Expression.Literal(isTrue ? 1 : 0, binary.span());
  }

  /** What a name stands for; null if the point lacks it. */
  private static @Nullable String text(String name, PointResult point, Map<String, Long> numbers) {
    String text = point.values().get(name);
    Long number = numbers.get(name);
    if (text != null || number == null) {
      return text;
    }
    return name.equals(FITS) ? String.valueOf(number != 0) : String.valueOf(number);
  }

  /** Spaces do not matter within lines of a plan. */
  private static String normal(String text) {
    return text.strip().replaceAll("\\s+", "");
  }

  private static Map<String, Long> numbers(PointResult point) {
    Map<String, Long> values = new HashMap<>();
    if (point.figures().isPresent()) {
      Figures figures = point.figures().get();
      values.put(FITS, figures.memory().fits() ? 1L : 0L);
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
