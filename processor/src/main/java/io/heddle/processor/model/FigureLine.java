package io.heddle.processor.model;

import io.heddle.plan.figure.Figure;
import io.heddle.plan.figure.FigureUnit;
import io.heddle.processor.diagnose.Code;
import io.heddle.processor.diagnose.Diagnostics;
import io.heddle.processor.diagnose.Span;
import io.heddle.processor.diagnose.Spelling;
import io.heddle.processor.syntax.HardwareItem;
import io.heddle.processor.syntax.Name;
import java.math.BigDecimal;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Reads the figures in parentheses behind the name of what they are of. */
final class FigureLine {
  private final Diagnostics diagnostics;

  FigureLine(Diagnostics diagnostics) {
    this.diagnostics = diagnostics;
  }

  /**
   * The figures of a line; empty after findings.
   *
   * @param of what the line is called, such as {@code kernel matmul}
   * @param known figures that it can have
   */
  <F extends Figure> Optional<Map<F, Double>> read(
      String of, List<HardwareItem.Figure> items, List<F> known) {
    Map<F, Double> values = new LinkedHashMap<>();
    Map<F, Span> first = new LinkedHashMap<>();
    boolean whole = true;
    for (HardwareItem.Figure item : items) {
      Optional<F> figure =
          known.stream().filter(each -> each.word().equals(item.name().text())).findFirst();
      if (figure.isEmpty()) {
        unknown("figure of `%s`".formatted(of), item.name(), known.stream().map(F::word).toList());
        whole = false;
        continue;
      }
      if (first.putIfAbsent(figure.get(), item.name().span()) != null) {
        diagnostics
            .report(Code.DUPLICATE_NAME, item.name().span(), "figure", item.name())
            .note(first.get(figure.get()), "the first one is here")
            .help("remove one of them")
            .add();
        whole = false;
      }
      Optional<BigDecimal> value = units(figure.get().unit()).read(item.value(), diagnostics);
      whole &= value.isPresent();
      value.ifPresent(number -> values.put(figure.get(), number.doubleValue()));
    }
    return whole ? Optional.of(values) : Optional.empty();
  }

  /** Reports a name that is none of those known. */
  void unknown(String sort, Name name, List<String> known) {
    diagnostics
        .report(Code.UNKNOWN_NAME, name.span(), sort, name)
        .help(Spelling.help(name.text(), known))
        .add();
  }

  private static Units units(FigureUnit unit) {
    return switch (unit) {
      case SHARE -> Units.SHARE;
      case TIME -> Units.TIME;
      case BANDWIDTH -> Units.BANDWIDTH;
      case SIZE -> Units.CAPACITY;
      case NUMBER -> Units.NUMBER;
    };
  }
}
