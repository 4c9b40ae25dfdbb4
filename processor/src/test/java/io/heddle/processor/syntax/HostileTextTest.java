package io.heddle.processor.syntax;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.processor.diagnose.Code;
import io.heddle.processor.diagnose.Diagnostic;
import io.heddle.processor.diagnose.Rendering;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Text that nobody writes by hand. */
@Tag("slow")
final class HostileTextTest {
  private static final String BLOCK = "tfm 1\nmodel M { block b(x[s]) { y = ";

  static Stream<Arguments> nested() {
    int many = 100_000;
    return Stream.of(
        Arguments.of("brackets", "tfm 1\nmodel M { param a = " + "(".repeat(many)),
        Arguments.of("braces", "tfm 1\n" + "{".repeat(many)),
        Arguments.of("models", "tfm 1\n" + "model M {\n".repeat(many)),
        Arguments.of("calls", BLOCK + "f(".repeat(many)),
        Arguments.of("dimensions", BLOCK + "[".repeat(many)),
        Arguments.of("sum", "tfm 1\nmodel M { param a = " + "1 + ".repeat(many) + "1 }"),
        Arguments.of("product", BLOCK + "w * ".repeat(many) + "w }}"),
        Arguments.of(
            "brackets and sums",
            "tfm 1\nmodel M { param a = "
                + ("1 + ".repeat(50) + "(").repeat(100)
                + "1"
                + ")".repeat(100)
                + " }"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("nested")
  void tooDeep(String name, String text) {
    assertThat(Texts.findings(text)).extracting(Diagnostic::code).containsOnlyOnce(Code.TOO_DEEP);
  }

  @Test
  void asDeepAsAllowed() {
    String inBrackets = "(".repeat(198) + "a" + ")".repeat(198);
    String sum = "1 + ".repeat(Lexing.DEEPEST) + "1";
    Texts.read("tfm 1\nmodel M { param a = " + inBrackets + ", b = " + sum + " }");
    Texts.read(BLOCK + inBrackets.substring(1, inBrackets.length() - 1) + " }}");
  }

  @Test
  void tooLarge() {
    String text = "tfm 1\n" + " ".repeat(SyntaxReader.LONGEST);
    assertThat(Texts.findings(text)).extracting(Diagnostic::code).containsExactly(Code.TOO_LARGE);
  }

  static Stream<Arguments> wrongAllOver() {
    return Stream.of(
        Arguments.of("broken lines", "tfm 1\nmodel M {\n" + "dim a = = b\n".repeat(80_000) + "}"),
        Arguments.of("broken heads", "tfm 1\n" + "model { dim a }\n".repeat(60_000)),
        Arguments.of("unknown characters", "tfm 1\n" + "@ ".repeat(400_000)),
        Arguments.of("open texts", "tfm 1\n" + "import \"x\n".repeat(90_000)),
        Arguments.of(
            "large numbers",
            "tfm 1\nmodel M {\n" + "dim a = 99999999999999999999\n".repeat(30_000) + "}"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("wrongAllOver")
  void reportingStops(String name, String text) {
    List<Diagnostic> findings = Texts.findings(text);
    assertThat(findings).hasSize(Complaints.MOST + 1);
    assertThat(findings).extracting(Diagnostic::code).containsOnlyOnce(Code.TOO_MANY_ERRORS);
  }

  /** A million characters each: they only end in time if the work grows as the text does. */
  static Stream<Arguments> large() {
    return Stream.of(
        Arguments.of("lines", "tfm 1\nmodel M {\n" + "dim a = b * (c + 4)\n".repeat(50_000) + "}"),
        Arguments.of("models", "tfm 1\n" + "model M { dim a } ".repeat(55_000)),
        Arguments.of("dimensions", BLOCK.replace("s]", "s " + "b ".repeat(490_000) + "]") + "x }}"),
        Arguments.of("arguments", BLOCK + "f(" + "a, ".repeat(330_000) + "a) }}"),
        Arguments.of(
            "nested calls",
            BLOCK + ("f(".repeat(150) + "a" + ")".repeat(150) + " z = ").repeat(2000) + "a }}"),
        Arguments.of("rules", "tfm 1\nplan P of M { shard { " + "a over b ".repeat(110_000) + "}}"),
        Arguments.of(
            "soft rules", "tfm 1\nplan P of M { shard { " + "over ".repeat(198_000) + "}}"),
        Arguments.of(
            "paddings", "tfm 1\nplan P of M { shard { " + "a over b padded ".repeat(60_000) + "}}"),
        Arguments.of(
            "soft paddings",
            "tfm 1\nplan P of M { shard { a over b " + "padded to ".repeat(99_000) + "over d }}"),
        Arguments.of("sweeps", "tfm 1\nsweep S of P { " + "in in in ".repeat(110_000) + "}"),
        Arguments.of(
            "orders", "tfm 1\nsweep S of P { layout in (a" + " > a".repeat(240_000) + ") }"),
        Arguments.of("axes", "tfm 1\nplan P of M { layout " + "a > ".repeat(250_000) + "b }"),
        Arguments.of("batches", "tfm 1\nplan P of M { " + "micro_batch ".repeat(80_000) + "}"),
        Arguments.of("documentation", "tfm 1\n" + "/// a\n".repeat(160_000) + "model M { }"),
        Arguments.of("comment", "tfm 1\n" + "/".repeat(1_000_000)));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("large")
  void large(String name, String text) {
    assertThat(Texts.read(text)).isNotNull();
  }

  @Test
  void oneWrongWordInMany() {
    String text = "tfm 1\nplan P of M { shard { a over " + "a ".repeat(490_000) + "}}";
    assertThat(Texts.findings(text)).hasSize(1);
  }

  @Test
  void charactersThatAreNone() {
    String text = "tfm 1\nmodel M\u0000 { dim b\uD800 dim c\uDC00\uD83D\uDE00 dim é }\u0085";
    assertThat(Texts.findings(text))
        .extracting(finding -> finding.span().column() + " " + finding.message())
        .containsExactly(
            "8 the language has no character U+0000",
            "17 the language has no character `\uFFFD` (U+FFFD)",
            "24 the language has no character `\uFFFD` (U+FFFD)",
            "31 the language has no character `é` (U+00E9)",
            "34 the language has no character U+0085");
  }

  @Test
  void columnsCountCharactersNotUnits() {
    String text = "tfm 1\nmodel M { require 1 : \"\uD83D\uDE00\uD83D\uDE00\" \t dimm }";
    assertThat(Texts.findings(text))
        .extracting(finding -> finding.span().column())
        .containsExactly(30);
  }

  @Test
  void byteOrderMarkAndCarriageReturns() {
    SourceFile file = Texts.read("\uFEFFtfm 1\r\nmodel M {\r\n  dim b\r\n}\r\n");
    assertThat(file.declarations().get(0).name().span()).hasToString("a.tfm:2:7");
    assertThat(Rendering.of(Texts.findings("tfm 1\r\nmodle M {\r\n"))).doesNotContain("\r");
  }
}
