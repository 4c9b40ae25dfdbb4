package io.heddle.processor.syntax;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.grammar.TfmLexer;
import io.heddle.processor.diagnose.Diagnostic;
import io.heddle.processor.diagnose.Rendering;
import io.heddle.processor.diagnose.Span;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.antlr.v4.runtime.CharStreams;
import org.antlr.v4.runtime.Token;

final class ReaderProperties {
  private static final Set<Integer> NEEDED =
      Set.of(
          TfmLexer.LEFT_BRACE,
          TfmLexer.RIGHT_BRACE,
          TfmLexer.LEFT_PARENTHESIS,
          TfmLexer.RIGHT_PARENTHESIS,
          TfmLexer.LEFT_BRACKET,
          TfmLexer.RIGHT_BRACKET,
          TfmLexer.ASSIGN);

  @Property(tries = 500)
  void whatIsWrittenIsRead(@ForAll("files") List<Declaration> declarations) {
    SourceFile file = Texts.read(SourceText.of(declarations));
    assertThat(Texts.tree(file.declarations())).isEqualTo(Texts.tree(declarations));
  }

  @Property(tries = 300)
  void lineBreaksCarryNoMeaning(@ForAll("files") List<Declaration> declarations) {
    String text = SourceText.of(declarations);
    if (!text.contains("///")) {
      assertThat(Texts.tree(Texts.read(text.replace('\n', ' ')).declarations()))
          .isEqualTo(Texts.tree(declarations));
    }
  }

  @Property(tries = 1000)
  void anyTextIsRead(@ForAll String text) {
    assertFindingsFit(text);
  }

  @Property(tries = 1000)
  void anyTokensAreRead(@ForAll("tokens") String text) {
    assertFindingsFit(text);
  }

  @Property(tries = 1000)
  void anyChangedFileIsRead(@ForAll("changed") String text) {
    assertFindingsFit(text);
  }

  @Property(tries = 300)
  void whatIsNeededIsMissed(@ForAll("shipped") String text, @ForAll int choice) {
    TfmLexer lexer = new TfmLexer(CharStreams.fromString(text));
    List<? extends Token> needed =
        lexer.getAllTokens().stream().filter(token -> NEEDED.contains(token.getType())).toList();
    Token missing = needed.get(Math.floorMod(choice, needed.size()));
    String without =
        text.substring(0, missing.getStartIndex()) + text.substring(missing.getStopIndex() + 1);
    assertThat(assertFindingsFit(without)).isNotEmpty();
  }

  @Provide
  Arbitrary<List<Declaration>> files() {
    return Trees.files();
  }

  @Provide
  Arbitrary<String> shipped() {
    return Arbitraries.of(Texts.shipped()).map(Texts::text);
  }

  @Provide
  Arbitrary<String> tokens() {
    List<String> signs =
        List.of(
            "{", "}", "(", ")", "[", "]", "=", ",", ":", ".", "*", "/", "+", "-", "<", ">=", "\n",
            "\"", "\"x\"", "x", "7", "1.5", "///", "%", "@", "->", "\uD800");
    return Arbitraries.oneOf(Arbitraries.of(Trees.keywords()), Arbitraries.of(signs))
        .list()
        .ofMaxSize(60)
        .map(tokens -> "tfm 1\n" + String.join(" ", tokens));
  }

  /** Shipped files with a stretch taken out, doubled, or replaced by something else. */
  @Provide
  Arbitrary<String> changed() {
    return Combinators.combine(
            shipped(),
            Arbitraries.integers().between(0, 3000),
            Arbitraries.integers().between(0, 200),
            tokens())
        .as(
            (text, start, length, tokens) -> {
              int from = Math.min(start, text.length());
              int to = Math.min(from + length, text.length());
              String middle = length % 2 == 0 ? tokens.substring(6) : text.substring(from, to);
              return text.substring(0, from) + middle + text.substring(length % 3 == 0 ? from : to);
            });
  }

  private static List<Diagnostic> assertFindingsFit(String text) {
    List<Diagnostic> findings = Texts.findings(text);
    String[] lines = text.split("\n", -1);
    for (Diagnostic finding : findings) {
      assertFits(finding.span(), lines);
      for (Diagnostic.Note note : finding.notes()) {
        assertFits(Objects.requireNonNull(note.span()), lines);
      }
      assertThat(Rendering.of(finding)).matches("(?s)\\P{Cc}*\n( *\\d+ \\| .*\n *\\| *\\^~*\n.*)");
    }
    return findings;
  }

  private static void assertFits(Span span, String[] lines) {
    assertThat(span.line()).isBetween(1, lines.length);
    String line = lines[span.line() - 1];
    int length = line.codePointCount(0, line.length());
    assertThat(span.column()).isPositive();
    assertThat(span.column() + span.length() - 1).isBetween(1, length + 1);
  }
}
