package io.heddle.processor.diagnose;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class RenderingTest {
  private static String render(String path, String text, int line, int column, int length) {
    Diagnostics diagnostics = new Diagnostics();
    Span span = new Span(new Source(path, text), line, column, length);
    diagnostics.report(Code.UNEXPECTED_INPUT, span, "wrong").add();
    return Rendering.of(diagnostics.all());
  }

  @Test
  void noteAndHelp() {
    Source source = new Source("llama3.tfm", "tfm 1\n    g f voc  over tp\nmesh tp = 16\n");
    Diagnostics diagnostics = new Diagnostics();
    diagnostics
        .report(Code.UNEXPECTED_INPUT, new Span(source, 2, 5, 7), "`g` = 8 does not split")
        .note(new Span(source, 3, 6, 7), "mesh tp = 16 is set")
        .help("tp must divide 8")
        .add();
    assertThat(Rendering.of(diagnostics.all()))
        .isEqualTo(
            """
            llama3.tfm:2:5: error[TFM0001]: `g` = 8 does not split
                2 |     g f voc  over tp
                  |     ^~~~~~~
               note: mesh tp = 16 is set at llama3.tfm:3:6
               help: tp must divide 8
            """);
  }

  @Test
  void ofVeryManyTheFirstOfTheMostSevereAreShown() {
    Source source = new Source("a.tfm", "x\n".repeat(300));
    Diagnostics diagnostics = new Diagnostics();
    for (int line = 1; line <= 220; line++) {
      diagnostics.report(Code.CONTEXT_UNUSED, new Span(source, line, 1, 1)).add();
    }
    for (int line = 221; line <= 270; line++) {
      diagnostics.report(Code.UNEXPECTED_INPUT, new Span(source, line, 1, 1), "wrong").add();
    }
    String text = Rendering.of(diagnostics.all());
    assertThat(text.lines().filter(line -> line.contains("error["))).hasSize(50);
    assertThat(text.lines().filter(line -> line.contains("warning["))).hasSize(150);
    assertThat(text).startsWith("a.tfm:1:1: warning[");
    assertThat(text)
        .endsWith("70 more findings are not shown: correct those above, then check again\n");
  }

  @Test
  void controlCharactersAreHarmless() {
    assertThat(render("a\u001b[2J\nb.tfm", "x\ty\u001b[31m\u202Ez\u0000", 1, 3, 1))
        .isEqualTo(
            """
            a\uFFFD[2J\uFFFDb.tfm:1:3: error[TFM0001]: wrong
                1 | x y\uFFFD[31m\uFFFDz\uFFFD
                  |   ^
            """);
  }

  @Test
  void longLineIsCutAroundTheCaret() {
    String line = "a".repeat(500) + "HERE" + "b".repeat(500);
    assertThat(render("a.tfm", line, 1, 501, 4))
        .isEqualTo(
            "a.tfm:1:501: error[TFM0001]: wrong\n"
                + "    1 | …"
                + "a".repeat(50)
                + "HERE"
                + "b".repeat(46)
                + "…\n"
                + "      | "
                + " ".repeat(51)
                + "^~~~\n");
  }

  @Test
  void spanLongerThanTheLineIsCut() {
    assertThat(render("a.tfm", "a".repeat(500), 1, 401, 600))
        .endsWith(" | " + " ".repeat(51) + "^" + "~".repeat(49) + "\n")
        .contains("    1 | …" + "a".repeat(100) + "…\n");
    assertThat(render("a.tfm", "abc", 1, 2, 100)).endsWith("    1 | abc\n      |  ^~\n");
  }

  @Test
  void behindTheEndOfALine() {
    assertThat(render("a.tfm", "abc\r\nd", 1, 4, 1)).endsWith("    1 | abc\n      |    ^\n");
    assertThat(render("a.tfm", "a".repeat(500), 1, 501, 1))
        .endsWith("a".repeat(100) + "\n      | " + " ".repeat(101) + "^\n");
  }

  @Test
  void aLineThatIsNotThere() {
    assertThat(render("a.tfm", "abc", 1_234_567, 4, 1))
        .isEqualTo("a.tfm:1234567:4: error[TFM0001]: wrong\n1234567 | \n        | ^\n");
  }

  @Test
  void wideCharactersCountOne() {
    assertThat(render("a.tfm", "\uD83D\uDE00\uD83D\uDE00 x", 1, 4, 1))
        .endsWith("    1 | \uD83D\uDE00\uD83D\uDE00 x\n      |    ^\n");
  }
}
