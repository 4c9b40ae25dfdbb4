package io.heddle.processor.syntax;

import io.heddle.grammar.TfmParser;
import org.antlr.v4.runtime.ParserRuleContext;
import org.antlr.v4.runtime.Token;
import org.antlr.v4.runtime.TokenStream;

/** What the next tokens look like, for text that is not valid. */
final class LookAhead {
  private LookAhead() {}

  /** A name or keyword. */
  static boolean isWord(int type) {
    return type >= TfmParser.TFM && type <= TfmParser.NAME;
  }

  /** Whether the next token is the first of its line of text. */
  static boolean beginsLine(TokenStream input) {
    Token last = input.LT(-1);
    return last == null || input.LT(1).getLine() > last.getLine();
  }

  /** Whether a declaration of the file begins here, whatever is still open. */
  static boolean beginsDeclaration(TokenStream input) {
    int second = input.LA(2);
    int third = input.LA(3);
    return switch (input.LA(1)) {
      case TfmParser.IMPORT -> second == TfmParser.STRING;
      case TfmParser.MODEL ->
          isWord(second) && (third == TfmParser.LEFT_BRACE || third == TfmParser.ASSIGN);
      case TfmParser.DEVICE -> isWord(second) && third == TfmParser.LEFT_BRACE;
      case TfmParser.PLAN, TfmParser.SWEEP, TfmParser.SEARCH, TfmParser.SERVE ->
          isWord(second) && third == TfmParser.OF && !isRuleBehind(input);
      case TfmParser.OP -> isWord(second) && third == TfmParser.LEFT_PARENTHESIS;
      case TfmParser.CLUSTER ->
          isWord(second) && (third == TfmParser.LEFT_BRACE || third == TfmParser.LEFT_PARENTHESIS);
      default -> false;
    };
  }

  /** Whether the first three words are dimensions, as in {@code plan b of over tp}. */
  private static boolean isRuleBehind(TokenStream input) {
    return input.LA(4) == TfmParser.OVER || input.LA(5) == TfmParser.OVER;
  }

  /** Whether a line begins here that can only belong to a list around the one of {@code list}. */
  static boolean beginsOuterLine(TokenStream input, ParserRuleContext list) {
    int rule = list.getRuleIndex();
    if (rule == TfmParser.RULE_file) {
      return false;
    }
    if (beginsDeclaration(input)) {
      return true;
    }
    return switch (rule) {
      case TfmParser.RULE_block, TfmParser.RULE_fused -> beginsMember(input);
      case TfmParser.RULE_shard -> beginsItem(input);
      default -> false;
    };
  }

  private static boolean beginsMember(TokenStream input) {
    return switch (input.LA(1)) {
      case TfmParser.PARAM,
          TfmParser.DIM,
          TfmParser.BLOCK,
          TfmParser.EMBED,
          TfmParser.BEGIN,
          TfmParser.STACK,
          TfmParser.HEAD,
          TfmParser.END,
          TfmParser.REQUIRE ->
          isWord(input.LA(2));
      case TfmParser.STREAM -> isWord(input.LA(2)) && input.LA(3) == TfmParser.LEFT_BRACE;
      default -> false;
    };
  }

  private static boolean beginsItem(TokenStream input) {
    return switch (input.LA(1)) {
      case TfmParser.BATCH, TfmParser.MICRO_BATCH -> input.LA(2) == TfmParser.INTEGER;
      case TfmParser.MESH -> isWord(input.LA(2)) && input.LA(3) == TfmParser.ASSIGN;
      case TfmParser.LAYOUT -> isWord(input.LA(2)) && input.LA(3) == TfmParser.GREATER;
      default -> false;
    };
  }
}
