package io.heddle.processor.syntax.format;

import io.heddle.processor.diagnose.Diagnostics;
import io.heddle.processor.diagnose.Source;
import io.heddle.processor.syntax.ParsedText;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.antlr.v4.runtime.Token;

/**
 * Formats files: one form for every text that means the same, aligned as the library is. Line
 * breaks that the author chose stay, comments too.
 */
public final class FormattedText {
  private FormattedText() {}

  /**
   * A file in that form, its lines ending with a line feed; empty if it cannot be read.
   *
   * @param diagnostics receives what cannot be read
   */
  public static Optional<String> of(Source source, Diagnostics diagnostics) {
    Diagnostics findings = new Diagnostics();
    Optional<ParsedText> parsed = ParsedText.of(source, findings);
    diagnostics.addAll(findings.all());
    if (parsed.isEmpty() || findings.hasErrors()) {
      return Optional.empty();
    }
    Contents contents = Contents.of(source, parsed.get());
    String text =
        new Typesetter(contents.tokens, contents.gaps, new Roles(parsed.get().file())).text();
    if (!isSame(contents, new Source(source.path(), text))) {
      throw new IllegalStateException("formatting changes " + source.path());
    }
    return Optional.of(text);
  }

  /** Nothing is written that has other words or comments than what was read. */
  private static boolean isSame(Contents contents, Source formatted) {
    Diagnostics findings = new Diagnostics();
    return ParsedText.of(formatted, findings)
        .map(parsed -> Contents.of(formatted, parsed).words().equals(contents.words()))
        .filter(same -> same && !findings.hasErrors())
        .orElse(false);
  }

  /** Tokens and what stands before each. */
  private record Contents(List<Token> tokens, List<Gap> gaps) {
    static Contents of(Source source, ParsedText parsed) {
      String text = source.text();
      List<Token> tokens = new ArrayList<>();
      List<Gap> gaps = new ArrayList<>();
      int[] offsets = text.codePoints().map(Character::charCount).toArray();
      int begin = 0;
      int points = 0;
      parsed.tokens().fill();
      for (Token token : parsed.tokens().getTokens()) {
        if (token.getChannel() != Token.DEFAULT_CHANNEL) {
          continue;
        }
        boolean isEnd = token.getType() == Token.EOF;
        int end = begin;
        for (; points < (isEnd ? offsets.length : token.getStartIndex()); points++) {
          end += offsets[points];
        }
        Gap gap = Gap.of(text.substring(begin, end));
        gaps.add(tokens.isEmpty() ? gap.ofFile() : gap);
        tokens.add(token);
        begin = end;
        for (; !isEnd && points <= token.getStopIndex(); points++) {
          begin += offsets[points];
        }
      }
      return new Contents(tokens, gaps);
    }

    List<String> words() {
      List<String> words = new ArrayList<>();
      for (int i = 0; i < tokens.size(); i++) {
        words.addAll(gaps.get(i).texts());
        words.add(tokens.get(i).getText());
      }
      return words;
    }
  }
}
