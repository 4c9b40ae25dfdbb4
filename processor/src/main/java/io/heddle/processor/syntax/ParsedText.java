package io.heddle.processor.syntax;

import io.heddle.grammar.TfmParser;
import io.heddle.processor.diagnose.Code;
import io.heddle.processor.diagnose.Diagnostics;
import io.heddle.processor.diagnose.Source;
import io.heddle.processor.diagnose.Span;
import java.util.Optional;
import org.antlr.v4.runtime.CommonTokenStream;
import org.antlr.v4.runtime.misc.ParseCancellationException;

/**
 * The tokens of a file and the tree of its parser, for those who show or write text as it stands.
 *
 * @param tokens documentation is among them, on the hidden channel; other comments are not
 */
public record ParsedText(CommonTokenStream tokens, TfmParser.FileContext file) {
  /**
   * Parses a file; empty if it cannot be read at all.
   *
   * @param diagnostics receives what cannot be read, at most about a hundred findings
   */
  public static Optional<ParsedText> of(Source source, Diagnostics diagnostics) {
    try {
      return of(new Complaints(source, diagnostics));
    } catch (ParseCancellationException e) {
      return Optional.empty();
    }
  }

  /**
   * @throws ParseCancellationException if too much is wrong
   */
  static Optional<ParsedText> of(Complaints complaints) {
    Source source = complaints.source();
    if (source.text().length() > SyntaxReader.LONGEST) {
      complaints.report(Code.TOO_LARGE, new Span(source, 1, 1, 1), "two million").add();
      return Optional.empty();
    }
    CommonTokenStream tokens = Lexing.tokens(complaints);
    if (tokens == null || !SyntaxReader.isKnownVersion(tokens, complaints)) {
      return Optional.empty();
    }
    TfmParser parser = new TfmParser(tokens);
    parser.removeErrorListeners();
    parser.setErrorHandler(new Recovery(complaints));
    return Optional.of(new ParsedText(tokens, parser.file()));
  }
}
