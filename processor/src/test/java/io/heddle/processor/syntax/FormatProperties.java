package io.heddle.processor.syntax;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.grammar.TfmLexer;
import io.heddle.processor.diagnose.Diagnostics;
import io.heddle.processor.diagnose.Rendering;
import io.heddle.processor.syntax.format.FormattedText;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.antlr.v4.runtime.CharStreams;
import org.antlr.v4.runtime.Token;

/** Formatting keeps what a file means and says, and does nothing to what it made. */
final class FormatProperties {
  private static final List<String> GAPS =
      List.of(
          " ",
          " ",
          " ",
          "\n",
          "\n\n\n",
          "\t",
          "\r\n",
          "   ",
          "\n  ",
          " // x\n",
          "\n// y\n",
          "\n\n/// z\n\n",
          " //\n",
          "\n/////\n");

  private static String formatted(String text) {
    Diagnostics findings = new Diagnostics();
    Optional<String> formatted = FormattedText.of(Texts.source(text), findings);
    assertThat(Rendering.of(findings.all())).isEmpty();
    return formatted.orElseThrow();
  }

  private static void keepsAll(String text) {
    String formatted = formatted(text);
    assertThat(formatted(formatted)).isEqualTo(formatted);
    assertThat(tree(formatted)).isEqualTo(tree(text));
    assertThat(formatted.lines().filter(line -> line.endsWith(" "))).isEmpty();
    assertThat(comments(formatted)).isEqualTo(comments(text));
  }

  /** Values of sweeps keep how they were spaced, to be shown. */
  private static String tree(String text) {
    return Texts.tree(Texts.read(text).declarations()).replaceAll("\\s", "");
  }

  private static List<String> comments(String text) {
    return text.lines()
        .filter(line -> line.contains("//"))
        .map(line -> line.substring(line.indexOf("//")).strip())
        .toList();
  }

  @Property(tries = 200)
  void anyFileIsFormatted(@ForAll("files") List<Declaration> declarations) {
    keepsAll(SourceText.of(declarations));
  }

  /** What is shipped, with other white space and more comments. */
  @Property(tries = 80)
  void anySpacingIsFormatted(@ForAll("shipped") Path path, @ForAll long seed) {
    Random random = new Random(seed);
    String text = Texts.text(path);
    List<? extends Token> tokens = new TfmLexer(CharStreams.fromString(text)).getAllTokens();
    StringBuilder spaced = new StringBuilder();
    for (Token token : tokens) {
      boolean isComment = token.getType() == TfmLexer.DOCUMENTATION;
      spaced.append(isComment ? "\n" : "").append(token.getText());
      spaced.append(isComment ? "\n" : GAPS.get(random.nextInt(GAPS.size())));
    }
    keepsAll(spaced.toString());
  }

  @Provide
  Arbitrary<List<Declaration>> files() {
    return Trees.files();
  }

  @Provide
  Arbitrary<Path> shipped() throws IOException {
    return Arbitraries.of(FormattedTextTest.library());
  }
}
