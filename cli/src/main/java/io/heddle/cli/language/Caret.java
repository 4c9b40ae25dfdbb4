package io.heddle.cli.language;

import io.heddle.grammar.TfmLexer;
import io.heddle.grammar.TfmParser;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.antlr.v4.runtime.Token;

/**
 * What stands before a place: the list in braces around it, and the line of the language that was
 * begun there. The text need not be one that can be read.
 *
 * @param lists the words with which the open lists begin, innermost first
 * @param names the second words of these lists
 * @param models what these lists are of; empty for those that are of nothing
 * @param words of the line, up to the place
 * @param isInBrackets whether dimensions stand there
 */
record Caret(
    List<String> lists,
    List<String> names,
    List<String> models,
    List<String> words,
    boolean isInBrackets) {
  Caret {
    lists = List.copyOf(lists);
    names = List.copyOf(names);
    models = List.copyOf(models);
    words = List.copyOf(words);
  }

  /**
   * What stands before a place.
   *
   * @param column of the place, or of the word that is being written there
   */
  static Caret of(List<Token> tokens, int line, int column) {
    Deque<List<String>> open = new ArrayDeque<>();
    List<String> words = new ArrayList<>();
    int brackets = 0;
    int last = 0;
    for (Token token : tokens) {
      boolean isBehind =
          token.getLine() > line
              || (token.getLine() == line && token.getCharPositionInLine() + 1 >= column);
      if (isBehind || token.getType() == Token.EOF) {
        break;
      }
      if (token.getChannel() != Token.DEFAULT_CHANNEL) {
        continue;
      }
      // Words begin anew on a line of text, unless the one before asks for more.
      if (token.getLine() > last && !goesOn(words)) {
        words.clear();
        brackets = 0;
      }
      last = token.getLine();
      switch (token.getType()) {
        case TfmLexer.LEFT_BRACE -> {
          open.push(List.copyOf(words));
          words.clear();
        }
        case TfmLexer.RIGHT_BRACE -> {
          open.poll();
          words.clear();
        }
        case TfmLexer.LEFT_BRACKET -> {
          brackets++;
          words.add(token.getText());
        }
        case TfmLexer.RIGHT_BRACKET -> {
          brackets = Math.max(0, brackets - 1);
          words.add(token.getText());
        }
        default -> words.add(token.getText());
      }
    }
    if (line > last && !goesOn(words)) {
      words.clear();
      brackets = 0;
    }
    return new Caret(
        open.stream().map(head -> word(head, 0)).toList(),
        open.stream().map(head -> word(head, 1)).toList(),
        open.stream().map(Caret::of).toList(),
        words,
        brackets > 0);
  }

  private static String of(List<String> head) {
    int of = head.indexOf("of");
    return of < 0 ? "" : word(head, of + 1);
  }

  private static String word(List<String> words, int index) {
    return index < words.size() ? words.get(index) : "";
  }

  private static boolean goesOn(List<String> words) {
    return !words.isEmpty()
        && List.of(",", "(", "=", "[", "+", "*", "over", "in")
            .contains(words.get(words.size() - 1));
  }

  /** The list around the place; empty outside of lists. */
  String list() {
    return lists.isEmpty() ? "" : lists.get(0);
  }

  /** The first word of the line; empty at its begin. */
  String first() {
    return word(words, 0);
  }

  /** The word before the place. */
  String last() {
    return words.isEmpty() ? "" : words.get(words.size() - 1);
  }

  /** The word before that. */
  String beforeLast() {
    return words.size() < 2 ? "" : words.get(words.size() - 2);
  }

  /** The outermost list's own name. */
  String owner() {
    return names.isEmpty() ? "" : names.get(names.size() - 1);
  }

  /** What the outermost list is of. */
  String of() {
    return models.isEmpty() ? "" : models.get(models.size() - 1);
  }

  /** Whether a token is a word. */
  static boolean isWord(Token token) {
    return token.getType() >= TfmParser.TFM && token.getType() <= TfmParser.NAME;
  }
}
