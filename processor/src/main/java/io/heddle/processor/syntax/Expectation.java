package io.heddle.processor.syntax;

import io.heddle.grammar.TfmParser;
import java.util.ArrayList;
import java.util.List;
import org.antlr.v4.runtime.NoViableAltException;
import org.antlr.v4.runtime.Parser;
import org.antlr.v4.runtime.ParserRuleContext;
import org.antlr.v4.runtime.RecognitionException;
import org.antlr.v4.runtime.Token;
import org.antlr.v4.runtime.atn.ATN;
import org.antlr.v4.runtime.atn.ATNConfig;
import org.antlr.v4.runtime.misc.IntervalSet;

/**
 * What would have been right where the parser stopped.
 *
 * @param text the choices, as a phrase
 * @param keywords those among the choices
 * @param isLine whether a line with one of the keywords was expected, so that the text does without
 *     them
 */
record Expectation(String text, List<String> keywords, boolean isLine) {
  private static final IntervalSet WORDS = IntervalSet.of(TfmParser.TFM, TfmParser.NAME);

  private static final IntervalSet OPERATORS =
      new IntervalSet(
          TfmParser.TIMES,
          TfmParser.DIVIDE,
          TfmParser.PERCENT,
          TfmParser.PLUS,
          TfmParser.MINUS,
          TfmParser.EQUAL,
          TfmParser.NOT_EQUAL,
          TfmParser.LESS,
          TfmParser.LESS_EQUAL,
          TfmParser.GREATER,
          TfmParser.GREATER_EQUAL,
          TfmParser.AND,
          TfmParser.OR);

  /** Words that only few formats take behind them: they would hide the comma that is missing. */
  private static final IntervalSet RECIPES =
      new IntervalSet(TfmParser.DELAYED, TfmParser.CURRENT, TfmParser.ROWWISE, TfmParser.BLOCKWISE);

  /** So many operators are still listed one by one. */
  private static final int FEW = 3;

  Expectation {
    keywords = List.copyOf(keywords);
  }

  static Expectation of(Parser parser, RecognitionException error) {
    ParserRuleContext context = parser.getContext();
    if (context.getRuleIndex() == TfmParser.RULE_header) {
      return new Expectation("`tfm 1` at the top of the file", List.of("tfm"), false);
    }
    ATN atn = parser.getATN();
    IntervalSet here = new IntervalSet();
    IntervalSet later = new IntervalSet();
    if (error instanceof NoViableAltException dead && dead.getDeadEndConfigs() != null) {
      for (ATNConfig config : dead.getDeadEndConfigs()) {
        here.addAll(atn.nextTokens(config.state));
      }
      if (!here.contains(TfmParser.INTEGER)) {
        here.remove(TfmParser.LEFT_PARENTHESIS);
      }
    } else {
      here.addAll(atn.nextTokens(atn.states.get(error.getOffendingState())));
      if (here.contains(Token.EPSILON)) {
        later = atn.getExpectedTokens(error.getOffendingState(), context).subtract(here);
      }
    }
    here.remove(Token.EPSILON);
    if (context.getRuleIndex() == TfmParser.RULE_shardRule
        && isAfter(parser, error, TfmParser.OVER)) {
      return new Expectation("an axis", List.of(), false);
    }
    if (Recovery.list(context).getRuleIndex() == TfmParser.RULE_shard
        && isAfter(parser, error, TfmParser.PADDED, TfmParser.TO)) {
      return new Expectation("a value", List.of(), false);
    }
    return of(context, here, later, lineStarts(atn, context));
  }

  private static Expectation of(
      ParserRuleContext context, IntervalSet here, IntervalSet later, IntervalSet lineStarts) {
    boolean nextLine = !later.and(lineStarts).isNil();
    IntervalSet all = here.or(nextLine ? later.subtract(lineStarts) : later);
    if (nextLine) {
      all.remove(TfmParser.RIGHT_BRACE);
    }
    all = all.subtract(RECIPES);
    List<String> choices = new ArrayList<>();
    if (all.contains(TfmParser.NAME)) {
      choices.add(opening(context, all));
      all = all.subtract(WORDS);
      if (all.contains(TfmParser.INTEGER)) {
        all.remove(TfmParser.LEFT_PARENTHESIS);
        all.remove(TfmParser.INTEGER);
        all.remove(TfmParser.DECIMAL);
      }
    }
    IntervalSet others = all.subtract(OPERATORS);
    if (!choices.isEmpty() || !others.isNil()) {
      all = others;
    } else if (all.size() > FEW) {
      choices.add("an operator");
      all = others;
    }
    if (all.contains(TfmParser.INTEGER) && all.contains(TfmParser.DECIMAL)) {
      choices.add("a number");
      all = all.subtract(IntervalSet.of(TfmParser.INTEGER, TfmParser.DECIMAL));
    }
    if (all.size() > 1) {
      all.remove(Token.EOF);
    }
    List<String> keywords = new ArrayList<>();
    for (int type : all.toList()) {
      choices.add(type == Token.EOF ? Nouns.end(context) : describe(type));
      if (LookAhead.isWord(type)) {
        keywords.add(literal(type));
      }
    }
    if (nextLine) {
      lineStarts.toList().stream()
          .filter(LookAhead::isWord)
          .map(Expectation::literal)
          .forEach(keywords::add);
      choices.add("the next line of the " + Nouns.list(Recovery.list(context)));
    }
    boolean isLine = !here.and(lineStarts).isNil() && !lineStarts.contains(TfmParser.NAME);
    if (keywords.size() > 1 && isLine) {
      return new Expectation(line(context), keywords, true);
    }
    return new Expectation(Wording.either(choices), keywords, false);
  }

  private static boolean isAfter(Parser parser, RecognitionException error, int... types) {
    int first = error.getOffendingToken().getTokenIndex() - types.length;
    for (int i = 0; i < types.length; i++) {
      if (first < 0 || parser.getInputStream().get(first + i).getType() != types[i]) {
        return false;
      }
    }
    return true;
  }

  private static String line(ParserRuleContext list) {
    return list.getRuleIndex() == TfmParser.RULE_file
        ? "a declaration"
        : "a line of the " + Nouns.list(list) + " or `}`";
  }

  /** What begins with a name here. */
  private static String opening(ParserRuleContext context, IntervalSet expected) {
    return switch (context.getRuleIndex()) {
      case TfmParser.RULE_block -> "a statement";
      case TfmParser.RULE_fused -> "an assignment";
      case TfmParser.RULE_shard -> "a rule";
      case TfmParser.RULE_sweep -> "a line of the sweep";
      case TfmParser.RULE_search -> "a line of the search";
      case TfmParser.RULE_stages -> "`balanced` or a number of stages";
      case TfmParser.RULE_expertSetting -> "a number or a word";
      case TfmParser.RULE_shardRule -> "a dimension or `over`";
      case TfmParser.RULE_unit -> "a unit";
      default -> value(context, expected);
    };
  }

  private static String value(ParserRuleContext context, IntervalSet expected) {
    if (expected.contains(TfmParser.DECIMAL)) {
      return "a tensor";
    }
    if (expected.contains(TfmParser.INTEGER)) {
      return "a value";
    }
    boolean inName = context.getRuleIndex() == TfmParser.RULE_name;
    ParserRuleContext owner = inName ? context.getParent() : context;
    int before = SyntaxError.names(owner, owner.getChildCount());
    return Nouns.name(owner, inName ? before - 1 : before);
  }

  /** The tokens that begin a line of the innermost list. */
  private static IntervalSet lineStarts(ATN atn, ParserRuleContext context) {
    LineList list = LineList.of(Recovery.list(context).getRuleIndex()).orElse(LineList.FILE);
    return atn.nextTokens(atn.ruleToStartState[list.line()]);
  }

  private static String describe(int type) {
    return switch (type) {
      case TfmParser.INTEGER -> "a whole number";
      case TfmParser.STRING -> "a text in quotes";
      default -> "`" + literal(type) + "`";
    };
  }

  private static String literal(int type) {
    String name = TfmParser.VOCABULARY.getDisplayName(type);
    return name.substring(1, name.length() - 1);
  }
}
