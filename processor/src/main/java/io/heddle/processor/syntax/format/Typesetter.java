package io.heddle.processor.syntax.format;

import io.heddle.grammar.TfmLexer;
import io.heddle.grammar.TfmParser;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.antlr.v4.runtime.Token;
import org.jspecify.annotations.Nullable;

/**
 * Sets tokens and comments into lines. The author's line breaks within a line of the language and
 * between its lines stay; where each begins, and the space in it, follow from the rules.
 */
final class Typesetter {
  private static final int INDENT = 2;
  private static final int FURTHER = 4;

  /** A list that is wider is not left on one line. */
  private static final int WIDEST = 120;

  private final List<Token> tokens;
  private final List<Gap> gaps;
  private final Roles roles;
  private final Spacing spacing;
  private final List<Line> lines = new ArrayList<>();

  /** The lists that are open and stand on several lines, each by its number. */
  private final Deque<Integer> lists = new ArrayDeque<>(List.of(0));

  private final Deque<Parenthesis> parentheses = new ArrayDeque<>();
  private Roles.@Nullable Braces onOneLine;
  private Line current = new Line(0, null, -1, false);
  private Line.@Nullable Anchor anchor;
  private @Nullable Token lineStart;
  private int listCount;
  private boolean opened = true;

  /** An open parenthesis; what goes on in it stands behind it, or is indented if it was broken. */
  private static final class Parenthesis {
    private final Line.Anchor behind;
    private boolean isBroken;

    Parenthesis(Line.Anchor behind) {
      this.behind = behind;
    }
  }

  /**
   * @param tokens of the file, the end of the file last
   * @param gaps before each token
   */
  Typesetter(List<Token> tokens, List<Gap> gaps, Roles roles) {
    this.tokens = tokens;
    this.gaps = gaps;
    this.roles = roles;
    this.spacing = new Spacing(roles);
  }

  /** The text of the file. */
  String text() {
    for (int i = 0; i < tokens.size(); i++) {
      set(i);
    }
    Columns.align(lines);
    StringBuilder text = new StringBuilder();
    lines.forEach(line -> line.write(text));
    return text.toString();
  }

  private void set(int i) {
    Token token = tokens.get(i);
    Gap gap = gaps.get(i);
    if (gap.trailing() != null) {
      current.comment(gap.trailing());
    }
    boolean isEnd = token.getType() == Token.EOF;
    Roles.Braces braces = roles.list(token);
    boolean closes = braces != null && token == braces.close();
    if (isEnd || closes || roles.line(token) != null) {
      structure(i, closes && !braces.equals(onOneLine));
    } else if (gap.hasComments() || (gap.breaks() && spacing.mayBreak(tokens.get(i - 1), token))) {
      goOn(i);
    } else {
      current.space(spacing.between(tokens.get(i - 1), token));
    }
    if (isEnd) {
      return;
    }
    write(token);
    if (closes) {
      close(braces);
    } else if (braces != null) {
      open(i, braces);
    }
  }

  /** Where a line of the language begins, or a list ends. */
  private void structure(int i, boolean closesLines) {
    Token token = tokens.get(i);
    Gap gap = gaps.get(i);
    boolean staysBehind =
        onOneLine != null
            || (roles.mayFollow(token)
                && !gap.breaks()
                && lineStart != null
                && lineStart.getType() == TfmLexer.BATCH);
    if (staysBehind && i > 0) {
      current.space(spacing.between(tokens.get(i - 1), token));
      return;
    }
    int depth = lists.size() - 1;
    boolean wantsBlank = isApart(i) && !gap.hasBlank();
    for (Gap.Comment comment : gap.comments()) {
      newLine(depth * INDENT, null, -1, !opened && (comment.blankBefore() || wantsBlank));
      current.append(comment.text());
      wantsBlank = false;
    }
    if (token.getType() == Token.EOF) {
      return;
    }
    boolean blank = !opened && !closesLines && (gap.blankBefore() || wantsBlank);
    newLine(
        Math.max(0, depth - (closesLines ? 1 : 0)) * INDENT,
        null,
        closesLines ? 0 : lists.getFirst(),
        blank);
    parentheses.clear();
    anchor = null;
    lineStart = closesLines ? null : token;
  }

  /** Whether an empty line has to stand before a declaration. */
  private boolean isApart(int i) {
    Integer rule = roles.line(tokens.get(i));
    if (rule == null || rule != TfmParser.RULE_topLevel) {
      return false;
    }
    boolean isImport = tokens.get(i).getType() == TfmLexer.IMPORT;
    return !(isImport && (lineStart == null || isHead(lineStart)));
  }

  private static boolean isHead(Token start) {
    return start.getType() == TfmLexer.TFM || start.getType() == TfmLexer.IMPORT;
  }

  /** Goes on with a line of the language on a new line of text. */
  private void goOn(int i) {
    Gap gap = gaps.get(i);
    int indent = (lists.size() - 1) * INDENT + FURTHER;
    Line.Anchor below = anchor;
    if (!parentheses.isEmpty()) {
      Parenthesis innermost = parentheses.getFirst();
      if (isOpening(tokens.get(i - 1))) {
        innermost.isBroken = true;
      }
      below = innermost.isBroken ? null : innermost.behind;
    }
    for (Gap.Comment comment : gap.comments()) {
      newLine(indent, below, -1, false);
      current.append(comment.text());
    }
    newLine(indent, below, -1, false);
  }

  private static boolean isOpening(Token token) {
    return token.getType() == TfmLexer.LEFT_PARENTHESIS || token.getType() == TfmLexer.LEFT_BRACKET;
  }

  private void write(Token token) {
    String text = token.getText();
    Roles.Column column = roles.column(token);
    if (column != null && onOneLine == null && current.list() >= 0) {
      current.begin(column, text.length());
    }
    if (anchor == null && roles.isAnchor(token) && !current.isEmpty()) {
      anchor = new Line.Anchor(current, current.length());
    }
    current.append(text);
    opened = false;
    Integer keywords = roles.keywordColumn(token);
    if (keywords != null && onOneLine == null) {
      current.space(Math.max(0, keywords - 1 - text.length()));
    }
    switch (token.getType()) {
      case TfmLexer.LEFT_PARENTHESIS, TfmLexer.LEFT_BRACKET ->
          parentheses.push(new Parenthesis(new Line.Anchor(current, current.length())));
      case TfmLexer.RIGHT_PARENTHESIS, TfmLexer.RIGHT_BRACKET -> parentheses.poll();
      default -> {}
    }
  }

  private void newLine(int indent, Line.@Nullable Anchor below, int list, boolean blankBefore) {
    current = new Line(indent, below, list, blankBefore);
    lines.add(current);
    opened = false;
  }

  private void open(int i, Roles.Braces braces) {
    if (onOneLine == null && isShort(i, braces)) {
      onOneLine = braces;
    } else if (onOneLine == null) {
      lists.push(++listCount);
      opened = true;
    }
  }

  private void close(Roles.Braces braces) {
    if (braces.equals(onOneLine)) {
      onOneLine = null;
    } else if (onOneLine == null) {
      lists.pop();
    }
  }

  /** Whether a list stays on one line: one that has no lines, or that the author left there. */
  private boolean isShort(int open, Roles.Braces braces) {
    if (tokens.get(open + 1) == braces.close()) {
      return !gaps.get(open + 1).hasComments();
    }
    if (!Lists.SHORT.contains(braces.rule())) {
      return false;
    }
    int width = (lists.size() - 1) * INDENT + current.length();
    for (int i = open + 1; width <= WIDEST; i++) {
      Token token = tokens.get(i);
      width += spacing.between(tokens.get(i - 1), token) + token.getText().length();
      if (gaps.get(i).breaks() || token.getType() == TfmLexer.LEFT_BRACE) {
        return false;
      }
      if (token == braces.close()) {
        return width <= WIDEST;
      }
    }
    return false;
  }
}
