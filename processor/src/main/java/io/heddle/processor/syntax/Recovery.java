package io.heddle.processor.syntax;

import io.heddle.grammar.TfmParser;
import java.util.Set;
import org.antlr.v4.runtime.DefaultErrorStrategy;
import org.antlr.v4.runtime.InputMismatchException;
import org.antlr.v4.runtime.Parser;
import org.antlr.v4.runtime.ParserRuleContext;
import org.antlr.v4.runtime.RecognitionException;
import org.antlr.v4.runtime.Token;
import org.antlr.v4.runtime.TokenStream;
import org.antlr.v4.runtime.atn.ATNState;
import org.antlr.v4.runtime.misc.IntervalSet;
import org.jspecify.annotations.Nullable;

/**
 * What the parser does about an error: it reports it once, gives up the line it stands in, and goes
 * on with the next line of the same list. Valid text knows no line breaks; here they are the best
 * hint at what was meant.
 */
final class Recovery extends DefaultErrorStrategy {
  static final Set<Integer> LISTS = LineList.lists();

  /** Rules of which a broken one is left out while its list goes on. */
  static final Set<Integer> LINES = lines();

  /** Rules of which a broken one is left out while the list that it heads goes on. */
  static final Set<Integer> HEADS = LineList.heads();

  /** After one of these, a statement goes on in the next line of text. */
  private static final Set<Integer> CONTINUING =
      Set.of(
          TfmParser.COMMA,
          TfmParser.ASSIGN,
          TfmParser.COLON,
          TfmParser.DOT,
          TfmParser.LEFT_PARENTHESIS,
          TfmParser.LEFT_BRACKET,
          TfmParser.TIMES,
          TfmParser.DIVIDE,
          TfmParser.PLUS,
          TfmParser.MINUS,
          TfmParser.ARROW,
          TfmParser.EQUAL,
          TfmParser.NOT_EQUAL,
          TfmParser.LESS,
          TfmParser.LESS_EQUAL,
          TfmParser.GREATER,
          TfmParser.GREATER_EQUAL);

  private final Complaints complaints;
  private @Nullable RecognitionException reported;
  private @Nullable Token blamed;

  /** Whether a declaration is broken, so that its lines may stand alone in the file. */
  private boolean isAdrift;

  private static Set<Integer> lines() {
    Set<Integer> lines = LineList.lines();
    lines.add(TfmParser.RULE_header);
    return lines;
  }

  Recovery(Complaints complaints) {
    this.complaints = complaints;
  }

  /** Reports an error at the innermost rule; outer rules that see it again stay silent. */
  @Override
  public void reportError(Parser parser, RecognitionException error) {
    if (error == reported || inErrorRecoveryMode(parser)) {
      return;
    }
    reported = error;
    beginErrorCondition(parser);
    Token offending = error.getOffendingToken();
    int rule = parser.getContext().getRuleIndex();
    boolean follows =
        offending == blamed
            || complaints.hasGap(offending)
            || (isAdrift && (rule == TfmParser.RULE_file || rule == TfmParser.RULE_topLevel));
    blamed = offending;
    isAdrift |=
        HEADS.contains(rule) || LISTS.contains(rule) || rule == TfmParser.RULE_declaredModel;
    if (!follows) {
      new SyntaxError(parser, error, complaints).report();
    }
  }

  /** Where a declaration begins well, what is wrong before it has no consequences any more. */
  @Override
  public void reportMatch(Parser parser) {
    super.reportMatch(parser);
    isAdrift &= !HEADS.contains(parser.getContext().getRuleIndex());
  }

  /** Leaves all rules up to the line, or to its head. */
  @Override
  public void recover(Parser parser, RecognitionException error) {
    ParserRuleContext context = parser.getContext();
    int rule = context.getRuleIndex();
    if (rule == TfmParser.RULE_header && context.getStart() == error.getOffendingToken()) {
      endErrorCondition(parser);
    } else if (LINES.contains(rule)) {
      skipLine(parser, context.getStart(), error.getOffendingToken());
      endErrorCondition(parser);
    } else if (HEADS.contains(rule)) {
      skipHead(parser);
    } else if (rule != TfmParser.RULE_file) {
      throw error;
    }
  }

  @Override
  public Token recoverInline(Parser parser) {
    throw new InputMismatchException(parser);
  }

  /** Called where the parser decides how to go on: finds errors where they are, not later. */
  @Override
  public void sync(Parser parser) {
    ATNState state = parser.getInterpreter().atn.states.get(parser.getState());
    ParserRuleContext context = parser.getContext();
    boolean betweenLines = LISTS.contains(context.getRuleIndex());
    TokenStream input = parser.getInputStream();
    IntervalSet next = parser.getATN().nextTokens(state);
    while (true) {
      int type = input.LA(1);
      boolean outside = betweenLines && LookAhead.beginsOuterLine(input, context);
      if (next.contains(type) && !outside) {
        return;
      }
      boolean mayEnd = next.contains(Token.EPSILON);
      if (mayEnd && (LookAhead.beginsLine(input) || parser.isExpectedToken(type))) {
        return;
      }
      InputMismatchException error = new InputMismatchException(parser);
      if (!betweenLines || outside || type == Token.EOF) {
        throw error;
      }
      reportError(parser, error);
      skipLine(parser, input.LT(1), input.LT(1));
      endErrorCondition(parser);
    }
  }

  /** The innermost list in which this stands; at worst the file. */
  static ParserRuleContext list(ParserRuleContext context) {
    ParserRuleContext list = context;
    while (!LISTS.contains(list.getRuleIndex()) && list.getParent() != null) {
      list = list.getParent();
    }
    return list;
  }

  /** Skips to the next line of this list, to its closing brace, or to an outer line. */
  private static void skipLine(Parser parser, Token first, Token offending) {
    TokenStream input = parser.getInputStream();
    int depth = 0;
    while (input.LA(1) != Token.EOF) {
      Token token = input.LT(1);
      // An error at the very beginning of a line costs that line at least its first token.
      boolean mayStop = token != first && token.getTokenIndex() >= offending.getTokenIndex();
      if (mayStop
          && (LookAhead.beginsDeclaration(input) || (depth == 0 && beginsFreshLine(input)))) {
        return;
      }
      if (token.getType() == TfmParser.LEFT_BRACE) {
        depth++;
      } else if (token.getType() == TfmParser.RIGHT_BRACE) {
        if (depth == 0 && !isTopLevel(parser)) {
          return;
        }
        depth = Math.max(0, depth - 1);
      }
      parser.consume();
    }
  }

  private static void skipHead(Parser parser) {
    TokenStream input = parser.getInputStream();
    while (input.LA(1) != Token.EOF
        && input.LA(1) != TfmParser.LEFT_BRACE
        && input.LA(1) != TfmParser.RIGHT_BRACE
        && !beginsFreshLine(input)) {
      parser.consume();
    }
  }

  private static boolean isTopLevel(Parser parser) {
    int rule = parser.getContext().getRuleIndex();
    return rule == TfmParser.RULE_file
        || rule == TfmParser.RULE_topLevel
        || rule == TfmParser.RULE_header;
  }

  /** Whether the next token is a word that begins a line and does not carry on the last one. */
  private static boolean beginsFreshLine(TokenStream input) {
    Token last = input.LT(-1);
    return LookAhead.isWord(input.LA(1))
        && LookAhead.beginsLine(input)
        && (last == null || !CONTINUING.contains(last.getType()));
  }
}
