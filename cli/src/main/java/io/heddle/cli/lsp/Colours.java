package io.heddle.cli.lsp;

import io.heddle.cli.language.Occurrence;
import io.heddle.cli.language.SpecificationNames;
import io.heddle.cli.language.Symbol;
import io.heddle.cli.language.Words;
import io.heddle.grammar.TfmLexer;
import io.heddle.grammar.TfmParser;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.antlr.v4.runtime.Token;
import org.eclipse.lsp4j.Position;
import org.eclipse.lsp4j.SemanticTokenModifiers;
import org.eclipse.lsp4j.SemanticTokenTypes;
import org.eclipse.lsp4j.SemanticTokensLegend;

/** What each word of a file is, for editors that colour them: names of keywords may be names. */
final class Colours {
  private static final List<String> TYPES =
      List.of(
          SemanticTokenTypes.Keyword,
          SemanticTokenTypes.Class,
          SemanticTokenTypes.Type,
          SemanticTokenTypes.Function,
          SemanticTokenTypes.Parameter,
          SemanticTokenTypes.Property,
          SemanticTokenTypes.Variable,
          SemanticTokenTypes.EnumMember,
          SemanticTokenTypes.Number,
          SemanticTokenTypes.String,
          SemanticTokenTypes.Comment,
          SemanticTokenTypes.Namespace);

  private static final int DECLARATION = 1;

  static final SemanticTokensLegend LEGEND =
      new SemanticTokensLegend(TYPES, List.of(SemanticTokenModifiers.Declaration));

  private final Workspace.Known known;
  private final Map<Long, Occurrence> names = new HashMap<>();

  Colours(Workspace.Known known) {
    this.known = known;
    for (Occurrence name : known.analysis().names().main().names()) {
      names.put(key(name.span().line(), name.span().column()), name);
    }
  }

  private static long key(int line, int column) {
    return ((long) line << 32) | column;
  }

  /** Five numbers for each word, as the protocol has them. */
  List<Integer> data() {
    List<Integer> data = new ArrayList<>();
    List<Token> tokens =
        known.analysis().names().main().parsed().map(p -> p.tokens().getTokens()).orElse(List.of());
    Position last = new Position(0, 0);
    for (Token token : tokens) {
      if (token.getType() == Token.EOF) {
        continue;
      }
      Occurrence name = names.get(key(token.getLine(), token.getCharPositionInLine() + 1));
      String type = type(token, name);
      if (type.isEmpty()) {
        continue;
      }
      int offset = known.map().offset(token.getLine(), token.getCharPositionInLine() + 1);
      Position position = known.map().position(offset);
      int line = position.getLine() - last.getLine();
      int character = position.getCharacter() - (line == 0 ? last.getCharacter() : 0);
      data.addAll(
          List.of(
              line,
              character,
              token.getText().length(),
              TYPES.indexOf(type),
              name != null && name.declares() ? DECLARATION : 0));
      last = position;
    }
    return data;
  }

  private String type(Token token, @org.jspecify.annotations.Nullable Occurrence name) {
    if (name != null) {
      SpecificationNames names = known.analysis().names();
      Optional<Symbol> meaning = names.meaning(name);
      if (meaning.isEmpty()) {
        return Words.operations().of(token.getText()).isPresent()
            ? SemanticTokenTypes.Function
            : SemanticTokenTypes.Variable;
      }
      return type(meaning.get().kind());
    }
    return switch (token.getType()) {
      case TfmLexer.INTEGER, TfmLexer.DECIMAL -> SemanticTokenTypes.Number;
      case TfmLexer.STRING -> SemanticTokenTypes.String;
      case TfmLexer.DOCUMENTATION -> SemanticTokenTypes.Comment;
      case TfmLexer.NAME -> SemanticTokenTypes.EnumMember;
      default ->
          token.getType() >= TfmParser.TFM && token.getType() < TfmParser.NAME
              ? SemanticTokenTypes.Keyword
              : "";
    };
  }

  private static String type(Symbol.Kind kind) {
    return switch (kind) {
      case MODEL, DEVICE, CLUSTER, ENGINE, LOAD -> SemanticTokenTypes.Class;
      case PLAN, SWEEP, SEARCH, SERVE -> SemanticTokenTypes.Namespace;
      case OPERATION, BLOCK, KERNEL -> SemanticTokenTypes.Function;
      case PARAMETER -> SemanticTokenTypes.Parameter;
      case DIMENSION, VIEW -> SemanticTokenTypes.Type;
      case AXIS -> SemanticTokenTypes.Property;
      case TENSOR, STREAM -> SemanticTokenTypes.Variable;
    };
  }
}
