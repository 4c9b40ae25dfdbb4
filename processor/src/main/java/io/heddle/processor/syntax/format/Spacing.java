package io.heddle.processor.syntax.format;

import io.heddle.grammar.TfmLexer;
import io.heddle.grammar.TfmParser;
import org.antlr.v4.runtime.Token;

/** How far tokens of one line stand from each other. */
final class Spacing {
  /** Between lines of a list that stand on one line of text. */
  private static final int LINES = 3;

  private static final int BATCH = 2;

  private final Roles roles;

  Spacing(Roles roles) {
    this.roles = roles;
  }

  /** Spaces before a token that stands on the line of the one before it. */
  int between(Token last, Token token) {
    Roles.Braces braces = roles.list(token);
    if (braces != null && token == braces.close()) {
      return last == braces.open() ? 0 : 1;
    }
    Integer line = roles.line(token);
    if (line != null && line != TfmParser.RULE_topLevel && line != TfmParser.RULE_header) {
      return roles.list(last) != null ? 1 : roles.mayFollow(token) ? BATCH : LINES;
    }
    if (isClosed(token.getType()) || isOpen(last.getType()) || roles.isTight(token)) {
      return 0;
    }
    if (roles.isAsWritten(token) && last.getType() != TfmLexer.COMMA) {
      return last.getStopIndex() + 1 == token.getStartIndex() ? 0 : 1;
    }
    return token.getType() == TfmLexer.LEFT_BRACKET && !roles.isApart(token) ? 0 : 1;
  }

  /** Whether nothing may stand between what comes before and this. */
  private static boolean isClosed(int type) {
    return switch (type) {
      case TfmLexer.COMMA, TfmLexer.DOT, TfmLexer.RIGHT_PARENTHESIS, TfmLexer.RIGHT_BRACKET -> true;
      default -> false;
    };
  }

  private static boolean isOpen(int type) {
    return switch (type) {
      case TfmLexer.DOT, TfmLexer.LEFT_PARENTHESIS, TfmLexer.LEFT_BRACKET -> true;
      default -> false;
    };
  }

  /** Whether a line that the author broke before this token may go on there. */
  boolean mayBreak(Token last, Token token) {
    return !isClosed(token.getType())
        && token.getType() != TfmLexer.LEFT_BRACKET
        && token.getType() != TfmLexer.LEFT_BRACE
        && token.getType() != TfmLexer.RIGHT_BRACE
        && !roles.isTight(token)
        && last.getType() != TfmLexer.DOT
        && last.getType() != TfmLexer.LEFT_BRACKET
        && roles.line(last) == null;
  }
}
