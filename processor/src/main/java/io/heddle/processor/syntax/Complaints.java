package io.heddle.processor.syntax;

import io.heddle.processor.diagnose.Code;
import io.heddle.processor.diagnose.Diagnostic;
import io.heddle.processor.diagnose.Diagnostics;
import io.heddle.processor.diagnose.Source;
import io.heddle.processor.diagnose.Span;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.antlr.v4.runtime.ParserRuleContext;
import org.antlr.v4.runtime.Token;
import org.antlr.v4.runtime.misc.ParseCancellationException;

/** Where the findings about one file go, up to a limit. */
final class Complaints {
  static final int MOST = 100;

  private final Source source;
  private final Diagnostics diagnostics;
  private final Set<Integer> linesWithGaps = new HashSet<>();
  private int count;

  Complaints(Source source, Diagnostics diagnostics) {
    this.source = source;
    this.diagnostics = diagnostics;
  }

  Source source() {
    return source;
  }

  /**
   * Begins a finding.
   *
   * @throws ParseCancellationException if there are too many; the last finding says so
   */
  Diagnostics.Report report(Code code, Span span, Object... arguments) {
    count(span);
    return diagnostics.report(code, span, arguments);
  }

  /** Takes over findings; they count as others do. */
  void addAll(List<Diagnostic> findings) {
    for (Diagnostic finding : findings) {
      count(finding.span());
      diagnostics.addAll(List.of(finding));
    }
  }

  /** Notes that a token, of which a finding tells, is left out of its line. */
  void leaveOut(Token token) {
    linesWithGaps.add(token.getLine());
  }

  /** Whether the line of a token lacks something: what cannot be read there follows from it. */
  boolean hasGap(Token token) {
    return linesWithGaps.contains(token.getLine());
  }

  private void count(Span span) {
    if (count == MOST) {
      diagnostics.report(Code.TOO_MANY_ERRORS, span, MOST).add();
      throw new ParseCancellationException();
    }
    count++;
  }

  /** The place of a token; tokens stand on one line. */
  Span span(Token token) {
    int length = token.getStopIndex() - token.getStartIndex() + 1;
    return new Span(
        source, token.getLine(), token.getCharPositionInLine() + 1, Math.max(1, length));
  }

  /** The place of a rule that was read whole. */
  Span span(ParserRuleContext context) {
    return span(context.getStart()).to(span(context.getStop()));
  }

  /** The place just behind a token. */
  Span behind(Token token) {
    Span last = span(token);
    return new Span(source, last.line(), last.column() + last.length(), 1);
  }
}
