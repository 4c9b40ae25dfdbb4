package io.heddle.processor.syntax;

import io.heddle.grammar.TfmParser;
import io.heddle.processor.diagnose.Diagnostics;
import io.heddle.processor.diagnose.Source;
import java.util.List;
import java.util.Set;
import org.antlr.v4.runtime.CommonTokenStream;
import org.antlr.v4.runtime.Token;

/**
 * The text of a file without what only chooses among plans. Results of a plan stay true when a
 * sweep of it gets more points, or another name.
 */
public final class PlansAlone {
  /** What begins a declaration that chooses or uses plans and makes none. */
  private static final Set<String> CHOOSES = Set.of("sweep", "search", "serve");

  private PlansAlone() {}

  /** The text without such declarations; all of it where it cannot be read. */
  public static String of(Source source) {
    CommonTokenStream stream = Lexing.tokens(new Complaints(source, new Diagnostics()));
    if (stream == null) {
      return source.text();
    }
    stream.fill();
    int[] characters = source.text().codePoints().toArray();
    StringBuilder rest = new StringBuilder();
    int from = 0;
    List<Token> tokens = stream.getTokens();
    for (int at = 0; at < tokens.size(); at++) {
      int end = end(tokens, at);
      if (end > at) {
        append(rest, characters, from, tokens.get(at).getStartIndex());
        from = tokens.get(end).getStopIndex() + 1;
        at = end;
      } else if (tokens.get(at).getType() == TfmParser.LEFT_BRACE) {
        at = closing(tokens, at);
      }
    }
    append(rest, characters, from, characters.length);
    return rest.toString();
  }

  private static void append(StringBuilder text, int[] characters, int from, int to) {
    text.append(new String(characters, from, to - from));
  }

  /** The last token of the declaration that begins here; the first one if it is none of them. */
  private static int end(List<Token> tokens, int at) {
    boolean chooses =
        at + 4 < tokens.size()
            && CHOOSES.contains(tokens.get(at).getText())
            && tokens.get(at + 2).getType() == TfmParser.OF
            && tokens.get(at + 4).getType() == TfmParser.LEFT_BRACE;
    return chooses ? closing(tokens, at + 4) : at;
  }

  /** The brace that closes another; the last token before the end where none does. */
  private static int closing(List<Token> tokens, int open) {
    int depth = 0;
    for (int at = open; at < tokens.size(); at++) {
      int type = tokens.get(at).getType();
      depth += type == TfmParser.LEFT_BRACE ? 1 : type == TfmParser.RIGHT_BRACE ? -1 : 0;
      if (depth == 0 || type == Token.EOF) {
        return type == Token.EOF ? at - 1 : at;
      }
    }
    return tokens.size() - 1;
  }
}
