package io.heddle.processor.syntax;

import io.heddle.grammar.TfmLexer;
import io.heddle.processor.diagnose.Code;
import io.heddle.processor.diagnose.Span;
import java.util.ArrayList;
import java.util.List;
import org.antlr.v4.runtime.CharStreams;
import org.antlr.v4.runtime.CommonTokenStream;
import org.antlr.v4.runtime.ListTokenSource;
import org.antlr.v4.runtime.Token;
import org.antlr.v4.runtime.WritableToken;
import org.jspecify.annotations.Nullable;

/** The text as tokens. What belongs to no token is reported and left out. */
final class Lexing {
  /** Brackets in brackets, or operators in one expression. */
  static final int DEEPEST = 200;

  private Lexing() {}

  /** The tokens of the file; null if brackets are nested too deep to go on. */
  static @Nullable CommonTokenStream tokens(Complaints complaints) {
    TfmLexer lexer = new TfmLexer(CharStreams.fromString(paired(complaints.source().text())));
    lexer.removeErrorListeners();
    List<Token> kept = new ArrayList<>();
    Token lastUnknown = null;
    int commented = 0;
    int depth = 0;
    for (Token token = lexer.nextToken(); token.getType() != Token.EOF; token = lexer.nextToken()) {
      if (token.getLine() == commented) {
        continue;
      }
      switch (token.getType()) {
        case TfmLexer.UNKNOWN -> {
          if (lastUnknown == null || lastUnknown.getStopIndex() + 1 != token.getStartIndex()) {
            reportUnknown(token, complaints);
          }
          if (ForeignSign.hidesTheLine(token.getText().codePointAt(0))) {
            commented = token.getLine();
          }
          lastUnknown = token;
          continue;
        }
        case TfmLexer.OPEN_STRING -> {
          complaints
              .report(
                  Code.UNEXPECTED_INPUT, complaints.span(token), "this text has no closing `\"`")
              .help("a text ends on the line on which it begins")
              .add();
          ((WritableToken) token).setType(TfmLexer.STRING);
        }
        case TfmLexer.LEFT_BRACE, TfmLexer.LEFT_BRACKET, TfmLexer.LEFT_PARENTHESIS -> {
          depth++;
          if (depth > DEEPEST) {
            complaints.report(Code.TOO_DEEP, complaints.span(token), DEEPEST).add();
            return null;
          }
        }
        case TfmLexer.RIGHT_BRACE, TfmLexer.RIGHT_BRACKET, TfmLexer.RIGHT_PARENTHESIS ->
            depth = Math.max(0, depth - 1);
        default -> {}
      }
      kept.add(token);
    }
    return new CommonTokenStream(new ListTokenSource(kept));
  }

  private static void reportUnknown(Token token, Complaints complaints) {
    Span place = complaints.span(token);
    complaints.leaveOut(token);
    int character = token.getText().codePointAt(0);
    complaints
        .report(
            Code.UNEXPECTED_INPUT,
            place,
            "the language has no character " + Wording.character(character))
        .help(ForeignSign.help(character))
        .add();
  }

  /** The text with each unpaired surrogate replaced, which keeps all columns. */
  private static String paired(String text) {
    StringBuilder replaced = null;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (!Character.isSurrogate(c)) {
        continue;
      }
      if (Character.isHighSurrogate(c)
          && i + 1 < text.length()
          && Character.isLowSurrogate(text.charAt(i + 1))) {
        i++;
        continue;
      }
      if (replaced == null) {
        replaced = new StringBuilder(text);
      }
      replaced.setCharAt(i, '\uFFFD');
    }
    return replaced == null ? text : replaced.toString();
  }
}
