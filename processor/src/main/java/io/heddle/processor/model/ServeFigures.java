package io.heddle.processor.model;

import io.heddle.processor.diagnose.Code;
import io.heddle.processor.diagnose.Diagnostics;
import io.heddle.processor.diagnose.Span;
import io.heddle.processor.syntax.Name;
import io.heddle.processor.syntax.ServeItem;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;

/** The figures in parentheses behind a line of a {@code serve} declaration, by name. */
final class ServeFigures {
  private final String owner;
  private final Map<String, ServeItem.ServeFigure> given;
  private final Diagnostics diagnostics;

  /**
   * Reads figures; unknown names and those that stand twice are findings.
   *
   * @param owner the line
   * @param taken names that it takes
   */
  ServeFigures(
      String owner,
      List<ServeItem.ServeFigure> figures,
      List<String> taken,
      Diagnostics diagnostics) {
    this.owner = owner;
    this.diagnostics = diagnostics;
    this.given =
        new NamedArguments("figure", owner, taken, diagnostics)
            .read(figures, ServeItem.ServeFigure::name);
  }

  /** A whole number from 1 to {@code most}; empty where it is not given or after a finding. */
  OptionalInt count(String name, int most) {
    Optional<BigDecimal> value = quantity(name, Units.NUMBER);
    if (value.isEmpty()) {
      return OptionalInt.empty();
    }
    BigDecimal number = value.get();
    if (number.stripTrailingZeros().scale() > 0 || number.compareTo(BigDecimal.valueOf(most)) > 0) {
      outOfRange(name, "a whole number from 1 to %,d".formatted(most));
      return OptionalInt.empty();
    }
    return OptionalInt.of(number.intValueExact());
  }

  /** A number in a range; empty where it is not given or after a finding. */
  OptionalDouble number(String name, double least, double most) {
    Optional<BigDecimal> value = quantity(name, Units.NUMBER);
    if (value.isEmpty()) {
      return OptionalDouble.empty();
    }
    double number = value.get().doubleValue();
    if (!(number >= least && number <= most)) {
      outOfRange(name, "a number from %s to %s".formatted(plain(least), plain(most)));
      return OptionalDouble.empty();
    }
    return OptionalDouble.of(number);
  }

  private static String plain(double value) {
    return BigDecimal.valueOf(value).stripTrailingZeros().toPlainString();
  }

  /** A quantity in a unit; empty where it is not given or after a finding. */
  Optional<BigDecimal> quantity(String name, Units unit) {
    ServeItem.ServeFigure figure = given.get(name);
    if (figure == null) {
      return Optional.empty();
    }
    if (figure.quantity() == null) {
      outOfRange(name, unit.example());
      return Optional.empty();
    }
    return unit.read(figure.quantity(), diagnostics);
  }

  /** Whether a figure is given as this word; others are findings. */
  boolean isWord(String name, String word) {
    ServeItem.ServeFigure figure = given.get(name);
    if (figure == null) {
      return false;
    }
    Name said = figure.word();
    if (said == null || !said.text().equals(word)) {
      outOfRange(name, "the word `%s`".formatted(word));
      return false;
    }
    return true;
  }

  /** Reports that a figure is missing. */
  void missing(Span place, String what, String example) {
    diagnostics
        .report(Code.ARGUMENTS, place, owner, what)
        .help("write `%s`".formatted(example))
        .add();
  }

  private void outOfRange(String name, String wanted) {
    ServeItem.ServeFigure figure = given.get(name);
    if (figure != null) {
      diagnostics.report(Code.OUT_OF_RANGE, figure.name().span(), wanted).add();
    }
  }
}
