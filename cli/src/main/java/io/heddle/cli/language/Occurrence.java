package io.heddle.cli.language;

import io.heddle.processor.diagnose.Span;
import java.util.List;

/**
 * A name where it stands.
 *
 * @param candidates what it can mean; the first of them that is declared is what it means. Owners
 *     that begin with {@code @} are plans, and stand for their models.
 * @param declares whether it is declared here
 */
public record Occurrence(Span span, List<Symbol> candidates, boolean declares) {
  public Occurrence {
    candidates = List.copyOf(candidates);
  }

  /** Whether a column of its line, from 1, is in it or just behind it. */
  boolean isAt(int line, int column) {
    return span.line() == line
        && span.column() <= column
        && column <= span.column() + span.length();
  }
}
