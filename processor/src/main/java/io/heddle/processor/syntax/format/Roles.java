package io.heddle.processor.syntax.format;

import io.heddle.grammar.TfmLexer;
import io.heddle.grammar.TfmParser;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.antlr.v4.runtime.ParserRuleContext;
import org.antlr.v4.runtime.Token;
import org.antlr.v4.runtime.tree.ParseTree;
import org.antlr.v4.runtime.tree.TerminalNode;
import org.jspecify.annotations.Nullable;

/** What each token of a file is, as far as its place on a line depends on it. */
final class Roles {
  /** Tokens in a column with those of neighbouring lines. */
  enum Column {
    EQUALS,
    OVER,
    SWEPT,
    PEAK,
    AT,
    FIGURES
  }

  /**
   * A list of lines in braces.
   *
   * @param rule of the grammar
   */
  record Braces(int rule, Token open, Token close) {}

  private final Map<Token, Integer> lines = new HashMap<>();
  private final Map<Token, Braces> lists = new HashMap<>();
  private final Map<Token, Column> columns = new HashMap<>();
  private final Map<Token, Integer> keywords = new HashMap<>();
  private final Set<Token> anchors = new HashSet<>();
  private final Set<Token> tight = new HashSet<>();
  private final Set<Token> apart = new HashSet<>();
  private final Set<Token> asWritten = new HashSet<>();
  private final Set<Token> follows = new HashSet<>();

  Roles(TfmParser.FileContext file) {
    visit(file);
  }

  /** The rule of the line that begins with this token; null if none does. */
  @Nullable Integer line(Token token) {
    return lines.get(token);
  }

  /** The list that this brace opens or closes; null if it is no brace of a list. */
  @Nullable Braces list(Token token) {
    return lists.get(token);
  }

  /** The column that the token begins; null if none. */
  @Nullable Column column(Token token) {
    return columns.get(token);
  }

  /** Where what follows this keyword stands, counted from the keyword; null if right behind it. */
  @Nullable Integer keywordColumn(Token token) {
    return keywords.get(token);
  }

  /** Whether lines that go on begin below this token. */
  boolean isAnchor(Token token) {
    return anchors.contains(token);
  }

  /** Whether no space stands before the token. */
  boolean isTight(Token token) {
    return tight.contains(token);
  }

  /** Whether a space stands before the token, a bracket that belongs to no name before it. */
  boolean isApart(Token token) {
    return apart.contains(token);
  }

  /** Whether the space before the token is the author's. */
  boolean isAsWritten(Token token) {
    return asWritten.contains(token);
  }

  /** Whether the line that begins here may stand behind the one before: a micro-batch. */
  boolean mayFollow(Token token) {
    return follows.contains(token);
  }

  private void visit(ParserRuleContext rule) {
    int index = rule.getRuleIndex();
    if (Lists.LINES.contains(index)) {
      lines.putIfAbsent(rule.getStart(), index);
    }
    Integer column = Lists.KEYWORD_COLUMNS.get(index);
    if (column != null) {
      keywords.put(rule.getStart(), column);
    }
    for (int i = 0; i < rule.getChildCount(); i++) {
      ParseTree child = rule.getChild(i);
      if (child instanceof TerminalNode leaf) {
        leaf(rule, leaf.getSymbol());
      } else if (child instanceof ParserRuleContext part) {
        visit(part);
      }
    }
    place(rule);
  }

  private void leaf(ParserRuleContext rule, Token token) {
    switch (token.getType()) {
      case TfmLexer.LEFT_PARENTHESIS -> {
        if ((Lists.CALLS.contains(rule.getRuleIndex()) && !isApart(rule)) || isCall(rule)) {
          tight.add(token);
        }
      }
      case TfmLexer.COLON -> {
        if (!(rule instanceof TfmParser.RequireContext
            || rule instanceof TfmParser.ArgumentContext)) {
          tight.add(token);
        }
      }
      case TfmLexer.DIVIDE -> {
        if (rule instanceof TfmParser.PinnedDimContext || rule instanceof TfmParser.UnitContext) {
          tight.add(token);
        }
      }
      default -> {}
    }
    if (rule instanceof TfmParser.EnclosedContext) {
      asWritten.add(token);
    }
  }

  /** Settings behind a number or the names of tensors. */
  private static boolean isApart(ParserRuleContext rule) {
    return rule.getParent() instanceof TfmParser.PrefillContext
        || rule.getParent() instanceof TfmParser.CacheContext;
  }

  private static boolean isCall(ParserRuleContext rule) {
    return rule instanceof TfmParser.OperationContext || rule instanceof TfmParser.CallContext;
  }

  private void braces(ParserRuleContext rule) {
    TerminalNode open = rule.getToken(TfmLexer.LEFT_BRACE, 0);
    TerminalNode close = rule.getToken(TfmLexer.RIGHT_BRACE, 0);
    if (open != null && close != null && !(rule instanceof TfmParser.EnclosedContext)) {
      Braces braces = new Braces(rule.getRuleIndex(), open.getSymbol(), close.getSymbol());
      lists.put(braces.open(), braces);
      lists.put(braces.close(), braces);
    }
  }

  private void place(ParserRuleContext rule) {
    braces(rule);
    if (rule instanceof TfmParser.AssignmentContext assignment) {
      column(assignment.ASSIGN().getSymbol(), Column.EQUALS);
      anchors.add(assignment.term().getStart());
    } else if (rule instanceof TfmParser.ShardRuleContext sharded) {
      if (!(sharded.getParent() instanceof TfmParser.ShardLineContext line
          && line.STREAM() != null)) {
        column(sharded.OVER().getSymbol(), Column.OVER);
      }
    } else if (rule instanceof TfmParser.SweptContext swept) {
      column(swept.IN().getSymbol(), Column.SWEPT);
      anchors.add(swept.alternative(0).getStart());
    } else if (rule instanceof TfmParser.DerivedContext derived) {
      column(derived.ASSIGN().getSymbol(), Column.SWEPT);
      anchors.add(derived.expression().getStart());
    } else if (rule instanceof TfmParser.PeakContext peak) {
      column(peak.quantity(0).getStart(), Column.PEAK);
    } else if (rule instanceof TfmParser.NetworkContext network) {
      column(network.AT().getSymbol(), Column.AT);
    } else if (rule instanceof TfmParser.EngineItemContext item) {
      column(item.figures().getStart(), Column.FIGURES);
    } else if (rule instanceof TfmParser.ScanContext scan) {
      scan.dims().forEach(state -> apart.add(state.getStart()));
    } else if (rule instanceof TfmParser.OperationDeclarationContext operation
        && operation.dims() != null) {
      apart.add(operation.dims().getStart());
    } else if (rule instanceof TfmParser.MicroBatchContext micro) {
      follows.add(micro.getStart());
    } else if (rule instanceof TfmParser.PinnedDimContext
        || rule instanceof TfmParser.UnitContext) {
      // Behind the stroke.
      for (int i = 2; i < rule.getChildCount(); i++) {
        tight.add(start(rule.getChild(i)));
      }
    }
    if (keywordLists(rule)) {
      anchors.add(start(rule.getChild(1)));
    }
  }

  /** Whether the rule is a keyword with what follows it, which may go on on further lines. */
  private static boolean keywordLists(ParserRuleContext rule) {
    return List.of(
                TfmParser.RULE_member,
                TfmParser.RULE_streamLine,
                TfmParser.RULE_statement,
                TfmParser.RULE_planItem,
                TfmParser.RULE_sweepItem,
                TfmParser.RULE_searchItem,
                TfmParser.RULE_serveItem)
            .contains(rule.getParent() == null ? -1 : rule.getParent().getRuleIndex())
        && rule.getChildCount() > 1
        && rule.getChild(0) instanceof TerminalNode;
  }

  private static Token start(ParseTree tree) {
    return tree instanceof TerminalNode leaf
        ? leaf.getSymbol()
        : ((ParserRuleContext) tree).getStart();
  }

  private void column(Token token, Column column) {
    columns.put(token, column);
  }
}
