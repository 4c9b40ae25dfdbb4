package io.heddle.cli.language;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.grammar.TfmLexer;
import io.heddle.processor.diagnose.Source;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class WordsTest {
  /** A keyword that is new in the grammar wants a line in {@code words.txt}. */
  @Test
  void everyKeywordIsExplained() {
    assertThat(Words.keywords().all())
        .containsExactlyInAnyOrderElementsOf(
            IntStream.rangeClosed(TfmLexer.TFM, TfmLexer.OR)
                .mapToObj(type -> TfmLexer.VOCABULARY.getLiteralName(type).replace("'", ""))
                .toList());
  }

  /** Operations are those that the compiler names where it meets an unknown one. */
  @Test
  void everyOperationIsExplained() {
    String text = "tfm 1\nmodel M { dim b block f(x[b]) { return zzzzzzzz(x) } stack 1 of f }";
    io.heddle.processor.TfmCompiler compiler =
        io.heddle.processor.TfmCompiler.read(
            new Source("a.tfm", text), io.heddle.processor.Imports.LIBRARY_ONLY);
    compiler.checkAll();
    String help =
        compiler.diagnostics().stream()
            .map(finding -> String.valueOf(finding.help()))
            .filter(found -> found.startsWith("known: "))
            .findFirst()
            .orElseThrow();
    assertThat(Words.operations().all())
        .containsExactlyInAnyOrder(help.substring("known: ".length()).split(", "));
  }

  @Test
  void formsAreOfTheLanguage() {
    for (String word : Words.keywords().all()) {
      Words.Word known = Words.keywords().of(word).orElseThrow();
      assertThat(known.form()).contains(word);
      assertThat(known.text()).endsWith(".");
    }
  }
}
